"""What a dead process left behind is answered by a living one, once; what nobody needs is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.bootstrap import now
from bot.errors import StoreUnavailable
from bot.persistence.database import Database
from bot.persistence.tables import MessageRow
from bot.services import housekeeping
from bot.services.chat import Chat
from bot.services.conversation_locks import ConversationLocks
from bot.services.housekeeping import LEFT_OVER_AFTER_S, Housekeeper
from bot.services.inbox import Inbox, PlatformCall, Said
from bot.services.live import LiveEvents
from tests.fixtures.assistants import EchoAssistant, FailingAssistant
from tests.fixtures.clock import NOON
from tests.fixtures.desk import handovers_on

CALL = PlatformCall("wechat", "wx1", "oUser", "msg:1", "text", NOON, Said("没人答"))


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(housekeeping, "FORGET_EVERY_LOOKS", 3)


def chat_with(database: Database, assistant: EchoAssistant) -> Chat:
    return Chat(database, assistant, ConversationLocks(), LiveEvents(), now, handovers_on(now))


async def leave_behind(database: Database, number: int = 1) -> None:
    """Accept a message and do no more, as a process does that dies."""
    await Inbox(database, now).accept(replace(CALL, external_id=f"msg:{number}"))


def grow_old(database: Database) -> None:
    with database.session() as session:
        session.execute(update(MessageRow).values(at=datetime.now(UTC) - timedelta(seconds=LEFT_OVER_AFTER_S + 1)))


def said(database: Database) -> list[str]:
    with database.session() as session:
        return list(session.scalars(select(MessageRow.text).where(MessageRow.sender == "bot").order_by(MessageRow.sequence)))


async def until(is_so) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_what_was_left_over_before_the_start_is_answered_at_once(database: Database) -> None:
    await leave_behind(database)
    housekeeper = Housekeeper(chat_with(database, EchoAssistant()), ())

    housekeeper.start()
    await until(lambda: said(database))
    await housekeeper.stop()

    assert said(database) == ["到：没人答"]


async def test_what_another_process_leaves_behind_is_answered_after_a_while_and_not_before(database: Database) -> None:
    assistant, looks = EchoAssistant(), []
    housekeeper = Housekeeper(chat_with(database, assistant), (lambda: looks.append(1),))
    housekeeper.start()
    await until(lambda: len(looks) > 1)
    await leave_behind(database)
    before = len(looks)
    await until(lambda: len(looks) > before + 1)
    assert assistant.seen == [], "its process may still be at it"

    grow_old(database)
    await until(lambda: said(database))
    await housekeeper.stop()

    assert assistant.seen == ["没人答"]


async def test_two_processes_that_find_the_same_answer_it_once(database: Database) -> None:
    for number in range(3):
        await leave_behind(database, number)
    keepers = [Housekeeper(chat_with(database, EchoAssistant()), ()) for _ in range(2)]

    for keeper in keepers:
        keeper.start()
    await until(lambda: len(said(database)) >= 3)
    await asyncio.gather(*(keeper.stop() for keeper in keepers))

    assert said(database) == ["到：没人答"] * 3


async def test_a_message_that_cannot_be_answered_is_tried_again_and_does_not_stop_the_rest(database: Database) -> None:
    await leave_behind(database)
    assistant = FailingAssistant(RuntimeError("a bug"))
    housekeeper = Housekeeper(chat_with(database, assistant), ())
    housekeeper.start()
    await until(lambda: assistant.seen)
    grow_old(database)
    await until(lambda: len(assistant.seen) > 1)

    assistant.error = None
    await until(lambda: said(database))
    await housekeeper.stop()

    assert said(database) == ["到：没人答"]


async def test_a_store_that_is_gone_for_a_while_does_not_end_the_housekeeping(database: Database) -> None:
    looks: list[int] = []

    def forget() -> None:
        looks.append(1)
        if len(looks) < 3:
            raise StoreUnavailable("gone")

    housekeeper = Housekeeper(chat_with(database, EchoAssistant()), (forget,))
    housekeeper.start()
    await until(lambda: len(looks) > 3)
    await housekeeper.stop()

    assert len(looks) > 3, "it looked again after both failures"
