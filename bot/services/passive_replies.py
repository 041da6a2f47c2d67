"""Handing a reply to the platform as the answer to its own call, which costs nothing of what we may send.

A reply leaves by one way only: what was handed over here is recorded as delivered before the answer is written, and the answer is
kept, so that the same call repeated gets the same words. A repetition is the platform's way of saying that it did not get them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.persistence import conversations, inbound_calls, outbox
from bot.persistence.database import Database
from bot.persistence.tables import InboundCallRow
from bot.services.outbox import OutboundMessage, is_being_sent, mark_delivered, outbound


@dataclass(frozen=True)
class PassiveAnswer:
    """The words of an answer, and which messages they are."""

    text: str
    finishes: tuple[str, ...] = ()
    begins: tuple[str, int] | None = None
    """A message that is said in part: how many of its parts are then said."""


Pack = Callable[[Sequence[OutboundMessage]], PassiveAnswer | None]
"""Puts what is owed into one answer; None = it had better be sent."""


class PassiveReplies:
    """What to answer to a platform's call."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def claim(self, call_id: str, pack: Pack, deadline: float) -> str | None:
        """Return the words to answer the call with. None = just accept it; what is owed is sent another way.

        `deadline` (time.monotonic()): nothing is handed over later, for the answer would come too late. The caller lets one
        call of a user through at a time, until its answer is written, so that no later answer overtakes it.
        """
        return await asyncio.to_thread(self._claim, call_id, pack, deadline)

    async def release(self, call_id: str) -> None:
        """Nobody waits for the call's answer any more: what is owed may be sent."""
        await asyncio.to_thread(self._release, call_id)

    def _claim(self, call_id: str, pack: Pack, deadline: float) -> str | None:
        now = self._now()
        with self._database.session() as session:
            call = _lock_call(session, call_id)
            if time.monotonic() > deadline:
                self._let_go(session, call, now)
                return None
            if call.answer is not None:
                return call.answer
            channel = call_id.partition(":")[0]
            owed = outbox.list_owed(session, call.conversation_id, channel)
            answer = None
            if owed and not any(is_being_sent(row, now) for row, _ in owed):
                answer = pack([outbound(row, message) for row, message in owed])
            if answer is None:
                self._let_go(session, call, now)
                return None
            call.answered_at = now
            rows = {row.message_id: row for row, _ in owed}
            for message_id in answer.finishes:
                mark_delivered(rows[message_id], "passive", now)
            if answer.begins:
                rows[answer.begins[0]].parts_sent = answer.begins[1]
            call.answer = answer.text
            return answer.text

    def _release(self, call_id: str) -> None:
        with self._database.session() as session:
            self._let_go(session, _lock_call(session, call_id), self._now())

    def _let_go(self, session: Session, call: InboundCallRow, now: datetime) -> None:
        call.answered_at = call.answered_at or now
        outbox.make_due(session, call.conversation_id, call.id.partition(":")[0], now)


def _lock_call(session: Session, call_id: str) -> InboundCallRow:
    """Return the call, its conversation locked."""
    found = inbound_calls.get_call(session, call_id)
    conversations.get_conversation_for_update(session, found.conversation_id)
    session.refresh(found)  # another process may have answered it while we waited for the lock
    return found
