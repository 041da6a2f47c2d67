"""Takes the pictures of the desk's guide, from a running server with users who wait.

    ./yingshang serve --data-dir var/pictures --today 2026-11-23T10:00      # in another terminal; note the admin's password
    .venv/bin/python -m docs.desk.capture --password PASSWORD [--url http://127.0.0.1:8000] [--username admin]

Use a fresh data folder: the conversations that it begins stay there. Look at every picture before it is published.
"""

from __future__ import annotations

import argparse
import re
import sys
import uuid
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, ViewportSize, expect

from docs.album import Album, chromium

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
TIMEOUT_MS = 20_000
TALKS = (
    ("商标被别人抢注了怎么办", "我们是2019年开始用的，有合同和发票", "转人工"),
    ("信用修复要带什么材料", "转人工"),
    ("食品经营许可证怎么办", "人工客服"),
    ("对方冒充税务局让我转账，钱已经转了，被骗了",),
)


def begin_talks(url: str) -> None:
    """Let visitors ask, and wait for a person."""
    for talk in TALKS:
        begun = requests.post(f"{url}/api/chat/conversations", json={}, timeout=30).json()
        where = f"{url}/api/chat/conversations/{begun['conversation_id']}/messages"
        for text in talk:
            said = {"text": text, "client_message_id": uuid.uuid4().hex}
            requests.post(where, json=said, headers={"Authorization": f"Bearer {begun['token']}"}, timeout=30).raise_for_status()


def sign_in(browser: Browser, url: str, username: str, password: str) -> Page:
    page = browser.new_page(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(f"{url}/desk/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("tab", name=re.compile("^排队"))).to_be_visible()
    made_ready = page.request.put(f"{url}/api/desk/presence", data={"state": "ready", "takes_automatically": False})
    assert made_ready.ok, made_ready.text()
    return page


def take_chat(page: Page, album: Album) -> None:
    """An agent takes a chat, answers, and looks for what to send along."""
    page.locator("li.row").filter(has_text="2019年开始").first.click()
    page.get_by_role("group", name="会话操作").get_by_role("button", name="接入", exact=True).click()
    expect(page.get_by_role("status", name="接待状态")).to_contain_text("我在接待")
    reply = page.get_by_label("回复", exact=True)
    reply.fill("您好，2019年的合同和发票都可以作为在先使用的证据，请先整理好。")
    reply.press("Enter")
    expect(page.get_by_text("已送达")).to_be_visible()
    page.get_by_role("tab", name=re.compile("^排队")).click()
    album.keep(page, "chat")


def take_overview(page: Page, album: Album) -> None:
    page.get_by_role("link", name="实时看板").click()
    expect(page.get_by_role("heading", name="实时看板")).to_be_visible()
    expect(page.get_by_text("承诺").first).to_be_visible()
    album.keep(page, "overview")


def main() -> int:
    parser = argparse.ArgumentParser(description="take the pictures of the desk's guide")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of a server that runs already")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    expect.set_options(timeout=TIMEOUT_MS)
    album = Album(options.folder)
    with chromium() as browser:
        page = sign_in(browser, options.url, options.username, options.password)
        begin_talks(options.url)
        take_chat(page, album)
        take_overview(page, album)
    return 0


if __name__ == "__main__":
    sys.exit(main())
