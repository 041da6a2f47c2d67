"""One open desk: its stream, and what its agent does."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import aiohttp

from benchmarks.desk_load.installation import Account
from benchmarks.desk_load.journal import Change, Glimpse, Journal
from bot.web.session import COOKIE

PING_S = 20.0
AS_BROWSERS_DO = 15
"""The window that a browser offers for compressed frames."""
READ_AT_ONCE = 1024
GONE = {("take", 404), ("take", 409)}
"""What an agent reads who takes a chat that has just passed to another team or colleague. No failure."""


class Desk:
    """`on_glimpse` is told of every card."""

    def __init__(
        self,
        number: int,
        account: Account,
        client: aiohttp.ClientSession,
        url: str,
        journal: Journal,
        on_glimpse: Callable[[Glimpse], None] = lambda glimpse: None,
    ) -> None:
        self.account = account
        self.chats: dict[str, int] = {}
        """The conversations that it has, and how often its agent has written there."""
        self.broken = ""
        """Why its stream ended, if it did."""
        self._number = number
        self._client, self._url, self._journal = client, url, journal
        self._on_glimpse = on_glimpse
        self._headers = {"Cookie": f"{COOKIE}={account.token}"}
        self._stream: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self) -> None:
        """Open the stream, and say that its agent is there."""
        self._stream = await self._client.ws_connect(
            f"{self._url}/api/desk/stream", headers=self._headers, compress=AS_BROWSERS_DO
        )
        self._tasks = [asyncio.create_task(self._watch(self._stream)), asyncio.create_task(self._ping(self._stream))]
        if self.account.role == "agent":
            await self._call("presence", "PUT", "/presence", {"state": "ready", "takes_automatically": False})

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._stream is not None:
            await self._stream.close()

    async def list_conversations(self, kind: str) -> list[dict[str, Any]]:
        listed = await self._call(f"list_{kind}", "GET", f"/conversations?list={kind}")
        entries: list[dict[str, Any]] = listed["entries"] if listed else []
        return entries

    async def take(self, conversation_id: str) -> None:
        """Take the conversation and open it as a desk does: what was said before, then whatever follows."""
        if not await self._change("take", conversation_id, {}):
            return
        self.chats[conversation_id] = 0
        detail = await self._call("detail", "GET", f"/conversations/{conversation_id}")
        if detail and self._stream is not None:
            after = detail["messages"][-1]["sequence"]
            await self._stream.send_json({"type": "open", "conversation_id": conversation_id, "after": after})

    async def say(self, conversation_id: str, text: str) -> None:
        self.chats[conversation_id] += 1
        self._journal.talks[conversation_id].agent_messages_sent += 1
        body = {"text": text, "client_message_id": uuid.uuid4().hex, "passages": []}
        if said := await self._change("say", conversation_id, body, "messages"):
            self._journal.talks[conversation_id].confirmed.append(("agent", said["message"]["id"]))

    async def close(self, conversation_id: str) -> None:
        del self.chats[conversation_id]
        await self._change("close", conversation_id, {"result": "solved", "note": "", "survey": True})
        if self._stream is not None:
            await self._stream.send_json({"type": "leave", "conversation_id": conversation_id})

    async def _change(self, kind: str, conversation_id: str, body: dict[str, Any], path: str = "") -> dict[str, Any] | None:
        """Ask for a change; return the answer, None when it was not made."""
        sent_s = _now_s()
        answer = await self._call(kind, "POST", f"/conversations/{conversation_id}/{path or kind}", body)
        if answer is None:
            return None
        sequence = answer["message"]["sequence"] if "message" in answer else None
        version = answer["entry"]["owner_version"] if "entry" in answer else None
        self._journal.changes.append(Change(kind, conversation_id, sent_s, _now_s(), sequence, version))
        return answer

    async def _call(self, kind: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the answer, None for a refusal or a failure, which is written down."""
        sent_s = _now_s()
        try:
            async with self._client.request(method, f"{self._url}/api/desk{path}", json=body, headers=self._headers) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._journal.failures[f"{kind} {type(error).__name__}"] += 1
            return None
        self._journal.call(kind, sent_s, _now_s())
        if not response.ok:
            if (kind, response.status) not in GONE:
                self._journal.failures[f"{kind} {response.status}"] += 1
            return None
        answer: dict[str, Any] = json.loads(content)
        return answer

    async def _watch(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        async for message in stream:
            if isinstance(message.data, str) and (glimpse := glimpse_in(message.data)):
                self._journal.sightings.add(self._number, glimpse, _now_s())
                self._on_glimpse(glimpse)
        self.broken = f"{self.account.username} {stream.close_code}"

    async def _ping(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(PING_S)
                await stream.send_json({"type": "ping"})


@lru_cache(READ_AT_ONCE)
def glimpse_in(frame: str) -> Glimpse | None:
    """Return what a frame of the stream shows of a conversation, None if it is about something else.

    Many desks are sent the same words, so they are read once.
    """
    read = json.loads(frame)
    if read["type"] != "entry":
        return None
    entry = read["entry"]
    handover, said = entry["handover"] or {}, entry["last_message"] or {}
    return Glimpse(
        entry["conversation_id"],
        said.get("sequence", 0),
        entry["owner_version"],
        handover.get("team"),
        handover.get("status"),
        handover.get("taken_by"),
    )


def _now_s() -> float:
    return asyncio.get_running_loop().time()
