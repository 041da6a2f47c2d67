"""Delivering what was said: at least once, in order, with back-off, a failure recorded as a failure.

One process at a time delivers a conversation's messages: it marks them as being sent, with a time after which it is taken for
dead, and moves that time on as it goes. Each packet that was sent is recorded at once, so a restart repeats at most the one
whose answer it did not live to see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from prometheus_client import Counter

from bot.errors import (
    ChannelUnknown,
    PlatformError,
    PlatformRefused,
    PlatformSilent,
    SendingNotAllowed,
    StoreUnavailable,
    TokenRejected,
)
from bot.persistence import outbox
from bot.persistence.database import Database
from bot.persistence.tables import MessageRow, OutboxRow
from bot.services.background import BackgroundTask

DELIVERIES = Counter("yingshang_deliveries_total", "Messages by channel and by what became of them", ["channel", "status"])
logger = logging.getLogger(__name__)
IDLE_S = 1.0
BETWEEN_LOOKS_S = 0.02
CONVERSATIONS_AT_ONCE = 16
STOP_WITHIN_S = 15.0
MAX_ATTEMPTS = 8
MAX_ATTEMPTS_UNANSWERED = 2
"""Of a packet to which the platform gave no answer: it may have been shown, so it is repeated only once."""
FIRST_DELAY_S = 2.0
RECORD_AGAIN_S = 0.5
LEASE_S = 60.0
"""Longer than a packet takes, waiting for a free thread included; whoever has not gone on by then is dead."""
LEASE_IS_FRESH_S = 5.0
UNTIL_NEXT_MESSAGE = frozenset({45015, 45047})
"""WeChat's numbers for a user who wrote too long ago, or was sent too many: the next message opens the window again."""
UNREACHABLE = frozenset({43004, 45015, 45047, 48002})
"""WeChat's numbers for a user who cannot be sent anything now: does not follow, too long ago, too many, refuses."""


@dataclass(frozen=True)
class OutboundMessage:
    """One message to be delivered."""

    message_id: str
    sequence: int
    text: str
    reply_to: str | None = None
    """The user's message that it answers; what answers the same one is one turn."""
    buttons: Sequence[Mapping[str, str]] = ()
    sources: Sequence[Mapping[str, Any]] = ()
    band: str | None = None
    parts_sent: int = 0


@dataclass(frozen=True)
class Delivery:
    """What a conversation is owed over one channel, in order."""

    channel: str
    conversation_id: str
    messages: tuple[OutboundMessage, ...]


@dataclass(frozen=True)
class Packet:
    """What a channel sends in one go."""

    content: Any
    finishes: tuple[str, ...] = ()
    """Messages that are wholly said with it."""
    begins: tuple[str, int] | None = None
    """A message that is said in part: how many of its parts are then sent."""


class DeliveryChannel(Protocol):
    """How a channel sends. It may raise a PlatformError; whatever else it raises is tried again."""

    def pack(self, delivery: Delivery) -> Sequence[Packet]: ...

    async def send(self, delivery: Delivery, packet: Packet) -> None: ...


@dataclass
class _Sending:
    """A delivery on its way: what is left of it, and until when it is ours."""

    delivery: Delivery
    left: list[str]
    lease_until: datetime


