"""Keys to a conversation for a page: begun here, traded in once, not for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.errors import ConversationNotFound
from bot.persistence.database import Database
from bot.persistence.tables import ConversationKeyRow, SignInStateRow
from bot.services.chat import Chat
from bot.services.conversation_access import KEY_GOOD_FOR, SIGN_IN_WITHIN, TICKET_GOOD_FOR, ConversationAccess
from bot.services.conversation_locks import ConversationLocks
from bot.services.inbox import Inbox
from bot.services.live import LiveEvents
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.clock import Clock
from tests.fixtures.desk import handovers_on


@pytest.fixture
def access(database: Database, clock: Clock) -> ConversationAccess:
    return ConversationAccess(database, clock)


@pytest.fixture
def chat(database: Database, clock: Clock) -> Chat:
    return Chat(database, EchoAssistant(), ConversationLocks(), LiveEvents(), clock, handovers_on(clock))


@pytest.fixture
async def conversation_id(database: Database, clock: Clock) -> str:
    return await Inbox(database, clock).conversation_of("wechat", "wx1", "oUser")


async def test_a_sign_in_is_finished_once_and_by_nobody_who_did_not_begin_it(access: ConversationAccess) -> None:
    state = await access.begin_sign_in()

    assert not await access.finish_sign_in("another") and not await access.finish_sign_in("")
    assert [await access.finish_sign_in(state) for _ in range(2)] == [True, False]


async def test_a_sign_in_that_took_too_long_is_over(access: ConversationAccess, clock: Clock) -> None:
    state = await access.begin_sign_in()
    clock.now += SIGN_IN_WITHIN

    assert not await access.finish_sign_in(state)


async def test_a_ticket_is_traded_in_once_even_by_many_at_once(access: ConversationAccess, conversation_id: str) -> None:
    ticket = await access.make_ticket(conversation_id)

    outcomes = await asyncio.gather(*(access.trade_in(ticket) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(outcome, ConversationNotFound) for outcome in outcomes) == 4


async def test_the_key_of_a_ticket_opens_its_conversation_and_no_other(
    access: ConversationAccess, chat: Chat, conversation_id: str
) -> None:
    opened = await access.trade_in(await access.make_ticket(conversation_id))
    other = await chat.start("widget")

    assert opened.conversation_id == conversation_id
    await chat.check_token(conversation_id, opened.token)
    with pytest.raises(ConversationNotFound):
        await chat.check_token(other.conversation_id, opened.token)


async def test_a_ticket_is_no_key_and_a_key_is_no_ticket(access: ConversationAccess, chat: Chat, conversation_id: str) -> None:
    ticket = await access.make_ticket(conversation_id)
    with pytest.raises(ConversationNotFound):
        await chat.check_token(conversation_id, ticket)

    key = (await access.trade_in(ticket)).token
    with pytest.raises(ConversationNotFound):
        await access.trade_in(key)
    await chat.check_token(conversation_id, key)


async def test_tickets_and_keys_end(access: ConversationAccess, chat: Chat, conversation_id: str, clock: Clock) -> None:
    late, key = await access.make_ticket(conversation_id), await access.trade_in(await access.make_ticket(conversation_id))
    clock.now += TICKET_GOOD_FOR
    with pytest.raises(ConversationNotFound):
        await access.trade_in(late)

    clock.now += KEY_GOOD_FOR
    with pytest.raises(ConversationNotFound):
        await chat.check_token(conversation_id, key.token)


async def test_no_secret_stands_in_the_database_as_it_is(
    access: ConversationAccess, database: Database, conversation_id: str
) -> None:
    secrets = {await access.begin_sign_in(), await access.make_ticket(conversation_id)}
    secrets.add((await access.trade_in(await access.make_ticket(conversation_id))).token)

    with database.session() as session:
        stored = {
            *session.scalars(select(ConversationKeyRow.token_sha256)),
            *session.scalars(select(SignInStateRow.state_sha256)),
        }

    assert len(stored) == 3 and not stored & secrets


async def test_what_is_over_is_forgotten_and_what_is_not_stays(
    access: ConversationAccess, database: Database, conversation_id: str, clock: Clock
) -> None:
    await access.begin_sign_in()
    await access.make_ticket(conversation_id)
    await access.trade_in(await access.make_ticket(conversation_id))
    clock.now += SIGN_IN_WITHIN + timedelta(seconds=1)

    access.forget_expired()

    with database.session() as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (ConversationKeyRow, SignInStateRow)]
    assert left == [1, 0]


async def test_the_empty_key_of_a_platforms_conversation_opens_nothing(chat: Chat, conversation_id: str) -> None:
    for token in ("", " ", "\x00"):
        with pytest.raises(ConversationNotFound):
            await chat.check_token(conversation_id, token)
