"""Who a conversation's messages go to, and what may still be sent there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.business.allowance import Grant
from bot.errors import ConversationNotFound
from bot.persistence.database import Database
from bot.services.channel_users import ASK_AGAIN_AFTER, ChannelUsers
from bot.services.inbox import Inbox, PlatformCall, Said
from tests.fixtures.clock import NOON, Clock

CALL = PlatformCall("wechat", "wx1", "oUser", "msg:1", "text", NOON, Said("你好"), Grant.MESSAGE)


@pytest.fixture
def users(database: Database, clock: Clock) -> ChannelUsers:
    return ChannelUsers(database, "wechat", "wx1", clock)


@pytest.fixture
async def conversation_id(database: Database, clock: Clock) -> str:
    return (await Inbox(database, clock).accept(CALL)).conversation_id


async def test_a_message_allows_five_and_each_that_is_sent_counts(
    users: ChannelUsers, conversation_id: str, clock: Clock
) -> None:
    assert (await users.recipient(conversation_id)).left == 5

    await users.count_sent(conversation_id)

    recipient = await users.recipient(conversation_id)
    assert (recipient.user_id, recipient.is_subscribed, recipient.left) == ("oUser", True, 4)
    assert recipient.left_until == clock.now + timedelta(hours=48)


async def test_a_menu_click_allows_three_more_for_a_minute(
    users: ChannelUsers, database: Database, conversation_id: str, clock: Clock
) -> None:
    await Inbox(database, clock).accept(replace(CALL, external_id="event:1", grants=Grant.EVENT))
    assert (await users.recipient(conversation_id)).left == 8

    clock.now += timedelta(minutes=1)

    assert (await users.recipient(conversation_id)).left == 5


async def test_after_two_days_nothing_may_be_sent(users: ChannelUsers, conversation_id: str, clock: Clock) -> None:
    clock.now += timedelta(hours=48)

    recipient = await users.recipient(conversation_id)

    assert (recipient.left, recipient.left_until) == (0, None)


async def test_what_the_platform_says_is_believed(users: ChannelUsers, conversation_id: str) -> None:
    await users.note_exhausted(conversation_id)
    await users.note_left(conversation_id)

    recipient = await users.recipient(conversation_id)

    assert (recipient.left, recipient.is_subscribed) == (0, False)


@pytest.mark.parametrize("unknown", ["", "no-such-conversation"])
async def test_a_conversation_that_came_from_no_platform_has_nobody_to_send_to(users: ChannelUsers, unknown: str) -> None:
    with pytest.raises(ConversationNotFound):
        await users.recipient(unknown)
    with pytest.raises(ConversationNotFound):
        await users.count_sent(unknown)


async def test_an_account_that_was_refused_is_not_tried_for_a_day_in_any_process(
    users: ChannelUsers, database: Database, clock: Clock
) -> None:
    other = ChannelUsers(database, "wechat", "wx1", clock)
    assert await users.may_account_send() and await other.may_account_send()

    await users.note_account_may_not_send()

    assert not await users.may_account_send()
    clock.now += timedelta(minutes=1)
    assert not await other.may_account_send()
    clock.now += ASK_AGAIN_AFTER
    assert await users.may_account_send() and await other.may_account_send()


async def test_another_account_is_not_refused_with_it(users: ChannelUsers, database: Database, clock: Clock) -> None:
    await users.note_account_may_not_send()

    assert await ChannelUsers(database, "wechat", "wx2", clock).may_account_send()
