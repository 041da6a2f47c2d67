"""The desk without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import DeskPage
from tests.browser.office import Office
from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser

SitDown = Callable[..., DeskPage]
Arrive = Callable[..., WidgetPage]


def test_a_chat_is_taken_answered_passed_on_and_closed_with_the_keyboard_alone(
    office: Office, sit_down: SitDown, arrive: Arrive
) -> None:
    office.be_ready("li")
    zhang, li, user = sit_down("zhang"), sit_down("li"), arrive()
    user.ask_for_a_person()
    visitor = office.visitor_of(user.conversation_id())
    keys = zhang.page.keyboard

    keys.press("Alt+s")
    expect(zhang.page.get_by_role("button", name="接待状态：接待中")).to_be_visible()
    expect(zhang.row(visitor)).to_be_visible()
    keys.press("Alt+ArrowDown")
    expect(zhang.page.get_by_role("heading", name=visitor)).to_be_visible()
    keys.press("Alt+a")
    expect(zhang.standing).to_contain_text("我在接待")
    expect(zhang.input).to_be_focused()
    keys.type("第一行")
    keys.press("Shift+Enter")
    keys.type("第二行")
    keys.press("Enter")
    expect(user.said_by_people.last).to_contain_text(re.compile("第一行\\s*第二行"))

    keys.press("Alt+t")
    dialog = zhang.page.get_by_role("dialog", name="转接会话")
    expect(dialog.get_by_role("radio", name="转给坐席")).to_be_focused()
    tab_to(zhang, "李强")
    keys.press("Space")
    keys.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(zhang.standing).to_contain_text("李强在接待")

    keys = li.page.keyboard
    keys.press("Alt+2")
    expect(li.row(visitor)).to_be_visible()
    keys.press("Alt+ArrowDown")
    expect(li.standing).to_contain_text("我在接待")
    keys.press("Alt+i")
    expect(li.input).to_be_focused()
    keys.press("Alt+e")
    dialog = li.page.get_by_role("dialog", name="结束会话")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    keys.press("Alt+e")
    expect(dialog.get_by_role("radio", name="已解决")).to_be_focused()
    keys.press("Control+Enter")
    expect(li.standing).to_contain_text("已结束 · 已解决")


def test_a_slash_finds_a_canned_reply_and_fills_it_in(office: Office, sit_down: SitDown, arrive: Arrive) -> None:
    office.be_ready("zhang")
    zhang, user = sit_down("zhang"), arrive()
    user.ask_for_a_person()
    zhang.read(office.visitor_of(user.conversation_id()))
    zhang.take()

    zhang.input.press_sequentially("/您好")
    expect(zhang.page.get_by_role("listbox", name="常用语").get_by_role("option").first).to_contain_text("开场问候")
    zhang.input.press("Enter")

    expect(zhang.input).to_have_value(re.compile("^..好，.*张敏（工号zhang）"))
    expect(user.said_by_people).to_have_count(0)
    zhang.input.press("Enter")
    expect(user.said_by_people).to_contain_text("我是综合服务组的张敏")
    expect(zhang.input).to_have_value("")


def tab_to(desk: DeskPage, words: str) -> None:
    """Press Tab, and the down key within a group, until the control with these words has the focus."""
    focused = "() => document.activeElement?.closest('label, button')?.innerText ?? ''"
    for key in ["Tab", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"] * 4:
        if words in desk.page.evaluate(focused):
            return
        desk.page.keyboard.press(key)
    pytest.fail(f"The keyboard never reached {words}.")
