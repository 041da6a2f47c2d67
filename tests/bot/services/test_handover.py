"""What a user hears who asks for a person, waits for one, does not want to wait, or finds nobody there."""

from __future__ import annotations

import json

import pytest

from bot.business.roles import Principal, Role
from bot.persistence import handovers
from bot.persistence.tables import OutboxRow
from bot.services.chat import FAILURES_UNTIL_GIVEN_UP, SORRY, TOLD_AT_MOST
from bot.services.handover_notices import CONTACT, STOP
from tests.fixtures.assistants import FailingAssistant
from tests.fixtures.office import Office, Visitor, all_of, with_always


@pytest.fixture
def mei(office: Office) -> Principal:
    """One agent who is there."""
    return office.agent("mei", display_name="小梅")


# Somebody is there.


def test_who_asks_for_a_person_is_told_which_team_and_which_place(office: Office, mei: Principal) -> None:
    visitor = office.visitor()

    said = visitor.say("转人工")

    assert said == ["好的，我帮您找工作人员。", visitor.last_notice]
    assert "已为您转到综合服务组，您排在第1位，现在还估不出要等多久" in visitor.last_notice
    assert visitor.last_buttons == [STOP["payload"]] and "不等了" in visitor.last_notice
    assert visitor.owner == "queue" and visitor.transitions == ["request"]
    assert (visitor.handover.status, visitor.handover.reason, visitor.handover.team) == ("waiting", "request_human", "hotline")


def test_who_comes_later_stands_behind(office: Office, mei: Principal) -> None:
    office.waiting()
    second, third = office.waiting(), office.waiting()

    assert "前面还有1位，您排在第2位" in second.last_notice
    assert "前面还有2位，您排在第3位" in third.last_notice


@pytest.mark.parametrize(("chats", "told"), [(4, "现在还估不出要等多久"), (5, "预计要等大约1分钟")])
def test_a_wait_is_told_from_five_measured_talks_on(office: Office, mei: Principal, chats: int, told: str) -> None:
    office.remember_chats(chats=chats, waited_s=60)

    assert told in office.waiting().last_notice


def test_who_stands_behind_the_free_places_is_told_how_long_talks_last(office: Office) -> None:
    office.agent("mei", capacity=1)
    office.remember_chats(waited_s=60, lasted_s=600)
    office.waiting()

    assert "您排在第2位，预计要等大约15分钟" in office.waiting().last_notice, "a minute, and another's ten"


def test_talks_of_another_team_say_nothing_about_the_wait(office: Office, mei: Principal) -> None:
    office.remember_chats(team="ip", chats=10)

    assert "现在还估不出要等多久" in office.waiting().last_notice


