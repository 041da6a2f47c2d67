"""A user on a phone, the bot, and people at the desk in one conversation, each in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.desk_page import DeskPage
from tests.browser.office import KillableServer, Office
from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser

SitDown = Callable[..., DeskPage]
Arrive = Callable[..., WidgetPage]
BACK_AGAIN_MS = 45_000
"""Pages try again ever less often, and the machine may be busy."""


def test_a_chat_passes_from_the_bot_to_two_people_back_to_the_bot_and_ends_with_a_rating(
    office: Office, sit_down: SitDown, arrive: Arrive
) -> None:
    office.be_ready("zhang", "li")
    zhang, li, user = sit_down("zhang"), sit_down("li"), arrive()
    user.ask("信用修复怎么办")

    user.ask_for_a_person()
    expect(user.status).to_contain_text("排队中 第1位")
    visitor = office.visitor_of(user.conversation_id())

    zhang.read(visitor)
    expect(zhang.log).to_contain_text("信用修复怎么办")
    expect(zhang.standing).to_contain_text("排队中，第 1 位")
    zhang.take()
    expect(user.status).to_contain_text("人工客服 张敏 正在为您服务")

    user.input.press_sequentially("我想注册商标")
    expect(zhang.page.get_by_text(f"{visitor} 正在输入")).to_be_visible()
    user.input.press("Enter")
    expect(zhang.messages.last).to_contain_text("我想注册商标")
    expect(zhang.page.get_by_text(f"{visitor} 正在输入")).to_be_hidden()

    zhang.input.press_sequentially("这件事我请同事来答")
    expect(user.page.get_by_text("客服 张敏 正在输入")).to_be_visible()
    zhang.input.press("Enter")
    expect(user.said_by_people.last).to_contain_text("这件事我请同事来答")
    expect(user.page.get_by_text("客服 张敏 正在输入")).to_be_hidden()

    zhang.transfer_to("李强", "用户还想问商标")
    expect(user.status).to_contain_text("人工客服 李强 正在为您服务")
    expect(zhang.standing).to_contain_text("李强在接待")
    expect(zhang.input).to_be_hidden()

    li.show("我的")
    li.read(visitor)
    expect(li.history()).to_contain_text("张敏转接给李强")
    expect(li.history()).to_contain_text("用户还想问商标")
    li.say("您好，我来接着答")
    expect(user.said_by_people.last).to_contain_text("您好，我来接着答")
    title = li.attach_passage("商标注册要多久")
    li.input.press("Enter")
    expect(user.said_by_people.last).to_contain_text(title)
    user.said_by_people.last.locator("summary").tap()
    expect(user.said_by_people.last.locator("li")).to_contain_text(title)

    li.return_to_bot("可以继续问商标注册的时间和材料")
    expect(user.page.get_by_text("可以继续问商标注册的时间和材料")).to_be_visible()
    expect(user.status).to_contain_text("在线 · 智能助手")
    expect(user.ask("那要多久")).to_contain_text("商标")

    li.take("介入接待")
    expect(user.status).to_contain_text("人工客服 李强 正在为您服务")
    li.close("已解决", "讲了商标注册的时间")
    expect(li.standing).to_contain_text("已结束 · 已解决")

    user.page.get_by_text("5分 非常满意").locator("..").tap()
    user.page.get_by_placeholder("想说的话（可不填）").fill("答得很清楚")
    user.page.get_by_role("button", name="提交评价").tap()
    expect(user.page.get_by_text("您的评价：5分 非常满意")).to_be_visible()

    expect(li.messages.last).to_contain_text("5分，答得很清楚")
    expect(li.history()).to_contain_text("用户评价5分 非常满意")
    expect(li.history()).to_contain_text("答得很清楚")


def test_a_place_in_the_queue_moves_up_when_those_before_are_taken_or_leave(
    office: Office, sit_down: SitDown, arrive: Arrive
) -> None:
    office.be_ready("zhang")
    zhang, first, second, third = sit_down("zhang"), arrive(), arrive(), arrive()
    for place, user in enumerate((first, second, third), start=1):
        user.ask_for_a_person()
        expect(user.status).to_contain_text(f"排队中 第{place}位")

    zhang.read(office.visitor_of(first.conversation_id()))
    zhang.take()
    expect(second.status).to_contain_text("排队中 第1位")
    expect(third.status).to_contain_text("排队中 第2位")

    second.page.get_by_label("正在等待人工客服").get_by_role("button", name="不等了，先问小助").tap()
    expect(second.status).to_contain_text("在线 · 智能助手")
    expect(third.status).to_contain_text("排队中 第1位")


def test_of_two_who_take_a_chat_at_once_one_has_it_and_the_other_is_told_who(
    office: Office, sit_down: SitDown, arrive: Arrive
) -> None:
    office.be_ready("zhang", "li")
    desks, user = {"zhang": sit_down("zhang"), "li": sit_down("li")}, arrive()
    user.ask_for_a_person()
    visitor = office.visitor_of(user.conversation_id())
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for desk in desks.values():
        desk.read(visitor)
        desk.page.route("**/take", hold)
        with desk.page.expect_request("**/take"):
            desk.action("接入").click()

    assert len(held) == 2
    for route in held:
        route.continue_()

    expect(user.status).to_contain_text("正在为您服务")
    owner = office.detail_of(user.conversation_id())["entry"]["owner"]
    winner = owner.removeprefix("agent:")
    (loser,) = desks.keys() - {winner}
    name = {"zhang": "张敏", "li": "李强"}[winner]
    expect(desks[winner].standing).to_contain_text("我在接待")
    expect(desks[winner].input).to_be_visible()
    expect(desks[loser].told.filter(has_text=f"已由{name}接入")).to_be_visible()
    expect(desks[loser].standing).to_contain_text(f"{name}在接待")
    expect(desks[loser].input).to_be_hidden()


def test_what_both_wrote_while_the_server_was_dead_arrives_once_and_in_order(
    morning: tuple[KillableServer, Office], sit_down: SitDown, arrive: Arrive
) -> None:
    server, office = morning
    office.be_ready("zhang")
    zhang, user = sit_down("zhang"), arrive()
    user.ask_for_a_person()
    zhang.read(office.visitor_of(user.conversation_id()))
    zhang.take()
    zhang.say("坐席一")
    expect(user.said_by_people.last).to_contain_text("坐席一")
    user.say("用户一")
    expect(zhang.messages.last).to_contain_text("用户一")

    server.kill()
    for text in ("用户二", "用户三"):
        user.say(text)
    for text in ("坐席二", "坐席三"):
        zhang.say(text)
    expect(user.waiting).to_have_count(2)
    expect(zhang.unsent).to_have_count(2)
    expect(zhang.page.get_by_text("您写的内容会保留，恢复后自动发出")).to_be_visible()
    server.start_again()

    expect(user.waiting).to_have_count(0, timeout=BACK_AGAIN_MS)
    expect(zhang.unsent).to_have_count(0, timeout=BACK_AGAIN_MS)
    user.say("用户四")
    expect(zhang.messages.filter(has_text="用户四")).to_be_visible(timeout=BACK_AGAIN_MS)
    zhang.say("坐席四")
    expect(user.said_by_people.filter(has_text="坐席四")).to_be_visible(timeout=BACK_AGAIN_MS)

    stored = [message["text"] for message in user.stored_messages()]
    texts = [text for text in stored if re.fullmatch("(用户|坐席)[一二三四]", text)]
    assert [text for text in texts if text.startswith("用户")] == ["用户一", "用户二", "用户三", "用户四"]
    assert [text for text in texts if text.startswith("坐席")] == ["坐席一", "坐席二", "坐席三", "坐席四"]
    expect(zhang.messages.filter(has_text=re.compile("(用户|坐席)[一二三四]"))).to_have_count(8)
    assert shown_in_order(zhang.messages, texts) == texts
    assert shown_in_order(user.page.locator("#log [data-sender]"), texts) == texts


def test_on_a_holiday_who_asks_for_a_person_learns_when_one_is_there_and_leaves_a_number(
    holiday: Office, sit_down: SitDown, arrive: Arrive
) -> None:
    zhang, user = sit_down("zhang", holiday), arrive(holiday)
    user.ask_for_a_person()
    notice = user.notices.last
    expect(notice).to_contain_text("国庆节")
    expect(notice).to_contain_text("10月8日")

    user.page.get_by_role("button", name="留下联系方式").tap()
    form = user.page.get_by_role("dialog", name="留下联系方式")
    form.get_by_label("称呼").fill("王女士")
    form.get_by_label("事项").fill("想问信用修复的进度")
    form.get_by_label("电话").fill("1380000")
    form.get_by_role("button", name="提交").tap()
    expect(form.get_by_role("alert")).to_contain_text("现在是 7 位")
    form.get_by_label("电话").fill("13800001234")
    form.get_by_role("button", name="提交").tap()
    expect(user.page.get_by_text("已记下您的联系电话")).to_be_visible()

    zhang.show("留言")
    visitor = holiday.visitor_of(user.conversation_id())
    expect(zhang.row(visitor)).to_contain_text("已留联系方式")
    zhang.read(visitor)
    expect(zhang.side.get_by_role("region", name="留言")).to_contain_text("13800001234")
    expect(zhang.side.get_by_role("region", name="留言")).to_contain_text("想问信用修复的进度")


def test_on_a_saturday_worked_instead_of_a_holiday_the_desk_is_open(saturday: Office, sit_down: SitDown, arrive: Arrive) -> None:
    saturday.be_ready("zhang")
    zhang, user = sit_down("zhang", saturday), arrive(saturday)

    user.ask_for_a_person()

    expect(user.status).to_contain_text("排队中 第1位")
    zhang.read(saturday.visitor_of(user.conversation_id()))
    zhang.take()
    expect(user.status).to_contain_text("人工客服 张敏 正在为您服务")


def shown_in_order(shown: Locator, texts: Sequence[str]) -> list[str]:
    """Return which of the texts stand there, top to bottom, as often as they do."""
    return [text for row in shown.all_inner_texts() for text in texts if text in row]
