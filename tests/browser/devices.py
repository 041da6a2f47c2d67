"""The phones and computers on which the pages are opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

TIMEOUT_MS = 20_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
COMPUTER = {"viewport": {"width": 1440, "height": 900}}
OF_THE_LINE = ("Failed to load resource", "WebSocket connection to")
"""How Chromium's own reports begin of a refused call or a server that is away; no fault of a page."""


@contextmanager
def visiting(browser: Browser, **device: Any) -> Iterator[BrowserContext]:
    """A fresh browser. Raises AssertionError in the end when a script failed or complained."""
    context = browser.new_context(**device, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(TIMEOUT_MS)
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OF_THE_LINE):
            errors.append(message.text)

    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", note)
    yield context
    context.close()
    assert errors == []