def test_what_is_written_while_waiting_is_kept_and_the_bot_is_silent(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    assert visitor.say("我是想问注销的事") == []

    assert office.assistant.seen == ["转人工"]
    assert visitor.conversation.unanswered_since == office.clock.now


def test_asking_again_while_waiting_tells_the_place_and_keeps_it(office: Office, mei: Principal) -> None:
    office.remember_chats()
    office.waiting()
    visitor = office.waiting()
    office.waiting()

    for text in ("转人工", "人工客服"):
        (said,) = visitor.say(text)
        assert "您已经在综合服务组排队，现在是第2位，预计还要等大约1分钟" in said

    assert len(visitor.handovers) == 1 and visitor.transitions == ["request"]
    assert office.assistant.seen.count("人工客服") == 0


def test_the_button_asks_again_as_the_words_do(office: Office, mei: Principal) -> None:
    (said,) = office.waiting().post("转人工", "/request_human").messages

    assert "现在是第1位" in said.text


def test_a_talk_about_a_subject_goes_to_the_team_of_that_subject(office: Office, mei: Principal) -> None:
    office.agent("hao", teams=["ip"])
    office.assistant.replies_to("商标被抢注了怎么办", "异议", intent="trademark_register")
    visitor = office.visitor()
    visitor.say("商标被抢注了怎么办")

    visitor.say("转人工")

    assert "已为您转到知识产权组" in visitor.last_notice
    assert (visitor.handover.team, visitor.handover.subject) == ("ip", "trademark_register")
    assert visitor.handover.summary["asked"] == ["商标被抢注了怎么办"], "and the wish for a person is no question"


def test_where_the_own_team_is_away_the_next_one_that_is_there_is_asked_at_once(office: Office) -> None:
    office.agent("mei", teams=["hotline"])
    office.assistant.replies_to("信用修复", "办法", intent="credit_repair_apply")
    visitor = office.visitor()
    visitor.say("信用修复")

    visitor.say("转人工")

    assert "已为您转到综合服务组" in visitor.last_notice and visitor.handover.team == "hotline"


def test_an_agent_of_a_special_team_is_nobody_for_general_matters(office: Office) -> None:
    office.agent("hao", teams=["ip"])

    visitor = office.waiting()

    assert visitor.owner == "bot" and "暂时没有工作人员在线" in visitor.last_notice


# Nobody is there.


def test_within_hours_it_is_said_that_nobody_is_there_and_how_to_leave_a_number(office: Office) -> None:
    visitor = office.waiting()

    assert visitor.last_notice.startswith(
        "现在是服务时间，但暂时没有工作人员在线。今天（11月23日，周一）人工服务时间是9:00–17:30。"
    )
    assert "回复电话和要办的事" in visitor.last_notice and "12345" in visitor.last_notice
    assert visitor.last_buttons == [CONTACT["payload"]]
    assert visitor.owner == "bot" and visitor.transitions == []
    assert visitor.handover.status == "unattended"
    assert visitor.say("信用修复怎么办") == ["到：信用修复怎么办"], "the bot goes on"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-23 08:00", "今天（11月23日，周一）人工服务时间是9:00–17:30，现在还没有开始。"),
        ("2026-11-23 17:30", "今天的人工服务已于17:30结束，下次是明天（11月24日，周二）9:00。"),
        ("2026-11-22 10:00", "今天（11月22日，周日）没有人工服务，下次服务时间是明天（11月23日，周一）9:00。"),
        ("2026-10-01 10:00", "今天（10月1日，国庆节放假）没有人工服务，下次服务时间是10月8日（周四）9:00。"),
        ("2026-10-10 18:00", "今天的人工服务已于17:30结束，下次是10月12日（周一）9:00。"),
    ],
)
def test_outside_the_hours_it_is_said_when_somebody_will_be_there(office: Office, at: str, told: str) -> None:
    office.be(at)

    visitor = office.waiting()

    assert visitor.last_notice.startswith(f"现在没有工作人员在线。{told}")
    assert visitor.owner == "bot" and visitor.handover.status == "unattended"


def test_on_a_saturday_that_is_worked_people_are_there(office: Office) -> None:
    office.be("2026-10-10 10:00")
    assert "今天（10月10日，周六，调休上班）人工服务时间是9:00–17:30" in office.waiting().last_notice

    office.agent("mei")

    assert "您排在第1位" in office.waiting().last_notice


@pytest.mark.parametrize("at", ["2026-10-01 10:00", "2026-11-22 10:00", "2026-11-23 20:00"])
def test_who_says_after_closing_that_they_are_ready_works_overtime(office: Office, at: str) -> None:
    office.be(at)
    office.agent("mei")

    assert "您排在第1位" in office.waiting().last_notice


@pytest.mark.parametrize(("since", "at"), [("2026-11-23 16:00", "2026-11-23 17:31"), ("2026-09-30 12:00", "2026-10-01 10:00")])
def test_a_desk_left_open_after_closing_time_promises_nobody(office: Office, since: str, at: str) -> None:
    office.be(since)
    office.agent("mei")

    office.be(at)

    assert office.waiting().owner == "bot"


def test_who_is_away_disconnected_or_disabled_is_not_there(office: Office) -> None:
    away, lost, _ = office.agent("away"), office.agent("lost"), office.agent("disabled", disabled=True)
    office.presences.change(away, "away", takes_automatically=False)
    office.lose(lost)
    office.pass_time(61)

    assert "暂时没有工作人员在线" in office.waiting().last_notice


