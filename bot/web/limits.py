"""Refusing request bodies that are too large before they are read into memory."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import MAX_BODY_BYTES
from bot.web.errors import error_response

UPLOADS = frozenset({"/api/desk/tasks/import"})
"""Routes that read a file from the stream and limit it themselves: BodyLimit would hold it in memory."""
_TEXT = "请求内容太大了，请缩短后再发。"


class BodyLimit:
    """Answers 413 to a body over the limit, whether its length is announced or not."""

    def __init__(self, app: ASGIApp, limit_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UPLOADS:
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = scope["method"] in ("POST", "PUT", "PATCH", "DELETE")
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body.extend(message.get("body", b""))
            more = message.get("more_body", False)
            if len(body) > self._limit_bytes:
                await error_response(413, "body_too_large", _TEXT)(scope, receive, send)
                return
        await self._app(scope, _replay(bytes(body), receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replayed
