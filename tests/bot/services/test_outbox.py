"""Delivery: at least once, with back-off, and a failure recorded as a failure."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.persistence.database import Database
from bot.persistence.tables import OutboxRow
from bot.services.chat import Chat
from bot.services.conversation_locks import ConversationLocks
from bot.services.live import LiveEvents
from bot.services.outbox import FIRST_DELAY_S, LEASE_S, MAX_ATTEMPTS, Delivery, Dispatcher, OutboundMessage, Packet
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.clock import Clock
from tests.fixtures.databases import outage
from tests.fixtures.desk import handovers_on


@dataclass
class Receiver:
    """A channel that refuses as long as `refuses` is set."""

    refuses: bool = False
    got: list[OutboundMessage] = field(default_factory=list)
    is_remote: bool = True

    def pack(self, delivery: Delivery) -> list[Packet]:
        return [Packet(message, (message.message_id,)) for message in delivery.messages]

    async def send(self, delivery: Delivery, packet: Packet) -> None:
        self.got.append(packet.content)
        if self.refuses:
            raise ConnectionError("客户的原话 45015")


def say(database: Database, clock: Clock, text: str = "你好", channel: str = "widget") -> None:
    """Let the bot answer a message, so that a reply waits in the outbox."""

    async def talk() -> None:
        chat = Chat(database, EchoAssistant(), ConversationLocks(), LiveEvents(), clock, handovers_on(clock))
        await chat.post((await chat.start(channel)).conversation_id, text, "m-1")

    asyncio.run(talk())


def outbox(database: Database) -> Sequence[OutboxRow]:
    with database.session() as session:
        return session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()


def test_a_reply_is_delivered_once_and_recorded(database: Database, clock: Clock) -> None:
    receiver = Receiver()
    dispatcher = Dispatcher(database, {"widget": receiver}, clock)
    say(database, clock)

    assert [asyncio.run(dispatcher.deliver_due()) for _ in range(3)] == [1, 0, 0]

    assert [delivery.text for delivery in receiver.got] == ["到：你好"]
    (row,) = outbox(database)
    assert (row.status, row.attempts, row.last_error) == ("delivered", 1, None)


def test_a_failed_delivery_is_tried_again_later_each_time_twice_as_late(database: Database, clock: Clock) -> None:
    receiver = Receiver(refuses=True)
    dispatcher = Dispatcher(database, {"widget": receiver}, clock)
    say(database, clock)

    waits = []
    for _ in range(4):
        assert asyncio.run(dispatcher.deliver_due()) == 1
        assert asyncio.run(dispatcher.deliver_due()) == 0, "not before its time"
        due_at = outbox(database)[0].next_attempt_at
        waits.append((due_at - clock.now).total_seconds())
        clock.now = due_at

    assert waits[0] >= FIRST_DELAY_S
    assert [later / earlier for earlier, later in itertools.pairwise(waits)] == [2, 2, 2]
    receiver.refuses = False
    assert asyncio.run(dispatcher.deliver_due()) == 1
    (row,) = outbox(database)
    assert (row.status, row.last_error) == ("delivered", None)
    assert len({delivery.message_id for delivery in receiver.got}) == 1, "the receiver can tell that it is the same"


def test_after_the_last_attempt_a_delivery_is_failed_and_says_why_without_a_users_word(database: Database, clock: Clock) -> None:
    receiver = Receiver(refuses=True)
    dispatcher = Dispatcher(database, {"widget": receiver}, clock)
    say(database, clock)

    for _ in range(MAX_ATTEMPTS + 3):
        asyncio.run(dispatcher.deliver_due())
        clock.now += timedelta(days=1)

    (row,) = outbox(database)
    assert (row.status, row.attempts, len(receiver.got)) == ("failed", MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert row.last_error == "ConnectionError"


def test_an_unknown_channel_is_recorded_by_name(database: Database, clock: Clock) -> None:
    say(database, clock, channel="carrier-pigeon")

    asyncio.run(Dispatcher(database, {"widget": Receiver()}, clock).deliver_due())

    (row,) = outbox(database)
    assert row.attempts == 1 and "carrier-pigeon" in (row.last_error or "")


def test_one_failing_channel_does_not_hold_up_another(database: Database, clock: Clock) -> None:
    good, bad = Receiver(), Receiver(refuses=True)
    say(database, clock, channel="bad")
    say(database, clock, channel="good")

    asyncio.run(Dispatcher(database, {"good": good, "bad": bad}, clock).deliver_due())

    assert len(good.got) == 1
    assert [row.status for row in outbox(database)] == ["pending", "delivered"]


def test_a_crash_between_delivering_and_recording_delivers_again_when_the_sender_is_taken_for_dead(
    database: Database, clock: Clock
) -> None:
    receiver = Receiver()
    dispatcher = Dispatcher(database, {"widget": receiver}, clock)
    say(database, clock)

    async def crash() -> None:
        with outage(database, of=lambda sql: "delivered_at=" in sql) as failed:
            task = asyncio.create_task(dispatcher.deliver_due())
            while not failed:
                await asyncio.sleep(0.01)
            task.cancel()

    asyncio.run(crash())

    assert asyncio.run(dispatcher.deliver_due()) == 0, "whoever sends might still be alive"
    clock.now += timedelta(seconds=LEASE_S)
    asyncio.run(dispatcher.deliver_due())
    assert len(receiver.got) == 2 and receiver.got[0] == receiver.got[1]
    assert outbox(database)[0].status == "delivered"


def test_an_outage_right_after_sending_does_not_send_again(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.outbox.RECORD_AGAIN_S", 0.01)
    receiver = Receiver()
    dispatcher = Dispatcher(database, {"widget": receiver}, clock)
    say(database, clock)

    async def deliver() -> None:
        with outage(database, of=lambda sql: "delivered_at=" in sql) as failed:
            task = asyncio.create_task(dispatcher.deliver_due())
            while len(failed) < 3:
                await asyncio.sleep(0.01)
        await task

    asyncio.run(deliver())

    assert len(receiver.got) == 1 and outbox(database)[0].status == "delivered"


def test_the_dispatcher_survives_an_outage_and_delivers_afterwards(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.outbox.IDLE_S", 0.01)
    delivered = asyncio.Event()
    say(database, clock)

    class Waiting(Receiver):
        async def send(self, delivery: Delivery, packet: Packet) -> None:
            delivered.set()

    async def run() -> None:
        dispatcher = Dispatcher(database, {"widget": Waiting()}, clock)
        with outage(database) as failed:
            dispatcher.start()
            while len(failed) < 3:
                await asyncio.sleep(0.01)
            assert dispatcher.is_running and not delivered.is_set()
        await asyncio.wait_for(delivered.wait(), 10)
        await dispatcher.stop()
        assert not dispatcher.is_running

    asyncio.run(run())


def test_deliveries_of_one_conversation_are_in_order(database: Database, clock: Clock) -> None:
    receiver = Receiver()

    async def talk() -> None:
        chat = Chat(database, EchoAssistant(), ConversationLocks(), LiveEvents(), clock, handovers_on(clock))
        conversation = await chat.start("widget")
        for number in range(5):
            await chat.post(conversation.conversation_id, f"第{number}条", f"m-{number}")

    asyncio.run(talk())
    asyncio.run(Dispatcher(database, {"widget": receiver}, clock).deliver_due())

    assert [delivery.text for delivery in receiver.got] == [f"到：第{number}条" for number in range(5)]
