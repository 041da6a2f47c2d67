"""Two costs of Rasa 3.6 that are paid for each message and need not be, removed from outside.

- `Event.resolve_by_type` walks all event classes for each event it reads: 70 % of a tracker's loading time.
- The lock polls once a second, so that a second message of the same user waits a second: we hold our own lock outside.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.events import Event


class NoLock(InMemoryLockStore):
    """Grants at once: the chat service lets one message of a conversation through at a time."""

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: object, **__: object) -> AsyncIterator[TicketLock]:
        yield TicketLock(conversation_id)


def install() -> None:
    """Remember the class of each event type. Safe to call again."""
    if not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
