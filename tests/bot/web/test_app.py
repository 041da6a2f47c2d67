"""The pages and the limits around the interface."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.bootstrap import WIDGET_DIST
from bot.web.limits import BodyLimit
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import error_of

built = pytest.mark.skipif(not (WIDGET_DIST / "index.html").exists(), reason="the widget is not built")


@built
def test_the_root_leads_to_the_chat_page(app: RunningApp) -> None:
    response = app.client.get("/", follow_redirects=True)

    assert response.status_code == 200 and response.url.path == "/widget/"
    assert "text/html" in response.headers["content-type"]
    assert response.headers["x-content-type-options"] == "nosniff"


@built
def test_the_page_is_looked_at_again_and_its_hashed_assets_are_kept(app: RunningApp) -> None:
    asset = next((WIDGET_DIST / "assets").iterdir()).name

    assert app.client.get("/widget/").headers["cache-control"] == "no-cache"
    assert "immutable" in app.client.get(f"/widget/assets/{asset}").headers["cache-control"]


@built
@pytest.mark.parametrize(
    "path", ["/widget/../bot/settings.py", "/widget/%2e%2e/%2e%2e/pyproject.toml", "/widget//etc/passwd", "/widget/.env"]
)
def test_no_file_outside_the_built_page_is_served(app: RunningApp, path: str) -> None:
    assert app.client.get(path).status_code == 404


async def _drain(limit_bytes: int, chunks: list[bytes]) -> tuple[list[dict[str, Any]], list[bytes]]:
    sent: list[dict[str, Any]] = []
    seen: list[bytes] = []
    waiting = [{"type": "http.request", "body": c, "more_body": i + 1 < len(chunks)} for i, c in enumerate(chunks)]

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["body"])

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await BodyLimit(inner, limit_bytes)({"type": "http", "method": "POST", "path": "/"}, receive, send)
    return sent, seen


def test_a_body_at_the_limit_passes_whole_and_one_byte_more_is_refused_before_the_rest_is_read() -> None:
    assert asyncio.run(_drain(6, [b"abc", b"def"])) == ([], [b"abcdef"])

    sent, seen = asyncio.run(_drain(5, [b"abc", b"def", b"never read"]))
    assert sent[0]["status"] == 413 and seen == []


def test_an_error_nobody_expected_is_structured_and_tells_nothing_of_the_inside(
    app: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = app.talk()

    async def break_down(*_: Any) -> Any:
        raise ValueError("secret detail")

    monkeypatch.setattr(app.services.chat, "history", break_down)
    response = app.client.get(talk.path, headers=talk.headers)

    assert response.status_code == 500 and error_of(response)["code"] == "internal_error"
    assert "secret detail" not in response.text and "Traceback" not in response.text
