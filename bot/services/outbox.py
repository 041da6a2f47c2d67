"""Delivering what was said: at least once, with back-off, a failure recorded as a failure."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import StoreUnavailable
from bot.persistence import messages
from bot.persistence.database import Database

logger = logging.getLogger(__name__)
IDLE_S = 1.0
BETWEEN_BATCHES_S = 0.02
MAX_ATTEMPTS = 8
FIRST_DELAY_S = 2.0


@dataclass(frozen=True)
class Delivery:
    """One message to be delivered. The receiver may see it twice; `message_id` tells that it is the same."""

    message_id: str
    conversation_id: str
    text: str


Deliver = Callable[[Delivery], Awaitable[None]]


class Dispatcher:
    """Takes due rows from the outbox and hands them to their channel."""

    def __init__(self, database: Database, channels: Mapping[str, Deliver], now: Callable[[], datetime]) -> None:
        self._database = database
        self._channels = channels
        self._now = now
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def deliver_due(self) -> int:
        """Try every due delivery once; return how many there were."""
        due = await asyncio.to_thread(self._due)
        outcomes = {delivery.message_id: await self._try(channel, delivery) for channel, delivery in due}
        if outcomes:
            await asyncio.to_thread(self._record, outcomes)
        return len(due)

    async def _run(self) -> None:
        while True:
            try:
                delivered = await self.deliver_due()
            except StoreUnavailable:
                delivered = 0
            await asyncio.sleep(BETWEEN_BATCHES_S if delivered else IDLE_S)

    async def _try(self, channel: str, delivery: Delivery) -> str | None:
        deliver = self._channels.get(channel)
        if deliver is None:
            return f"no channel {channel}"
        try:
            await deliver(delivery)
        except Exception as error:  # whatever a channel raises is a failed delivery, to be tried again
            logger.warning("delivery over %s failed: %s", channel, type(error).__name__)
            return type(error).__name__
        return None

    def _due(self) -> list[tuple[str, Delivery]]:
        with self._database.session() as session:
            found = []
            for row in messages.list_due_outbox(session, self._now()):
                message = messages.find_message_by_id(session, row.message_id)
                assert message is not None, "the outbox row refers to it"
                found.append((row.channel, Delivery(row.message_id, row.conversation_id, message.text)))
            return found

    def _record(self, outcomes: Mapping[str, str | None]) -> None:
        """Record a whole batch at once: a long backlog must not keep the database from those who chat."""
        with self._database.session() as session:
            for message_id, error in outcomes.items():
                row = messages.get_outbox(session, message_id)
                row.attempts += 1
                row.last_error = error
                if error is None:
                    row.status = "delivered"
                elif row.attempts >= MAX_ATTEMPTS:
                    row.status = "failed"
                else:
                    row.next_attempt_at = self._now() + timedelta(seconds=FIRST_DELAY_S * 2**row.attempts)
