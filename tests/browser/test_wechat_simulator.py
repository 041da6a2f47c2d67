"""The assistant in the simulated WeChat client, as a person with a phone meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bot.bootstrap import build_services, load_current_model, open_database
from bot.channels.wechat_menu import read_menu
from bot.settings import PROJECT
from simulator.app import PAGE
from tests.fixtures.running_app import serving
from tests.fixtures.wechat import Simulator, simulated
from tests.fixtures.wechat_product import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not PAGE.is_dir(), reason="frontend/simulator is not built")]
TIMEOUT_MS = 10_000
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def served(copy_of_data_dir: Callable[[], Path]) -> Iterator[tuple[Simulator, dict[str, Any]]]:
    """A platform with the product and its model behind it, and the account's menu."""
    folder = copy_of_data_dir()
    with simulated("safe") as simulator:
        settings = settings_for(simulator, folder)
        services = build_services(settings, open_database(settings))
        load_current_model(services)
        with serving(services) as app:
            simulator.point_to(app.url)
            yield simulator, read_menu(PROJECT / "wechat-menu.yml", services.subject_titles, app.url)


@pytest.fixture
def simulator(served: tuple[Simulator, dict[str, Any]]) -> Simulator:
    """The platform without users: a page begins as the last one that there was."""
    simulator, menu = served
    assert simulator.client.post("/simulator/reset").status_code == 200
    simulator.platform.menu = menu
    return simulator


class Client:
    """The WeChat client on a page."""

    def __init__(self, page: Page, simulator: Simulator) -> None:
        self.page = page
        page.set_default_timeout(TIMEOUT_MS)
        self.input = self.test("message-input")
        self.bubbles = self.test("bubble")
        self.replies = page.locator('[data-test="bubble"][data-sender="account"]')
        page.goto(simulator.url)

    def follow(self) -> None:
        self.test("follow-button").click()
        expect(self.replies.first).to_be_visible(timeout=TIMEOUT_MS)

    def say(self, text: str) -> Locator:
        """Write, and return the reply."""
        known = self.replies.count()
        self._switch_to("输入")
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.replies.nth(known)).to_be_visible()
        return self.replies.nth(known)

    def open_more(self) -> None:
        self._switch_to("输入")
        self.page.get_by_role("button", name="更多", exact=True).click()

    def press_menu(self, entry: str, item: str) -> None:
        self._switch_to("菜单")
        self.test("menu-entry").filter(has_text=entry).click()
        self.test("menu-item").filter(has_text=item).click()

    def _switch_to(self, mode: str) -> None:
        """An account with a menu shows it first; one without has nothing to switch."""
        toggle = self.page.get_by_role("button", name=f"切换到{mode}", exact=True)
        if toggle.is_visible():
            toggle.click()

    def test(self, name: str) -> Locator:
        return self.page.locator(f'[data-test="{name}"]')


@pytest.fixture
def client(page: Page, simulator: Simulator) -> Client:
    return Client(page, simulator)


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="zh-CN")
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


def test_who_follows_is_greeted_and_is_answered_with_a_source(client: Client) -> None:
    client.follow()
    expect(client.replies.first).to_contain_text("营商小助")

    expect(client.say("信用修复要什么材料")).to_contain_text("依据")


def test_an_option_that_is_pressed_is_answered(client: Client) -> None:
    client.follow()
    option = client.test("option").first
    expect(option).to_be_visible()
    known = client.replies.count()

    option.click()

    expect(client.replies.nth(known)).to_be_visible()
    expect(client.replies.nth(known)).not_to_contain_text("没有听懂")


def test_a_menu_entry_asks_its_question(client: Client) -> None:
    client.follow()
    known = client.replies.count()

    client.press_menu("信用·维权", "移出经营异常名录")

    expect(client.replies.nth(known)).to_contain_text("异常名录")


def test_a_page_opened_from_the_menu_goes_on_with_the_same_conversation(client: Client) -> None:
    client.follow()
    client.say("信用修复要什么材料")

    client.press_menu("办事", "网页上继续聊")

    page = client.page.frame_locator("iframe")
    expect(page.locator('[data-sender="user"]').filter(has_text="信用修复要什么材料")).to_be_visible()
    expect(page.locator('[data-sender="bot"]').filter(has_text="依据").first).to_be_visible()


def test_two_people_do_not_see_each_others_chat(desktop: BrowserContext, simulator: Simulator) -> None:
    client = Client(desktop.new_page(), simulator)
    client.follow()
    client.say("我有个秘密要问")

    client.test("bench-new-user").click()
    client.follow()

    expect(client.bubbles.filter(has_text="秘密")).to_have_count(0)
    client.test("bench-user").first.click()
    expect(client.bubbles.filter(has_text="秘密").first).to_be_visible()


def test_a_reply_without_the_right_to_send_is_still_given(desktop: BrowserContext, simulator: Simulator) -> None:
    client = Client(desktop.new_page(), simulator)
    client.follow()
    toggle = client.test("rights-toggle")
    toggle.uncheck(force=True)
    try:
        expect(client.say("怎么注册公司")).to_be_visible()
    finally:
        toggle.check(force=True)


def test_a_picture_is_shown_and_acknowledged(client: Client) -> None:
    client.follow()
    known = client.replies.count()
    client.open_more()
    client.test("send-image").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})

    expect(client.replies.nth(known)).to_contain_text("图片已经收到")


def test_a_traditional_question_is_answered_in_traditional_characters(client: Client) -> None:
    client.follow()

    expect(client.say("信用修復要什麼材料")).to_contain_text(re.compile("依據|材料"))
