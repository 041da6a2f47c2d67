"""Around the platform's interface: faults on purpose, and a log entry for every call."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.errors import MESSAGES
from simulator.platform import Platform

PREFIXES = ("/cgi-bin/", "/sns/")
_DROPPED: list[Message] = []
"""In place of an answer: none."""


class FaultyApi:
    """ASGI middleware. An answer is held back until it is known that it may go out."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self.app, self.platform = app, platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        answer = await self._answer(scope, receive)
        self._record(scope["path"], answer, round((time.monotonic() - began) * 1000, 1))
        if not answer:
            await _cut(receive)
        for message in answer:
            await send(message)

    async def _answer(self, scope: Scope, receive: Receive) -> list[Message]:
        faults, path = self.platform.faults, scope["path"]
        if faults.drops(path, "before"):
            return _DROPPED
        code = faults.next_error(path)
        answer = await self._real_answer(scope, receive) if code is None else await _refusal(code, receive)
        await asyncio.sleep(faults.api_delay_s.get(path, 0))
        return _DROPPED if faults.drops(path, "after") else answer

    async def _real_answer(self, scope: Scope, receive: Receive) -> list[Message]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        return messages

    def _record(self, path: str, answer: list[Message], ms: float) -> None:
        code = _errcode(answer)
        status = answer[0]["status"] if answer else None
        outcome = "dropped" if not answer else "ok" if not code else MESSAGES.get(code, "refused")
        self.platform.journal.count(f"api:{path}", *([f"api_error:{code}"] if code else []))
        self.platform.journal.add("api", path, status=status, code=code, ms=ms, outcome=outcome)


def _errcode(answer: list[Message]) -> int | None:
    """Return the errcode; 0 for an answer without one; None for no answer."""
    if not answer:
        return None
    body = b"".join(message.get("body", b"") for message in answer)
    if not body.startswith(b"{"):
        return 0
    return int(json.loads(body).get("errcode", 0))


async def _refusal(code: int, receive: Receive) -> list[Message]:
    """Return an errcode; the request is read to its end, so that the connection can be used again."""
    while (await receive()).get("more_body"):
        pass
    body = json.dumps({"errcode": code, "errmsg": MESSAGES.get(code, "refused")}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return [{"type": "http.response.start", "status": 200, "headers": headers}, {"type": "http.response.body", "body": body}]


async def _cut(receive: Receive) -> None:
    """Close the connection without a word. ASGI has no message for that, so uvicorn's own object is asked."""
    cycle: Any = getattr(receive, "__self__", None)
    cycle.transport.abort()
    while not cycle.disconnected:
        await asyncio.sleep(0)
