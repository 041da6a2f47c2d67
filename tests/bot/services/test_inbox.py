"""Accepting a platform's call: all of it or nothing, once, whoever gets it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.business.allowance import Grant
from bot.errors import ReplayedCallback, StoreConflict, StoreUnavailable
from bot.persistence.database import Database
from bot.persistence.tables import CallbackNonceRow, ChannelUserRow, ConversationRow, InboundCallRow, MessageRow
from bot.services.chat import CALLS_REPEATED_FOR
from bot.services.inbox import CALLS_KEPT_FOR, NONCES_KEPT_FOR, Inbox, PlatformCall, Said
from bot.settings import MAX_KEPT_CHARACTERS
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.databases import outage

CALL = PlatformCall("wechat", "wx1", "oUser", "msg:1", "text", NOON, Said("你好"), Grant.MESSAGE, nonce="n-1", body=b"<xml/>")


@pytest.fixture
def inbox(database: Database, clock: Clock) -> Inbox:
    return Inbox(database, clock)


def count(database: Database, *tables: type) -> list[int]:
    with database.session() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def test_a_call_that_comes_again_is_the_same_call(inbox: Inbox, database: Database) -> None:
    first = await inbox.accept(CALL)
    again = await inbox.accept(replace(CALL, nonce="n-2"))

    assert first.message is not None and again.message is not None
    assert (first.is_new, again.is_new) == (True, False) and again.message.id == first.message.id
    assert count(database, MessageRow, InboundCallRow, ChannelUserRow, ConversationRow) == [1, 1, 1, 1]


async def test_a_call_that_comes_many_times_at_once_is_one_call(inbox: Inbox, database: Database) -> None:
    calls = [inbox.accept(replace(CALL, nonce=f"n-{number}")) for number in range(8)]

    accepted = await asyncio.gather(*calls)

    assert [each.is_new for each in accepted].count(True) == 1
    assert count(database, MessageRow, InboundCallRow, ChannelUserRow, ConversationRow) == [1, 1, 1, 1]


async def test_somebodys_first_calls_at_once_begin_one_conversation(inbox: Inbox, database: Database) -> None:
    calls = [replace(CALL, nonce=f"n-{number}", external_id=f"msg:{number}") for number in range(6)]

    accepted = await asyncio.gather(*(inbox.accept(call) for call in calls))

    assert len({each.conversation_id for each in accepted}) == 1
    assert count(database, MessageRow, ConversationRow) == [6, 1]
    with database.session() as session:
        assert sorted(session.scalars(select(MessageRow.sequence))) == [1, 2, 3, 4, 5, 6]


async def test_users_accounts_and_channels_are_kept_apart(inbox: Inbox) -> None:
    calls = [
        CALL,
        replace(CALL, user_id="oOther", external_id="msg:2", nonce="n-2"),
        replace(CALL, account="wx2", nonce="n-3"),
        replace(CALL, channel="carrier-pigeon", nonce="n-4"),
    ]

    accepted = [await inbox.accept(call) for call in calls]

    assert len({each.conversation_id for each in accepted}) == 4 and all(each.is_new for each in accepted)


async def test_a_signed_call_may_come_again_until_its_answer_is_written(inbox: Inbox) -> None:
    await inbox.accept(CALL)
    assert not (await inbox.accept(CALL)).is_new

    inbox.close(CALL.nonce)

    with pytest.raises(ReplayedCallback):
        await inbox.accept(CALL)


async def test_a_signed_call_may_not_come_again_when_no_platform_would_repeat_it(inbox: Inbox, clock: Clock) -> None:
    await inbox.accept(CALL)
    clock.now += CALLS_REPEATED_FOR

    with pytest.raises(ReplayedCallback):
        await inbox.accept(CALL)


async def test_a_signature_does_not_carry_another_body_or_another_message(inbox: Inbox) -> None:
    await inbox.accept(CALL)

    for forged in (replace(CALL, body=b"<xml>2</xml>"), replace(CALL, external_id="msg:2", body=b"<xml>3</xml>")):
        with pytest.raises(ReplayedCallback):
            await inbox.accept(forged)


async def test_of_a_call_that_could_not_be_stored_whole_nothing_is_stored(inbox: Inbox, database: Database) -> None:
    with outage(database, of=lambda sql: sql.startswith("INSERT INTO inbound_call")), pytest.raises(StoreUnavailable):
        await inbox.accept(CALL)

    everything = (MessageRow, InboundCallRow, ChannelUserRow, ConversationRow, CallbackNonceRow)
    assert count(database, *everything) == [0] * 5
    assert (await inbox.accept(CALL)).is_new


async def test_what_asks_for_nothing_is_noted_and_no_message(inbox: Inbox, database: Database) -> None:
    accepted = await inbox.accept(replace(CALL, said=None))

    assert accepted.message is None and count(database, MessageRow, InboundCallRow) == [0, 1]


@pytest.mark.parametrize(
    ("text", "kept", "payload"),
    [
        ("  你好\x07 ", "你好", None),
        ("", "", "/EXTERNAL_unreadable"),
        ("​", "", "/EXTERNAL_unreadable"),
        ("长" * 2001, "长" * 2001, "/EXTERNAL_too_long"),
        ("长" * 30_000, "长" * MAX_KEPT_CHARACTERS, "/EXTERNAL_too_long"),
    ],
    ids=["control", "empty", "invisible", "long", "very long"],
)
async def test_a_platforms_message_is_kept_whatever_it_is(inbox: Inbox, text: str, kept: str, payload: str | None) -> None:
    accepted = await inbox.accept(replace(CALL, said=Said(text)))

    assert accepted.message is not None
    assert (accepted.message.text, accepted.message.payload) == (kept, payload)


async def test_who_leaves_is_noted_and_who_comes_back_too(inbox: Inbox, database: Database) -> None:
    await inbox.accept(replace(CALL, said=None, is_leaving=True))
    with database.session() as session:
        assert session.scalars(select(ChannelUserRow.is_subscribed)).one() is False

    await inbox.accept(replace(CALL, external_id="msg:2", nonce="n-2"))
    with database.session() as session:
        assert session.scalars(select(ChannelUserRow.is_subscribed)).one() is True


async def test_what_no_platform_repeats_any_more_is_forgotten_but_the_message_stays(
    inbox: Inbox, database: Database, clock: Clock
) -> None:
    await inbox.accept(CALL)
    clock.now += NONCES_KEPT_FOR + timedelta(seconds=1)
    inbox.forget_old()
    assert count(database, CallbackNonceRow, InboundCallRow) == [0, 1]

    clock.now += CALLS_KEPT_FOR
    inbox.forget_old()

    assert count(database, InboundCallRow, MessageRow) == [0, 1]


async def test_a_message_that_comes_after_its_call_was_forgotten_is_not_answered_again(
    inbox: Inbox, database: Database, clock: Clock
) -> None:
    await inbox.accept(CALL)
    clock.now += CALLS_KEPT_FOR + timedelta(seconds=1)
    inbox.forget_old()

    with pytest.raises(StoreConflict):
        await inbox.accept(replace(CALL, nonce="n-2"))

    assert count(database, MessageRow) == [1]


async def test_a_conversation_that_began_on_the_page_is_the_one_of_the_chat(inbox: Inbox) -> None:
    began = [await inbox.conversation_of("wechat", "wx1", "oUser") for _ in range(2)]

    assert {(await inbox.accept(CALL)).conversation_id} == set(began)
