"""Takes the pictures of the administrator's guide, from the simulator with the real product behind it.

    ./yingshang wechat-simulator                       # in another terminal; wait for 营商小助已就绪
    .venv/bin/python -m docs.wechat.capture [--url http://127.0.0.1:8300/] [--folder docs/wechat]

It plays a new user of the simulator, so it can be run again and again. Look at every picture before it is published.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Locator, Page, ViewportSize, expect

from docs.album import Album, chromium

PHONE: ViewportSize = {"width": 390, "height": 780}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
TIMEOUT_MS = 20_000
QUESTION = "信用修复要带什么材料"
AMBIGUOUS = "处罚"
SHORT_QUESTION = "商标异议多久"
PAGE_ENTRY = "网页上继续聊"


class Phone:
    """The simulator's phone, used by its user."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.replies = page.locator('[data-test=bubble][data-sender="account"]')

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-test={name}]")

    def begin(self, url: str) -> None:
        """Open the page as somebody who does not follow the account yet."""
        self.page.goto(url)
        expect(self.part("profile-screen").or_(self.part("profile")).first).to_be_visible()
        if self.part("profile").is_visible():
            self.part("profile").click()
        if not self.part("follow-button").is_visible():
            self.part("new-user").click()
        expect(self.part("follow-button")).to_be_visible()

    def follow(self) -> None:
        self._until_answered(self.part("follow-button").click)

    def ask(self, text: str) -> None:
        if not self.part("message-input").is_visible():
            self.part("menu-toggle").click()
        self.part("message-input").fill(text)
        self._until_answered(lambda: self.part("message-input").press("Enter"))

    def speak(self) -> None:
        self.part("voice-button").click()
        self._until_answered(self.part("voice-send").click)

    def open_menu(self) -> None:
        self.part("menu-toggle").click()
        self.part("menu-entry").first.click()
        expect(self.part("menu-item").first).to_be_visible()

    def open_page(self, address: Locator) -> FrameLocator:
        """Open what leads to a web page; the page is shown inside the phone."""
        address.click()
        expect(self.part("webview")).to_be_visible()
        return self.page.frame_locator("[data-test=webview] iframe")

    def close_page(self) -> None:
        self.part("webview-close").click()

    def _until_answered(self, act: Callable[[], None]) -> None:
        known = self.replies.count()
        act()
        expect(self.replies.nth(known)).to_be_visible()


def take_phone(browser: Browser, url: str, album: Album) -> None:
    """What a user sees, from following the account to reading an article."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(TIMEOUT_MS)
    phone = Phone(context.new_page())
    phone.begin(url)
    phone.follow()
    album.keep(phone.page, "welcome")
    phone.ask(AMBIGUOUS)
    album.keep(phone.page, "options")
    phone.ask(QUESTION)
    album.keep(phone.page, "answer")
    phone.open_page(phone.page.get_by_text("查看全文").last).get_by_role("heading", level=1).wait_for()
    album.keep(phone.page, "article")
    phone.close_page()
    phone.speak()
    album.keep(phone.page, "voice")
    phone.open_menu()
    album.keep(phone.page, "menu")
    chat = phone.open_page(phone.part("menu-item").filter(has_text=PAGE_ENTRY))
    expect(chat.locator('[data-sender="bot"]').last).to_be_visible()
    album.keep(phone.page, "web-page")
    context.close()


def take_bench(browser: Browser, url: str, album: Album) -> None:
    """What stands beside the phone on a wide screen."""
    page = browser.new_page(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
    page.set_default_timeout(TIMEOUT_MS)
    phone = Phone(page)
    phone.begin(url)
    phone.follow()
    phone.ask(SHORT_QUESTION)
    album.keep(page, "bench")
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="take the pictures of the guide")
    parser.add_argument("--url", default="http://127.0.0.1:8300/", help="address of a simulator that runs already")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    expect.set_options(timeout=TIMEOUT_MS)
    album = Album(options.folder)
    with chromium() as browser:
        take_phone(browser, options.url, album)
        take_bench(browser, options.url, album)
    return 0


if __name__ == "__main__":
    sys.exit(main())