class Dispatcher:
    """Takes due rows from the outbox and hands them to their channel, several conversations at a time."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, DeliveryChannel],
        now: Callable[[], datetime],
        on_recorded: Callable[[str, str], None] = lambda conversation_id, message_id: None,
    ) -> None:
        """`on_recorded` is told of each message whose fate was recorded."""
        self._on_recorded = on_recorded
        self._database = database
        self._channels = channels
        self._now = now
        self._task = BackgroundTask(self._run)
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_running(self) -> bool:
        return self._task.is_running

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task.start()

    async def stop(self) -> None:
        """Take nothing more, and let what is being sent be recorded: else it would be sent again after the restart."""
        await self._task.stop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_WITHIN_S)
        for task in self._under_way:
            task.cancel()

    def wake(self) -> None:
        """Something is due: do not wait for the next look. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def deliver_due(self) -> int:
        """Try every due delivery once; return how many messages there were."""
        due = await asyncio.to_thread(self._take_due, CONVERSATIONS_AT_ONCE)
        await asyncio.gather(*(self._deliver(sending) for sending in due))
        return sum(len(sending.delivery.messages) for sending in due)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            started = 0
            try:
                started = await self._start_due()
            except Exception as error:  # whatever it is, what waits must not wait for ever
                logger.warning("the outbox is looked at again later: %s", type(error).__name__)
            if started:
                await asyncio.sleep(BETWEEN_LOOKS_S)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_S)

    async def _start_due(self) -> int:
        free = CONVERSATIONS_AT_ONCE - len(self._under_way)
        due = await asyncio.to_thread(self._take_due, free) if free else []
        for sending in due:
            task = asyncio.create_task(self._deliver_and_wake(sending))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(due)

    async def _deliver_and_wake(self, sending: _Sending) -> None:
        try:
            await self._deliver(sending)
        except Exception as error:  # not recorded: it counts as being sent until its lease ends
            logger.warning("a delivery could not be recorded: %s", type(error).__name__)
        self.wake()

    async def _deliver(self, sending: _Sending) -> None:
        """Send packet by packet. What the failed one held bears the failure; what was not tried is only put back."""
        delivery = sending.delivery
        channel, packet = self._channels.get(delivery.channel), Packet(None)
        try:
            if channel is None:
                raise ChannelUnknown(delivery.channel)
            for packet in channel.pack(delivery):
                if not await asyncio.to_thread(self._is_still_ours, sending):
                    return
                await channel.send(delivery, packet)
                await self._record_surely(packet)
                self._tell_recorded(delivery, packet.finishes)
                sending.left = [message_id for message_id in sending.left if message_id not in packet.finishes]
        except Exception as error:  # whatever a channel raises is a failed delivery, to be judged by _record_failure
            code = error.code if isinstance(error, PlatformError) else ""
            logger.warning("delivery over %s failed: %s %s", delivery.channel, type(error).__name__, code)
            await asyncio.to_thread(self._record_failures, sending, packet, error)
            self._tell_recorded(delivery, sending.left)

    def _tell_recorded(self, delivery: Delivery, message_ids: Sequence[str]) -> None:
        for message_id in message_ids:
            self._on_recorded(delivery.conversation_id, message_id)

    def _take_due(self, limit: int) -> list[_Sending]:
        now = self._now()
        lease_until = now + timedelta(seconds=LEASE_S)
        with self._database.session() as session:
            found = []
            for conversation_id, channel in outbox.lock_conversations_due(session, now, limit):
                owed = _take(outbox.list_owed(session, conversation_id, channel), now, lease_until)
                delivery = Delivery(channel, conversation_id, tuple(outbound(row, message) for row, message in owed))
                found.append(_Sending(delivery, [row.message_id for row, _ in owed], lease_until))
            return found

    def _is_still_ours(self, sending: _Sending) -> bool:
        """Return whether nobody has taken us for dead; then it stays ours for another while."""
        now = self._now()
        if sending.lease_until - now > timedelta(seconds=LEASE_S - LEASE_IS_FRESH_S):
            return True
        lease_until = now + timedelta(seconds=LEASE_S)
        with self._database.session() as session:
            rows = [outbox.get_outbox(session, message_id, lock=True) for message_id in sending.left]
            if any(row.status != "sending" or row.next_attempt_at != sending.lease_until for row in rows):
                return False
            for row in rows:
                row.next_attempt_at = lease_until
        sending.lease_until = lease_until
        return True

    async def _record_surely(self, packet: Packet) -> None:
        """Record what was sent, however long the database is away, up to the moment when another process would send it again."""
        for _ in range(int(LEASE_S / RECORD_AGAIN_S) - 1):
            try:
                return await asyncio.to_thread(self._record_packet, packet)
            except StoreUnavailable:
                await asyncio.sleep(RECORD_AGAIN_S)
        await asyncio.to_thread(self._record_packet, packet)

    def _record_packet(self, packet: Packet) -> None:
        with self._database.session() as session:
            for message_id in packet.finishes:
                mark_delivered(outbox.get_outbox(session, message_id), "api", self._now())
            if packet.begins:
                row = outbox.get_outbox(session, packet.begins[0])
                row.parts_sent, row.attempts = packet.begins[1], 1  # the next part has not been tried yet

    def _record_failures(self, sending: _Sending, packet: Packet, error: Exception) -> None:
        now = self._now()
        tried = {*packet.finishes, *([packet.begins[0]] if packet.begins else [])}
        concerns_all = not tried or isinstance(error, SendingNotAllowed) or getattr(error, "code", 0) in UNREACHABLE
        with self._database.session() as session:
            for message_id in sending.left:
                row = outbox.get_outbox(session, message_id)
                if row.status != "sending" or row.next_attempt_at != sending.lease_until:
                    continue
                if concerns_all or message_id in tried:
                    _record_failure(row, error, now)
                else:
                    row.status, row.attempts, row.next_attempt_at = "pending", row.attempts - 1, now


def outbound(row: OutboxRow, message: MessageRow) -> OutboundMessage:
    return OutboundMessage(
        message_id=message.id,
        sequence=message.sequence,
        text=message.text,
        reply_to=message.reply_to,
        buttons=message.buttons or (),
        sources=message.sources or (),
        band=message.band,
        parts_sent=row.parts_sent,
    )


def is_being_sent(row: OutboxRow, now: datetime) -> bool:
    return row.status == "sending" and row.next_attempt_at > now


def _take(owed: Sequence[outbox.Owed], now: datetime, lease_until: datetime) -> list[outbox.Owed]:
    """Mark what may be sent now. What comes after something that must wait waits too: order is kept."""
    taken = []
    for row, message in owed:
        if row.status == "held":
            continue
        if row.next_attempt_at > now:
            break
        row.status, row.attempts = "sending", row.attempts + 1
        row.next_attempt_at = lease_until
        taken.append((row, message))
    return taken


def mark_delivered(row: OutboxRow, route: str, now: datetime) -> None:
    DELIVERIES.labels(row.channel, route).inc()
    row.status, row.route, row.delivered_at, row.last_error = "delivered", route, now, None


def _record_failure(row: OutboxRow, error: Exception | None, now: datetime) -> None:
    row.last_error = f"{type(error).__name__} {error}" if isinstance(error, ChannelUnknown) else type(error).__name__
    row.error_code = error.code if isinstance(error, PlatformError) else None
    if isinstance(error, SendingNotAllowed) or row.error_code in UNTIL_NEXT_MESSAGE:
        row.status = "held"
    elif _is_final(row, error):
        row.status = "failed"
        DELIVERIES.labels(row.channel, "failed").inc()
    else:
        row.status = "pending"
        row.next_attempt_at = now + timedelta(seconds=FIRST_DELAY_S * 2**row.attempts)


def _is_final(row: OutboxRow, error: Exception | None) -> bool:
    if isinstance(error, TokenRejected):  # somebody may be changing the secret just now
        return row.attempts >= MAX_ATTEMPTS
    if isinstance(error, PlatformSilent):
        return row.attempts >= MAX_ATTEMPTS_UNANSWERED
    return isinstance(error, PlatformRefused) or row.attempts >= MAX_ATTEMPTS
