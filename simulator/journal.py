"""What happened, for people and tests; and who listens."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

MAX_ENTRIES = 1_000
MAX_WAITING = 1_000
"""Signals that a listener may lag behind before it loses some."""
EVERYBODY = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One callback try, one API call, or a note on what the platform decided."""

    id: int
    at: datetime
    kind: Literal["callback", "api", "note"]
    what: str
    """Message type, `event:CLICK`, or the API's path."""
    openid: str | None = None
    message_id: str | None = None
    attempt: int | None = None
    status: int | None = None
    """HTTP status; None without an answer."""
    code: int | None = None
    """errcode of an API call."""
    ms: float | None = None
    outcome: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(frozen=True)
class Signal:
    """One thing that an open page is told."""

    kind: Literal["bubble", "typing", "quota", "log"]
    data: dict[str, Any]


class Listeners:
    """Queues of open pages, by user."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Signal]]] = defaultdict(set)

    @contextmanager
    def listen(self, openid: str) -> Iterator[asyncio.Queue[Signal]]:
        queue: asyncio.Queue[Signal] = asyncio.Queue(MAX_WAITING)
        for name in {openid, EVERYBODY}:
            self._queues[name].add(queue)
        try:
            yield queue
        finally:
            for name in {openid, EVERYBODY}:
                self._queues[name].discard(queue)

    def is_heard(self, openid: str) -> bool:
        """Say whether a page looks at this user."""
        return bool(self._queues.get(openid))

    def tell(self, openid: str, kind: Literal["bubble", "typing", "quota", "log"], data: Callable[[], dict[str, Any]]) -> None:
        """Tell who looks at this user (EVERYBODY: all). `data` is built only when somebody listens."""
        queues = self._queues.get(openid)
        if not queues:
            return
        signal = Signal(kind, data())
        for queue in queues:
            if not queue.full():
                queue.put_nowait(signal)


class Journal:
    """The last entries and counters over everything."""

    def __init__(self, clock: Callable[[], datetime], listeners: Listeners) -> None:
        self.entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self.counters: Counter[str] = Counter()
        self._clock = clock
        self._listeners = listeners
        self._last_id = 0

    def add(self, kind: Literal["callback", "api", "note"], what: str, **facts: Any) -> None:
        """Add an entry. Facts are ids, numbers and reasons; never what a person wrote."""
        self._last_id += 1
        entry = Entry(id=self._last_id, at=self._clock(), kind=kind, what=what, **facts)
        self.entries.append(entry)
        self._listeners.tell(EVERYBODY, "log", entry.as_json)

    def after(self, entry_id: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.id > entry_id]

    def count(self, *names: str) -> None:
        self.counters.update(names)

    def clear(self) -> None:
        self.entries.clear()
        self.counters.clear()
