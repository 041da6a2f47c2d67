"""Reading an article on a phone, and the chat that was begun in WeChat, in a real browser against the real server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser
JOIN = "**/api/chat/wechat-conversation"
GUIDE = "/articles/S22-government-procurement"


def test_a_source_below_an_answer_leads_to_its_section_and_back_to_the_same_chat(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")
    widget.sources.first.locator("summary").click()

    with widget.page.expect_popup() as opened:
        widget.page.get_by_role("link", name=re.compile("查看全文")).first.click()
    article = opened.value

    expect(article.locator("h1")).to_be_visible()
    expect(article.locator("section:target")).to_be_in_viewport()
    article.get_by_role("link", name="继续提问").click()
    expect(article.locator('[data-sender="user"]')).to_have_text([re.compile("信用修复怎么办")])


def test_an_article_fits_a_phone_and_its_contents_lead_to_the_section(page: Page, server_url: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(server_url + GUIDE)
    page.get_by_role("navigation", name="目录").get_by_role("link", name="费用").tap()

    expect(page.locator("#fee")).to_be_in_viewport()
    assert page.locator("#fee").bounding_box()["y"] >= 56, "the bar covers the heading"  # type: ignore[index]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('section p')).fontSize)") >= 17
    assert complaints == []


def test_an_article_is_dark_where_the_phone_is_dark(phone: BrowserContext, server_url: str) -> None:
    page = phone.new_page()
    background = "() => getComputedStyle(document.body).backgroundColor"

    page.goto(server_url + GUIDE)
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")

    assert [light, page.evaluate(background)] == ["rgb(238, 242, 240)", "rgb(15, 20, 19)"]


def test_the_chat_begun_in_wechat_goes_on_in_the_page(page: Page, server_url: str) -> None:
    credentials = begin_conversation(page, server_url, "信用修复怎么办")
    page.route(JOIN, lambda route: route.fulfill(json=credentials))

    widget = arrive_from_wechat(page, server_url)

    expect(widget.questions).to_have_text([re.compile("信用修复怎么办")])
    expect(widget.answers.first).to_be_visible()
    expect(page).to_have_url(f"{server_url}/widget/")
    widget.ask("要多久")
    assert widget.stored_questions() == ["信用修复怎么办", "要多久"]


def test_what_could_not_be_sent_elsewhere_waits_in_the_input(page: Page, server_url: str) -> None:
    credentials = begin_conversation(page, server_url, "信用修复怎么办")
    page.route(JOIN, lambda route: route.fulfill(json=credentials))
    page.goto(f"{server_url}/healthz")
    unsent = {"clientMessageId": "k", "text": "还没发出的问题", "order": 1, "state": "unsent"}
    page.evaluate("(item) => localStorage.setItem('yingshang.unsent.k', JSON.stringify(item))", unsent)

    widget = arrive_from_wechat(page, server_url)

    expect(widget.input).to_have_value("还没发出的问题")
    expect(widget.waiting).to_have_count(0)
    assert widget.stored_questions() == ["信用修复怎么办"]


@pytest.mark.parametrize("status", [404, 410])
def test_without_a_chat_in_wechat_a_new_one_is_begun_and_announced(page: Page, server_url: str, status: int) -> None:
    page.route(JOIN, lambda route: route.fulfill(status=status, json={"error": {"code": "x", "message": "x"}}))

    widget = arrive_from_wechat(page, server_url)

    expect(page.get_by_text("未能接上公众号里的对话，已为您新开一个会话。")).to_be_visible()
    expect(page).to_have_url(f"{server_url}/widget/")
    widget.ask("信用修复怎么办")


def test_a_picture_said_in_wechat_is_fetched_with_the_token_and_shown(page: Page, server_url: str) -> None:
    credentials = begin_conversation(page, server_url, "信用修复怎么办")
    tokens: list[str | None] = []

    def picture(route: Route) -> None:
        tokens.append(route.request.headers.get("authorization"))
        route.fulfill(body=ONE_PIXEL, content_type="image/png")

    page.route(JOIN, lambda route: route.fulfill(json=credentials))
    page.route("**/api/chat/files/1", picture)
    page.route_web_socket("**/stream", lambda socket: socket.close())
    page.route("**/messages?after=0", lambda route: route.fulfill(json=with_files(route.fetch().json())))

    widget = arrive_from_wechat(page, server_url)

    expect(widget.questions.first).to_contain_text("图片 1 KB · 已收到")
    expect(widget.questions.first).to_contain_text("语音 7秒 · 正在接收…")
    shown = widget.questions.first.locator("img")
    expect(shown).to_have_attribute("src", re.compile("^blob:"))
    assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1
    assert tokens == [f"Bearer {credentials['token']}"]


ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f0001040100e5b0b6d30000000049454e44ae426082"
)


def begin_conversation(page: Page, server_url: str, text: str) -> dict[str, Any]:
    """Say something outside the browser's own storage, as the official account would; return the conversation's key."""
    root = f"{server_url}/api/chat/conversations"
    credentials: dict[str, Any] = page.request.post(root, data={}).json()
    said = page.request.post(
        f"{root}/{credentials['conversation_id']}/messages",
        data={"text": text, "client_message_id": "from-wechat"},
        headers={"Authorization": f"Bearer {credentials['token']}"},
    )
    assert said.ok, said.status
    return credentials


def with_files(exchange: dict[str, Any]) -> dict[str, Any]:
    picture = {"kind": "image", "state": "stored", "url": "/api/chat/files/1", "size_bytes": 500}
    voice = {"kind": "voice", "state": "pending", "url": None, "size_bytes": None, "seconds": 7}
    first = {**exchange["messages"][0], "text": "", "attachments": [picture, voice]}
    return {**exchange, "messages": [first, *exchange["messages"][1:]]}


def arrive_from_wechat(page: Page, server_url: str) -> WidgetPage:
    page.goto(f"{server_url}/widget/?from=wechat")
    widget = WidgetPage(page, server_url)
    expect(widget.status).to_contain_text("在线")
    return widget
