"""embed.js in somebody else's website, which lies on another origin."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

pytestmark = pytest.mark.browser

WEBSITE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>某企业的网站</title>
<style>button {{ background: rgb(255, 0, 0) !important }}</style>
<h1>某企业的网站</h1><button id="own">网站自己的按钮</button>
<script src="{server_url}/widget/embed.js" async></script></html>"""


@pytest.fixture
def website(browser: Browser, server_url: str) -> Iterator[Page]:
    """A page of another origin. Really served: Chromium lets no page without an address load from the loopback."""
    page_bytes = WEBSITE.format(server_url=server_url.rstrip("/")).encode()

    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page_bytes)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Website) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        context.close()
        server.shutdown()


def test_the_launcher_opens_the_assistant_and_the_cross_closes_it(website: Page) -> None:
    website.get_by_role("button", name="打开营商小助").click()
    expect(assistant(website).get_by_role("textbox")).to_be_visible()

    website.get_by_role("button", name="关闭营商小助").click()

    expect(website.get_by_role("dialog")).to_have_count(0)
    expect(website.get_by_role("button", name="打开营商小助")).to_be_focused()


def test_it_opens_and_closes_with_the_keyboard_and_gives_the_focus_back(website: Page) -> None:
    launcher = website.get_by_role("button", name="打开营商小助")
    launcher.focus()
    website.keyboard.press("Enter")
    expect(assistant(website).get_by_role("textbox")).to_be_focused()

    website.keyboard.press("Escape")

    expect(website.get_by_role("dialog")).to_have_count(0)
    expect(launcher).to_be_focused()


def test_a_question_is_answered_inside_another_website(website: Page) -> None:
    website.get_by_role("button", name="打开营商小助").click()

    assistant(website).get_by_role("textbox").fill("信用修复怎么办")
    assistant(website).get_by_role("button", name="发送").click()

    expect(assistant(website).locator('[data-sender="bot"]').first).to_be_visible()


def test_on_a_desktop_it_is_a_panel_and_on_a_phone_the_whole_screen(website: Page) -> None:
    website.get_by_role("button", name="打开营商小助").click()
    panel = website.get_by_role("dialog", name="营商小助")
    box = panel.bounding_box()
    assert box is not None and (box["width"], box["height"]) == (400, 640)

    website.set_viewport_size({"width": 390, "height": 844})

    expect(panel).to_have_css("width", "390px")
    expect(panel).to_have_css("height", "844px")


def test_styles_leak_neither_way(website: Page) -> None:
    launcher = website.get_by_role("button", name="打开营商小助")
    expect(launcher).not_to_have_css("background-color", "rgb(255, 0, 0)")
    expect(website.locator("#own")).to_have_css("background-color", "rgb(255, 0, 0)")
    assert website.evaluate("() => document.head.querySelectorAll('style, link').length") == 1


def assistant(website: Page) -> FrameLocator:
    return website.frame_locator('iframe[title="营商小助对话"]')
