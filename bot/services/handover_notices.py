"""What the system tells a user about a handover. Each text says what is so, and what the user can do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.business.handover import Reason
from bot.business.payload import LEAVE_CONTACT, RATE, STOP_WAITING
from bot.business.survey import TITLES
from bot.business.waiting import spoken
from knowledge.normalise import to_traditional

Button = Mapping[str, str]
STOP: Button = {"title": "不等了，先问小助", "payload": f"/{STOP_WAITING}"}
CONTACT: Button = {"title": "留下联系方式", "payload": f"/{LEAVE_CONTACT}"}
RATINGS: Sequence[Button] = tuple(
    {"title": title, "payload": f"/{RATE}{json.dumps({'score': str(score)})}"} for score, title in TITLES.items()
)
URGENT = "事情紧急请不要等，马上拨打12345（全天24小时）。"
CANNOT_WAIT = frozenset({Reason.DANGER, Reason.DISTRESS, Reason.URGENT_HARM, Reason.FRAUD_VICTIM})
CALL_FIRST = "请不要等我们，先打上面的电话。"
HOW_TO_LEAVE = (
    "想让工作人员联系您，请直接回复电话和要办的事，比如“13800000000 王女士，咨询信用修复进度”；"
    "着急的话请拨打12345（全天24小时）。"
)


@dataclass(frozen=True)
class Notice:
    text: str
    buttons: Sequence[Button] = ()
    asks: bool = False
    """Whether the buttons are the point of it, as in a survey."""

    def in_traditional(self) -> Notice:
        buttons = [{"title": to_traditional(b["title"]), "payload": b["payload"]} for b in self.buttons]
        return Notice(to_traditional(self.text), buttons, self.asks)


def queued(team: str, position: int, wait: timedelta | None, reason: Reason) -> Notice:
    place = "您排在第1位" if position == 1 else f"前面还有{position - 1}位，您排在第{position}位"
    when = f"预计要等{spoken(wait)}" if wait else "现在还估不出要等多久"
    why = "为了稳妥，我请工作人员来答。" if reason is Reason.LOW_CONFIDENCE else ""
    urgent = URGENT if reason is Reason.DEADLINE else CALL_FIRST if reason in CANNOT_WAIT else ""
    text = (
        f"{why}已为您转到{team}，{place}，{when}。{urgent}等的时候可以接着写，工作人员接入后都能看到，小助先不插话；"
        "不想等了，回复“不等了”。"
    )
    return Notice(text, (STOP,))


def already_queued(team: str, position: int, wait: timedelta | None) -> Notice:
    when = f"，预计还要等{spoken(wait)}" if wait else ""
    return Notice(f"您已经在{team}排队，现在是第{position}位{when}。不想等了，回复“不等了”。", (STOP,))


def nobody_there(hours: str, is_open: bool, reason: Reason) -> Notice:
    """`hours`: what the calendar says about today."""
    if reason in CANNOT_WAIT:
        return Notice("现在没有工作人员在线。" + CALL_FIRST, (CONTACT,))
    now = "现在是服务时间，但暂时没有工作人员在线。" if is_open else "现在没有工作人员在线。"
    urgent = URGENT if reason in (Reason.DEADLINE, Reason.COMPLAIN) else ""
    return Notice(f"{now}{hours}{urgent}{HOW_TO_LEAVE}您也可以继续问我。", (CONTACT,))


def asked_for_contact() -> Notice:
    return Notice("请直接回复联系电话、怎么称呼您和要办的事，比如“13800000000 王女士，咨询信用修复进度”。电话只用来回复这件事。")


def contact_kept(phone: str, hours: str, filed: tuple[str, str] | None = None) -> Notice:
    """`filed`: number and promise of the case that was made of it."""
    follows = f"已登记为诉求{filed[0]}，会在{filed[1]}联系您。" if filed else "工作人员看到后会联系您。"
    return Notice(f"已记下您的联系电话{phone}和要办的事，{follows}{hours}着急的话请拨打12345（全天24小时）。")


def contact_noted(phone: str) -> Notice:
    text = f"已记下您的联系电话{phone}，您仍在排队，工作人员接入后会看到。不想等了，回复“不等了”，工作人员看到后再联系您。"
    return Notice(text, (STOP,))


def contact_not_expected() -> Notice:
    return Notice("现在没有等您留电话的事项。需要人工，请先回复“转人工”；着急的话请拨打12345（全天24小时）。")


def waiting_stopped() -> Notice:
    return Notice("好的，已经为您取消排队。小助接着为您服务，直接说您的问题就行；需要人工时再回复“转人工”。")


def was_not_waiting() -> Notice:
    return Notice("您现在没有在排队，直接说您的问题就行；需要人工时回复“转人工”。")


def escalated(team: str, position: int) -> Notice:
    return Notice(f"让您久等了，抱歉。刚才的小组还没能接起，已为您转到{team}，您排在第{position}位，等候次序不受影响。", (STOP,))


def still_waiting(position: int, wait: timedelta | None) -> Notice:
    when = f"，预计还要等{spoken(wait)}" if wait else ""
    text = (
        f"让您久等了，抱歉。工作人员都在忙，您现在排在第{position}位{when}。您可以接着等；也可以回复电话和要办的事，"
        "有空了就联系您；着急请拨打12345（全天24小时）。不想等了，回复“不等了”。"
    )
    return Notice(text, (STOP, CONTACT))


def gave_up(hours: str) -> Notice:
    return Notice(
        f"抱歉，让您等了这么久，现在已经没有工作人员在线。{hours}{HOW_TO_LEAVE}小助接着为您服务，您可以继续问我。", (CONTACT,)
    )


def taken(name: str) -> Notice:
    return Notice(f"工作人员“{name}”已接入，为您服务。您前面说的都能看到，不用重复。")


def stepped_in(name: str) -> Notice:
    return Notice(f"工作人员“{name}”已接入，接下来由人工为您服务。")


def passed_to(name: str) -> Notice:
    return Notice(f"已为您转给工作人员“{name}”，前面说过的不用重复。")


def passed_to_team(team: str, position: int) -> Notice:
    return Notice(f"已为您转到{team}，您排在第{position}位，前面说过的不用重复。不想等了，回复“不等了”。", (STOP,))


def released(team: str, position: int) -> Notice:
    return Notice(f"抱歉，刚才接待您的工作人员断线了。已为您重新排到{team}，您排在第{position}位，前面说过的不用重复。", (STOP,))


def returned(hint: str, passage: Button | None) -> Notice:
    beginning = "人工服务到这里，小助接着为您服务，刚才谈到的我都知道。"
    return Notice(f"{beginning}接下来：{hint}" if hint else f"{beginning}还有问题直接问就行。", (passage,) if passage else ())


def about_to_end(minutes: int) -> Notice:
    return Notice(f"您还在吗？如果{minutes}分钟内没有新的消息，这次人工服务会自动结束。需要更多时间，随便回复一句就行。")


def closed(with_survey: bool) -> Notice:
    return _ending("这次人工服务结束了，感谢您的耐心。", with_survey)


def closed_unserved() -> Notice:
    return Notice("工作人员已结束这次排队。以后有事随时写，小助接着为您服务；仍需要人工，请回复“转人工”。")


def expired(with_survey: bool) -> Notice:
    return _ending("因为一段时间没有收到您的消息，这次人工服务自动结束了。", with_survey)


def _ending(beginning: str, with_survey: bool) -> Notice:
    go_on = "以后有事随时写，小助接着为您服务。"
    if not with_survey:
        return Notice(beginning + go_on)
    return Notice(f"{beginning}{go_on}请给这次服务打个分（1–5），也可以加一句话，比如“5分，办得很快”。", RATINGS, asks=True)


def rated(score: int) -> Notice:
    kind = "谢谢您的肯定，也欢迎随时再来。" if score >= 4 else "谢谢您直说，没让您满意，抱歉。我们会看您的意见并改进。"
    return Notice(f"已记下您的评价：{score}分。{kind}")


def rating_closed() -> Notice:
    return Notice("这次服务的评价已经收到或已过期，不用再打分了，谢谢。")