def test_a_desk_that_reloads_stays_there(office: Office, mei: Principal) -> None:
    office.lose(mei)
    office.pass_time(55)

    assert office.waiting().owner == "queue"


def test_asking_again_where_nobody_is_there_stores_one_request(office: Office) -> None:
    visitor = office.waiting()
    visitor.say("转人工")

    assert len(visitor.handovers) == 1 and visitor.last_notice == visitor.told()[0]


# A number to be called back at.


@pytest.mark.parametrize("text", ["13800001111 王女士，咨询信用修复进度", "称呼：王女士\n电话：13800001111\n事项：信用修复"])
def test_a_number_left_as_plain_text_is_kept_and_repeated_hidden(office: Office, text: str) -> None:
    visitor = office.waiting()

    (said,) = visitor.say(text)

    assert "138****1111" in said and "13800001111" not in said and "9:00–17:30" in said
    assert visitor.handover.contact == {"phone": "13800001111", "text": text}
    assert text not in office.assistant.seen


def test_the_button_says_what_to_write(office: Office) -> None:
    visitor = office.waiting()

    (said,) = visitor.say("留下联系方式", CONTACT["payload"])

    assert said.startswith("请直接回复联系电话") and visitor.handover.contact is None


def test_a_number_that_nobody_asked_for_is_an_ordinary_message(office: Office, mei: Principal) -> None:
    assert office.visitor().say("13800001111是诈骗电话吗") == ["到：13800001111是诈骗电话吗"]


def test_a_request_outlives_a_long_holiday_and_its_number_goes_along(office: Office) -> None:
    visitor = office.waiting()
    visitor.say("13800001111 注销")
    office.pass_time(8 * 86_400)
    mei = office.agent("mei")

    office.desk.take(mei, visitor.id)

    assert visitor.handover.contact == {"phone": "13800001111", "text": "13800001111 注销"}
    with office.database.session() as session:
        assert handovers.find_unattended(session, visitor.id) is None


def test_a_question_in_which_a_number_occurs_is_answered_and_replaces_no_number(office: Office) -> None:
    visitor = office.waiting()
    visitor.say("13800001111 注销")

    question = "请问0571-87654321这个电话打不通怎么变更登记？"

    assert visitor.say(question) == [f"到：{question}"]
    assert visitor.handover.contact and visitor.handover.contact["phone"] == "13800001111"


