"""A user: asks the bot, asks for a person, waits, talks with whoever comes, goes."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

import aiohttp

from benchmarks.desk_load.desk import AS_BROWSERS_DO
from benchmarks.desk_load.journal import Change, Journal

OF_FIRST_QUEUE = 2
"""The owner's version when a conversation waits for the first time; the bot had the first."""


class Visitor:
    """One conversation over HTTP and its stream. What it writes is sent one after the other."""

    def __init__(self, client: aiohttp.ClientSession, url: str, journal: Journal, on_answered: Callable[[Visitor], None]) -> None:
        """`on_answered` is told when an agent has written."""
        self.conversation_id = ""
        self.owner = "bot"
        self.place: tuple[str, int] | None = None
        """Team and position, as last told."""
        self.broken = ""
        self._client, self._url, self._journal = client, url, journal
        self._on_answered = on_answered
        self._headers: dict[str, str] = {}
        self._in_turn = asyncio.Lock()
        self._stream: aiohttp.ClientWebSocketResponse | None = None
        self._watching: asyncio.Task[None] | None = None

    async def come(self) -> None:
        """Begin a conversation and its stream. Raises aiohttp.ClientError."""
        async with self._client.post(f"{self._url}/api/chat/conversations", json={}, raise_for_status=True) as response:
            started = await response.json()
        self.conversation_id = started["conversation_id"]
        self._headers = {"Authorization": f"Bearer {started['token']}"}
        self._stream = await self._client.ws_connect(f"{self._path}/stream", compress=AS_BROWSERS_DO)
        await self._stream.send_json({"type": "hello", "token": started["token"], "after": 0})
        self._watching = asyncio.create_task(self._watch(self._stream))

    async def write(self, text: str, kind: str, payload: str | None = None) -> str | None:
        """Send a message and wait for the answer; return who owns the conversation then, None for a failure."""
        client_id = uuid.uuid4().hex
        body = {"text": text, "client_message_id": client_id} | ({"payload": payload} if payload else {})
        async with self._in_turn:
            sent_s = asyncio.get_running_loop().time()
            answer = await self._post(kind, body)
            if answer is None:
                return None
            answered_s = asyncio.get_running_loop().time()
            self._journal.call(kind, sent_s, answered_s)
            self._journal.talks[self.conversation_id].confirmed.append(("user", client_id))
        owner: str = answer["owner"]
        spoken = [
            message["sequence"] for message in answer["messages"] if message["sender"] != "system"
        ]  # cards leave notices out
        version = OF_FIRST_QUEUE if kind == "request" and owner == "queue" else None
        self._journal.changes.append(
            Change(kind, self.conversation_id, sent_s, answered_s, max(spoken, default=None), version, client_id)
        )
        return owner

    async def history(self) -> list[dict[str, Any]]:
        """Return all that was said. Raises aiohttp.ClientError."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["sequence"] if found else 0
            async with self._client.get(
                f"{self._path}/messages?after={after}", headers=self._headers, raise_for_status=True
            ) as response:
                page = (await response.json())["messages"]
            if not page:
                return found
            found += page

    async def go(self) -> None:
        """Close the page."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._stream is not None:
            await self._stream.close()

    @property
    def _path(self) -> str:
        return f"{self._url}/api/chat/conversations/{self.conversation_id}"

    async def _post(self, kind: str, body: dict[str, str]) -> dict[str, Any] | None:
        try:
            async with self._client.post(f"{self._path}/messages", json=body, headers=self._headers) as response:
                answer: dict[str, Any] = await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._journal.failures[f"{kind} {type(error).__name__}"] += 1
            return None
        if not response.ok:
            self._journal.failures[f"{kind} {response.status}"] += 1
            return None
        return answer

    async def _watch(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        async for received in stream:
            self._hear(json.loads(received.data))
        self.broken = f"user {stream.close_code}"

    def _hear(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "message":
            self._journal.talks[self.conversation_id].heard.append(frame["message"]["sequence"])
            if frame["message"]["sender"] == "agent":
                self._on_answered(self)
        elif kind == "queue":
            self._journal.place_frames += 1
            self.place = (frame["team"], frame["position"])
        elif kind == "owner":
            self.owner = frame["owner"]
