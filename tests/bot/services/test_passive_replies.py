"""Handing a reply over on the platform's own call: recorded first, repeated word for word, never sent another way as well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.bootstrap import open_database
from bot.business.allowance import Grant
from bot.persistence.database import Database
from bot.persistence.tables import InboundCallRow, OutboxRow
from bot.services.chat import CALLS_REPEATED_FOR, Chat
from bot.services.conversation_locks import ConversationLocks
from bot.services.inbox import Accepted, Inbox, PlatformCall, Said
from bot.services.live import LiveEvents
from bot.services.outbox import LEASE_S, Delivery, Dispatcher, OutboundMessage, Packet
from bot.services.passive_replies import Pack, PassiveAnswer, PassiveReplies
from bot.settings import Settings
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.desk import handovers_on

CALL = PlatformCall("wechat", "wx1", "oUser", "msg:1", "text", NOON, Said("一"), Grant.MESSAGE, nonce="n-1")


class Platform:
    """A channel that keeps what it was sent; what it is sending waits for `may_end`."""

    is_remote = True

    def __init__(self) -> None:
        self.got: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    def pack(self, delivery: Delivery) -> list[Packet]:
        return [Packet(message.text, (message.message_id,)) for message in delivery.messages]

    async def send(self, delivery: Delivery, packet: Packet) -> None:
        await self.may_end.wait()
        self.got.append(packet.content)


class World:
    """A chat behind a platform that repeats its calls."""

    def __init__(self, database: Database) -> None:
        self.clock = Clock()
        self.database = database
        self.inbox = Inbox(database, self.clock)
        self.chat = Chat(database, EchoAssistant(), ConversationLocks(), LiveEvents(), self.clock, handovers_on(self.clock))
        self.replies = PassiveReplies(database, self.clock)
        self.platform = Platform()
        self.dispatcher = Dispatcher(database, {"wechat": self.platform}, self.clock)

    async def ask(self, text: str) -> Accepted:
        """Let a message come, and the bot answer it; nothing is handed over yet."""
        accepted = await self.inbox.accept(replace(CALL, external_id=f"msg:{text}", nonce=text, said=Said(text)))
        assert accepted.message is not None
        await self.chat.answer(accepted.message)
        return accepted

    async def claim(self, accepted: Accepted, pack: Pack, within_s: float = 60) -> str | None:
        return await self.replies.claim(accepted.call_id, pack, time.monotonic() + within_s)

    def rows(self) -> Sequence[OutboxRow]:
        with self.database.session() as session:
            return session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()

    def routes(self) -> list[str | None]:
        return [row.route for row in self.rows()]


@pytest.fixture
def world(any_database_url: str, tmp_path: Path) -> Iterator[World]:
    database = open_database(Settings(data_dir=tmp_path, database_url=any_database_url))
    yield World(database)
    database.close()


def everything(owed: Sequence[OutboundMessage]) -> PassiveAnswer:
    return PassiveAnswer(" ".join(message.text for message in owed), tuple(message.message_id for message in owed))


def nothing(owed: Sequence[OutboundMessage]) -> None:
    return None


async def test_a_reply_waits_for_the_call_as_long_as_the_call_may_be_repeated(world: World) -> None:
    await world.ask("一")
    assert await world.dispatcher.deliver_due() == 0

    world.clock.now += CALLS_REPEATED_FOR

    assert await world.dispatcher.deliver_due() == 1 and world.platform.got == ["到：一"]


async def test_what_was_handed_over_is_never_sent(world: World) -> None:
    accepted = await world.ask("一")

    assert await world.claim(accepted, everything) == "到：一"

    world.clock.now += timedelta(days=1)
    assert await world.dispatcher.deliver_due() == 0 and world.routes() == ["passive"]


async def test_a_repeated_call_gets_the_same_words_even_when_more_is_owed_by_then(world: World) -> None:
    first = await world.ask("一")
    await world.claim(first, everything)
    second = await world.ask("二")

    assert await world.claim(first, everything) == "到：一"
    assert await world.claim(second, everything) == "到：二"


async def test_many_claims_at_once_hand_one_reply_over(world: World) -> None:
    accepted = await world.ask("一")
    packed: list[int] = []

    def pack(owed: Sequence[OutboundMessage]) -> PassiveAnswer:
        packed.append(len(owed))
        return everything(owed)

    answers = await asyncio.gather(*(world.claim(accepted, pack) for _ in range(6)))

    assert set(answers) == {"到：一"} and packed == [1]


async def test_what_had_better_be_sent_is_due_at_once(world: World) -> None:
    accepted = await world.ask("一")

    assert await world.claim(accepted, nothing) is None

    assert await world.dispatcher.deliver_due() == 1
    assert await world.claim(accepted, everything) is None
    assert world.platform.got == ["到：一"] and world.routes() == ["api"]


async def test_what_is_being_sent_is_not_handed_over_until_whoever_sends_is_dead(world: World) -> None:
    accepted = await world.ask("一")
    world.clock.now += CALLS_REPEATED_FOR
    world.platform.may_end.clear()
    sending = asyncio.create_task(world.dispatcher.deliver_due())
    while [row.status for row in world.rows()] != ["sending"]:
        await asyncio.sleep(0.01)

    assert await world.claim(accepted, everything) is None

    sending.cancel()
    world.clock.now += timedelta(seconds=LEASE_S)
    later = await world.ask("二")
    assert await world.claim(later, everything) == "到：一 到：二"


async def test_a_call_takes_along_all_that_is_owed_in_order(world: World) -> None:
    for text in ("一", "二"):
        await world.ask(text)

    assert await world.claim(await world.ask("三"), everything) == "到：一 到：二 到：三"

    assert world.routes() == ["passive"] * 3


async def test_a_part_that_was_said_is_remembered_and_the_rest_stays_owed(world: World) -> None:
    accepted = await world.ask("一")

    def beginning(owed: Sequence[OutboundMessage]) -> PassiveAnswer:
        return PassiveAnswer("开头", begins=(owed[0].message_id, 1))

    assert await world.claim(accepted, beginning) == "开头"

    (row,) = world.rows()
    assert (row.status, row.parts_sent) == ("pending", 1)


async def test_a_call_nobody_waits_for_lets_the_reply_go(world: World) -> None:
    accepted = await world.ask("一")

    await world.replies.release(accepted.call_id)

    assert await world.dispatcher.deliver_due() == 1
    with world.database.session() as session:
        assert session.scalars(select(InboundCallRow.answered_at)).one() == world.clock.now


async def test_after_its_deadline_a_call_takes_nothing_along_and_the_reply_is_sent(world: World) -> None:
    accepted = await world.ask("一")

    assert await world.claim(accepted, everything, within_s=-1) is None

    assert await world.dispatcher.deliver_due() == 1 and world.routes() == ["api"]
