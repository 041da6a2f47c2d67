"""Signing in to the desk: refused, locked out, and a new password before the first work."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bot.business.lockout import FAILURES_UNTIL_LOCKED
from tests.browser.desk_page import DeskPage
from tests.browser.devices import COMPUTER, visiting
from tests.browser.office import PASSWORD, Office

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(browser: Browser, office: Office) -> Iterator[DeskPage]:
    """The desk as somebody finds it who is not signed in."""
    with visiting(browser, **COMPUTER) as context:
        found = DeskPage(context.new_page(), office.url)
        found.page.goto(found.url)
        yield found


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(desk: DeskPage) -> None:
    sign_in(desk, "sun", "错误的密码")

    expect(desk.told).to_contain_text("用户名或密码")
    expect(desk.page.get_by_label("用户名")).to_have_value("sun")
    expect(desk.page.get_by_label("密码", exact=True)).to_have_value("")


def test_who_signs_in_works_under_their_name_and_leaves_again(desk: DeskPage) -> None:
    sign_in(desk, "sun", PASSWORD)

    desk.page.get_by_role("button", name="我的账号：孙悦").click()
    desk.page.get_by_role("button", name="退出登录").click()

    expect(desk.page.get_by_role("heading", name="登录")).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="登录")).to_be_visible()


def test_after_five_wrong_passwords_a_name_is_locked_and_the_page_says_for_how_long(desk: DeskPage) -> None:
    for _ in range(FAILURES_UNTIL_LOCKED):
        sign_in(desk, "nobody", "猜一猜")
        expect(desk.told).to_contain_text("用户名或密码")
        expect(desk.page.get_by_label("密码", exact=True)).to_have_value("")

    sign_in(desk, "nobody", "猜一猜")

    expect(desk.told).to_contain_text(re.compile("1[45] ?分钟"))
    expect(desk.page.get_by_role("button", name="登录")).to_be_disabled()


def test_a_one_time_password_has_to_be_changed_before_anything_else(desk: DeskPage) -> None:
    sign_in(desk, "chen", PASSWORD)
    expect(desk.page.get_by_role("heading", name="请先设置新密码")).to_be_visible()

    change_password(desk, PASSWORD, "短")
    expect(desk.told).to_contain_text("10")
    change_password(desk, PASSWORD, "另外一把很长很长的雨伞")

    expect(desk.page.get_by_role("button", name="我的账号：陈晨")).to_be_visible()
    expect(desk.page.get_by_role("tab", name=re.compile("^排队"))).to_be_visible()


def sign_in(desk: DeskPage, username: str, password: str) -> None:
    desk.page.get_by_label("用户名").fill(username)
    desk.page.get_by_label("密码", exact=True).fill(password)
    desk.page.get_by_label("密码", exact=True).press("Enter")


def change_password(desk: DeskPage, old: str, new: str) -> None:
    desk.page.get_by_label("当前密码").fill(old)
    desk.page.get_by_label("新密码", exact=True).fill(new)
    desk.page.get_by_label("再输入一次新密码").fill(new)
    desk.page.get_by_role("button", name="保存新密码").click()
