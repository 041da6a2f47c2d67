"""Telling open connections that something happened in a conversation, in this process and through Redis in the others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
MAX_WAITING = 100
DESK = "desk"
"""Whoever watches the lists of all conversations listens to this name."""
TOPIC = "yingshang:live"
CONNECT_AGAIN_S = 1.0


@dataclass(frozen=True)
class Happening:
    """`kind` is message, typing, owner, delivery, note, queue, or, for the desk, presence.

    It carries no text: who listens reads it from the store.
    """

    kind: str
    active: bool = False
    who: str = ""
    """Who is typing: user, bot or agent."""
    about: str = ""
    """The conversation, message, note or user name it is about."""


class Watcher:
    """Collects what happened until it is looked at: however much happens, it grows only with the conversations it happens in."""

    def __init__(self) -> None:
        self.changed: dict[str, set[str]] = {}
        """Kinds of happenings by conversation, or by DESK."""
        self._news = asyncio.Event()

    def note(self, conversation_id: str, happening: Happening) -> None:
        if happening.kind == "typing":
            return
        self.changed.setdefault(conversation_id, set()).add(happening.kind)
        self._news.set()

    async def wait(self, timeout_s: float) -> dict[str, set[str]]:
        """Return what changed since the last look, at the latest after the time given, then maybe nothing."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout_s)
        self._news.clear()
        changed, self.changed = self.changed, {}
        return changed


class LiveEvents:
    """Listeners by conversation. A slow listener loses typing signals, never messages: those are in the store."""

    def __init__(self, redis: Redis | None = None) -> None:
        self._queues: dict[str, set[asyncio.Queue[Happening]]] = defaultdict(set)
        self._redis = redis
        self._me = uuid.uuid4().hex
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._watchers: set[Watcher] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Exchange happenings with the other processes; without Redis there are none. Call it on the loop that listens."""
        self._loop = asyncio.get_running_loop()
        if self._redis is not None:
            self._tasks = [asyncio.create_task(self._publish(self._redis)), asyncio.create_task(self._subscribe(self._redis))]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[asyncio.Queue[Happening]]:
        queue: asyncio.Queue[Happening] = asyncio.Queue(MAX_WAITING)
        self._queues[conversation_id].add(queue)
        try:
            yield queue
        finally:
            self._queues[conversation_id].discard(queue)
            if not self._queues[conversation_id]:
                del self._queues[conversation_id]

    @contextmanager
    def watch(self) -> Iterator[Watcher]:
        """Yield what collects the happenings of all conversations."""
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def tell_from_thread(self, conversation_id: str, happening: Happening) -> None:
        """Tell from a thread that is not the loop's; without a running loop nobody listens."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.tell, conversation_id, happening)

    def tell(self, conversation_id: str, happening: Happening) -> None:
        self._tell_here(conversation_id, happening)
        if self._tasks and not self._outgoing.full():  # streams look into the store every few seconds anyway
            self._outgoing.put_nowait(json.dumps([self._me, conversation_id, *astuple(happening)]))

    def _tell_here(self, conversation_id: str, happening: Happening) -> None:
        for queue in self._queues.get(conversation_id, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(happening)
        for watcher in self._watchers:
            watcher.note(conversation_id, happening)

    def tell_here(self, conversation_id: str, happening: Happening) -> None:
        """Tell only who listens in this process, of what every process finds out by itself."""
        for queue in self._queues.get(conversation_id, ()):
            if not queue.full():
                queue.put_nowait(happening)

    async def _publish(self, redis: Redis) -> None:
        while True:
            told = await self._outgoing.get()
            with contextlib.suppress(RedisError):
                await redis.publish(TOPIC, told)

    async def _subscribe(self, redis: Redis) -> None:
        while True:
            try:
                async with redis.pubsub() as heard:
                    await heard.subscribe(TOPIC)
                    async for message in heard.listen():
                        if message["type"] == "message":
                            self._hear(message["data"])
            except RedisError as error:
                logger.warning("no live events from other processes: %s", type(error).__name__)
            await asyncio.sleep(CONNECT_AGAIN_S)

    def _hear(self, told: bytes) -> None:
        try:
            sender, conversation_id, *happening = json.loads(told)
            happened = Happening(*happening)
        except (ValueError, TypeError):
            logger.warning("something that is no happening was heard")
            return
        if sender != self._me:
            self._tell_here(conversation_id, happened)
