"""Telling open connections that something happened in a conversation."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MAX_WAITING = 100


@dataclass(frozen=True)
class Happening:
    """`kind` is message, typing or owner. A message carries no text: who listens reads it from the store."""

    kind: str
    active: bool = False


class LiveEvents:
    """Listeners by conversation. A slow listener loses typing signals, never messages: those are in the store."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Happening]]] = defaultdict(set)

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

    def tell(self, conversation_id: str, happening: Happening) -> None:
        for queue in self._queues.get(conversation_id, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(happening)
