"""How the desk's pages fit on a small screen, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import DeskPage
from tests.browser.office import Office
from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser

SMALL = {"viewport": {"width": 1280, "height": 720}}
BRIGHTNESS = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number)
  return (red + green + blue) / 3
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_small_screen(
    scheme: str, office: Office, sit_down: Callable[..., DeskPage], arrive: Callable[..., WidgetPage]
) -> None:
    office.be_ready("wang")
    user = arrive()
    user.ask("信用修复怎么办")
    user.ask_for_a_person()
    visitor = office.visitor_of(user.conversation_id())
    wang = sit_down("wang", color_scheme=scheme, **SMALL)
    assert (wang.page.evaluate(BRIGHTNESS) < 100) == (scheme == "dark")

    wang.read(visitor)
    expect(wang.log).to_contain_text("信用修复怎么办")
    assert_no_overflow_in(wang, "指派", "指派会话")
    wang.take()
    for tab in ("概况", "知识", "备注", "经过"):
        wang.side.get_by_role("tab", name=tab).click()
        assert wang.overflow_px() == 0, tab
    for action, title in (("转接", "转接会话"), ("交还小助", "交还小助"), ("结束", "结束会话")):
        assert_no_overflow_in(wang, action, title)
    for name in ("诉求", "企业", "需求", "实时看板", "常用语", "账号"):
        wang.show(name)
        expect(wang.page.get_by_role("heading", name=name, level=1)).to_be_visible()
        assert wang.overflow_px() == 0, name


def assert_no_overflow_in(desk: DeskPage, action: str, title: str) -> None:
    """Open a dialog, look, and leave it with Escape."""
    dialog = desk.begin(action, title)
    assert desk.overflow_px() == 0, title
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