def test_a_number_left_while_waiting_is_kept_for_whoever_takes_the_chat(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    (said,) = visitor.say("我的手机13800001111，杭州小鱼网络科技有限公司")

    assert said.startswith("已记下您的联系电话138****1111，您仍在排队")
    assert visitor.handover.contact and visitor.handover.contact["phone"] == "13800001111"


def test_who_left_a_number_and_stops_waiting_is_called_back(office: Office, mei: Principal) -> None:
    visitor = office.waiting()
    visitor.say("我的手机13800001111")

    visitor.say("不等了")

    assert (visitor.handover.status, visitor.owner) == ("unattended", "bot")


def test_who_was_passed_on_waits_for_a_word_of_the_new_agent(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    office.agent("lin")

    office.desk.transfer(mei, visitor.id, "lin", "")
    office.pass_time(3600)

    assert visitor.conversation.unanswered_since is not None
    assert visitor.owner == "agent:lin", "nobody may blame the user for the silence"


def test_a_request_that_nobody_was_there_for_goes_on_in_the_next_one(office: Office) -> None:
    visitor = office.waiting()
    visitor.say("13800001111 注销")
    office.agent("mei")

    visitor.say("转人工")

    now, before = visitor.handovers
    assert (before.status, before.result) == ("ended", "followed_up")
    assert now.status == "waiting" and now.contact == {"phone": "13800001111", "text": "13800001111 注销"}


# Not waiting any more.


@pytest.mark.parametrize(("text", "payload"), [("不等了", None), ("取消排队。", None), ("不等了，先问小助", STOP["payload"])])
def test_who_does_not_want_to_wait_any_more_goes_on_with_the_bot(
    office: Office, mei: Principal, text: str, payload: str | None
) -> None:
    visitor, next_one = office.waiting(), office.waiting()

    (said,) = visitor.say(text, payload)

    assert said.startswith("好的，已经为您取消排队")
    assert visitor.owner == "bot" and visitor.transitions == ["request", "withdraw"]
    assert (visitor.handover.status, visitor.handover.result) == ("ended", "withdrawn")
    assert visitor.conversation.unanswered_since is None
    assert "现在是第1位" in next_one.say("转人工")[0]
    assert visitor.say("注销") == ["到：注销"]


def test_who_does_not_wait_is_told_so(office: Office) -> None:
    assert office.visitor().say("不等了")[0].startswith("您现在没有在排队")


def test_with_an_agent_such_words_are_the_agents_to_read(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    assert visitor.say("不等了") == [] and visitor.owner == "agent:mei"


# Why a person is found.


def ask_about(office: Office, text: str, reason: str | None = None, intent: str = "tax") -> list[str]:
    office.assistant.replies_to(text, "答", reason=reason, intent=intent)
    return office.visitor().say(text)


def test_an_ordinary_answer_finds_nobody(office: Office, mei: Principal) -> None:
    assert ask_about(office, "发票怎么开") == ["答"]


def test_a_bot_that_is_twice_unsure_asks_somebody_for_sureness(office: Office, mei: Principal) -> None:
    said = ask_about(office, "那个那个", "low_confidence")

    assert said[1].startswith("为了稳妥，我请工作人员来答。已为您转到综合服务组")


def test_an_unsure_bot_bothers_nobody_where_nobody_is_there(office: Office) -> None:
    office.assistant.replies_to("那个那个", "答", reason="low_confidence")
    visitor = office.visitor()

    assert visitor.say("那个那个") == ["答"]
    assert list(visitor.handovers) == [] and visitor.owner == "bot"


@pytest.mark.parametrize("text", ["我要找领导", "我要找領導！", "再不解决我要上访"])
def test_a_phrase_of_the_rules_goes_to_a_person_though_the_bot_has_an_answer(office: Office, mei: Principal, text: str) -> None:
    visitor = office.visitor()

    first, notice = visitor.say(text)

    assert first == f"到：{text}" and ("已为您转到" in notice or "已爲您轉到" in notice)
    assert visitor.handover.reason == "rule"


def test_an_intent_of_the_rules_goes_to_a_person(office: Office) -> None:
    strict = Office(office.database, with_always(office.settings, intents=["arrears"]))
    strict.agent("mei")
    strict.assistant.replies_to("被拖欠货款", "答", intent="arrears")
    visitor = strict.visitor()

    visitor.say("被拖欠货款")

    assert visitor.handover.reason == "rule"


def test_the_bots_own_reason_comes_before_a_rule(office: Office, mei: Principal) -> None:
    office.assistant.replies_to("我要找领导，厂里着火了", "先保证人的安全！", reason="danger")
    visitor = office.visitor()

    visitor.say("我要找领导，厂里着火了")

    assert (visitor.handover.reason, visitor.handover.priority) == ("danger", 0)


def test_a_time_limit_that_ends_at_once_is_answered_and_goes_to_a_person_before_others(office: Office, mei: Principal) -> None:
    office.waiting()
    visitor = office.visitor()

    answer, notice = visitor.say("申报明天就截止了")

    assert answer == "到：申报明天就截止了"
    assert "您排在第1位" in notice and "事情紧急请不要等，马上拨打12345" in notice
    assert (visitor.handover.reason, visitor.handover.priority) == ("deadline", 1)


def test_a_time_limit_is_urgent_also_where_nobody_is_there(office: Office) -> None:
    visitor = office.visitor()

    visitor.say("还剩3小时开标")

    assert "事情紧急请不要等，马上拨打12345" in visitor.last_notice and visitor.handover.status == "unattended"


def test_a_question_about_a_time_limit_is_only_answered(office: Office, mei: Principal) -> None:
    assert office.visitor().say("什么时候截止") == ["到：什么时候截止"]


def test_a_message_that_cannot_be_answered_is_given_to_a_person_in_the_end(office: Office, mei: Principal) -> None:
    office.chat._assistant = FailingAssistant(RuntimeError("broken"))
    visitor = office.visitor()
    for _ in range(FAILURES_UNTIL_GIVEN_UP - 1):
        with pytest.raises(RuntimeError):
            visitor.say("坏消息")

    visitor.say("坏消息")

    assert visitor.told("bot")[0] == SORRY and visitor.handover.reason == "unanswerable"
    assert visitor.changes[0].by == "system"


def test_who_is_in_danger_stands_before_everybody_else(office: Office, mei: Principal) -> None:
    office.waiting()
    office.waiting("申报明天就截止了")
    office.assistant.replies_to("厂里着火了", "先保证人的安全！", reason="danger")

    assert "您排在第1位" in office.waiting("厂里着火了").last_notice


# In the writer's script.


def test_who_writes_traditional_gets_every_notice_in_traditional(office: Office, mei: Principal) -> None:
    visitor = office.visitor()

    _, notice = visitor.say("轉人工")

    assert "已爲您轉到綜合服務組" in notice and visitor.handover.language == "zh-Hant"
    assert [b["title"] for b in visitor.said[-1].buttons or []] == ["不等了，先問小助"]
    assert visitor.last_buttons == [STOP["payload"]], "what the button sends stays"
    office.desk.take(mei, visitor.id)
    assert visitor.last_notice.startswith("工作人員“小梅”已接入")
    office.desk.close(mei, visitor.id, "solved", "", with_survey=True)
    assert "這次人工服務結束了" in visitor.last_notice


def test_who_writes_simplified_gets_simplified(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    assert "已为您转到" in visitor.last_notice and visitor.handover.language == "zh-Hans"


# After the talk: how it was, and what comes next.


@pytest.fixture
def asked(office: Office, mei: Principal) -> Visitor:
    """A user whose talk with an agent has just ended, and who is asked how it was."""
    visitor = office.talking_to(mei)
    office.desk.close(mei, visitor.id, "solved", "", with_survey=True)
    return visitor


def rate_payload(score: int) -> str:
    return f"/rate{json.dumps({'score': str(score)})}"


@pytest.mark.parametrize(
    ("text", "payload", "score", "comment"),
    [
        ("5分，很快", None, 5, "很快"),
        ("4", None, 4, None),
        ("2分 不满意", rate_payload(2), 2, None),
        ("5分，办得很快", rate_payload(5), 5, "办得很快"),
        ("一般般吧", rate_payload(3), 3, None),
    ],
)
def test_a_rating_is_kept_with_its_word(asked: Visitor, text: str, payload: str | None, score: int, comment: str | None) -> None:
    assert asked.last_buttons == [rate_payload(n) for n in range(1, 6)] and asked.said[-1].band == "clarify"

    (said,) = asked.say(text, payload)

    assert said.startswith(f"已记下您的评价：{score}分。") and ("抱歉" in said) == (score < 4)
    assert (asked.handover.survey_score, asked.handover.survey_comment) == (score, comment)
    assert asked.owner == "bot" and asked.id not in asked.office.assistant.seen


def test_a_second_rating_changes_nothing(asked: Visitor) -> None:
    asked.say("5分")

    assert asked.say("1分 很不满意", rate_payload(1)) == ["这次服务的评价已经收到或已过期，不用再打分了，谢谢。"]
    assert asked.handover.survey_score == 5
    assert asked.say("1分") == ["到：1分"], "typed, it is a message as any other"


def test_a_rating_counts_for_a_day(asked: Visitor) -> None:
    asked.office.pass_time(86_401)

    assert "已过期" in asked.say("5分 非常满意", rate_payload(5))[0] and asked.handover.survey_score is None


@pytest.mark.parametrize("text", ["5分钟能办好吗", "三星手机商标被抢注怎么办", "四分五裂", "5号窗口"])
def test_a_question_with_a_number_is_answered_and_rates_nothing(asked: Visitor, text: str) -> None:

    assert asked.say(text) == [f"到：{text}"] and asked.handover.survey_score is None


def test_the_number_of_an_option_that_the_bot_offered_rates_nothing(asked: Visitor) -> None:
    offers = [
        {"title": title, "payload": f'/choose_subject{{"subject": "{name}"}}'} for title, name in (("税务", "tax"), ("社保", "s"))
    ]
    asked.office.assistant.replies_to("补贴", "您问的是哪一个？", buttons=offers, band="clarify")
    asked.say("补贴")

    asked.say("2")

    assert asked.office.assistant.heard[-1].payload == '/choose_subject{"subject": "s"}'
    assert asked.handover.survey_score is None


def test_who_never_talked_to_anybody_cannot_rate(office: Office) -> None:
    assert office.visitor().say("5分") == ["到：5分"]


def test_a_score_in_the_middle_of_a_talk_is_the_agents_to_read(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    assert visitor.say("5分") == [] and visitor.handover.survey_score is None


def test_writing_again_opens_a_closed_conversation_and_the_bot_answers(asked: Visitor) -> None:
    assert asked.conversation.closed_at is not None

    assert asked.say("还有一个问题") == ["到：还有一个问题"]

    assert asked.conversation.closed_at is None and asked.owner == "bot"


def test_a_rating_alone_leaves_a_closed_conversation_closed(asked: Visitor) -> None:
    asked.say("5分")

    assert asked.conversation.closed_at is not None


def test_who_asks_for_a_person_again_gets_a_new_place(asked: Visitor) -> None:

    asked.say("转人工")

    assert [row.status for row in asked.handovers] == ["waiting", "ended"] and asked.owner == "queue"


# What the bot is told of it.


def test_the_bot_is_told_once_what_people_said_meanwhile(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    visitor.say("商标异议要交多少钱")
    office.desk.say(mei, visitor.id, "500元", "a1")
    office.desk.return_to_bot(mei, visitor.id, "", None)

    visitor.say("那要多久")
    visitor.say("谢谢")

    told, then = office.assistant.heard[-2:]
    assert [(turn.sender, turn.text) for turn in told.meanwhile] == [
        ("agent", "您好"),
        ("user", "商标异议要交多少钱"),
        ("agent", "500元"),
    ]
    assert (then.text, list(then.meanwhile)) == ("谢谢", [])


def test_the_bot_is_told_the_last_forty_messages_at_most(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    for number in range(TOLD_AT_MOST):
        visitor.say(f"说{number}")
    office.desk.say(mei, visitor.id, "好", "a1")
    office.desk.return_to_bot(mei, visitor.id, "", None)

    visitor.say("那要多久")

    told = [turn.text for turn in office.assistant.heard[-1].meanwhile]
    assert told == [*(f"说{number}" for number in range(1, TOLD_AT_MOST)), "好"]


# Where notices go.


def test_every_notice_is_sent_the_way_the_user_wrote_last(office: Office, mei: Principal) -> None:
    visitor = office.visitor("wechat")
    visitor.say("转人工")
    office.desk.take(mei, visitor.id)
    visitor.say("我在网页上写", channel="widget")
    office.desk.say(mei, visitor.id, "好", "a1")
    visitor.say("又回到微信", channel="wechat")
    office.desk.close(mei, visitor.id, "solved", "", with_survey=True)

    sent = {row.message_id: row.channel for row in all_of(office.database, OutboxRow)}
    channels = [(message.sender, sent[message.id]) for message in visitor.said if message.sender != "user"]
    assert channels == [
        ("bot", "wechat"),
        ("system", "wechat"),
        ("system", "wechat"),
        ("agent", "widget"),
        ("system", "wechat"),
    ]
    assert office.woken, "and what is owed is sent at once"


def test_a_supervisor_who_is_ready_counts(office: Office) -> None:
    office.agent("chief", Role.SUPERVISOR)

    assert office.waiting().owner == "queue"


def test_a_rating_leaves_a_closed_conversation_closed(asked: Visitor) -> None:
    asked.say("5分，很快")

    assert asked.conversation.closed_at is not None
