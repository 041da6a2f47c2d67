from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.business.ownership import BOT, QUEUE, Owner
from bot.errors import ConversationNotFound
from bot.persistence.conversations import (
    change_owner,
    find_conversation,
    get_conversation_for_update,
    owner_of,
)
from bot.persistence.database import Database


def stored_owner(database: Database, conversation: str) -> Owner:
    with database.session() as session:
        row = find_conversation(session, conversation)
        assert row is not None
        return owner_of(row)


def try_change(database: Database, conversation: str, seen: Owner, new: Owner) -> bool:
    with database.session() as session:
        return change_owner(session, conversation, seen, new)


def test_a_new_conversation_belongs_to_the_bot(database: Database, conversation: str) -> None:
    assert stored_owner(database, conversation) == Owner(BOT, 1)


def test_an_owner_that_is_as_seen_is_changed(database: Database, conversation: str) -> None:
    # given
    seen = Owner(BOT, 1)

    # when
    changed = try_change(database, conversation, seen, seen.passes_to(QUEUE))

    # then
    assert changed
    assert stored_owner(database, conversation) == Owner(QUEUE, 2)


def test_an_owner_that_changed_meanwhile_is_left_alone(database: Database, conversation: str) -> None:
    # given
    seen = Owner(BOT, 1)
    try_change(database, conversation, seen, seen.passes_to(QUEUE))

    # when
    changed = try_change(database, conversation, seen, seen.passes_to("agent:mei"))

    # then
    assert not changed
    assert stored_owner(database, conversation) == Owner(QUEUE, 2)


def test_an_owner_that_went_and_came_back_is_not_the_one_seen(database: Database, conversation: str) -> None:
    # given
    seen = Owner(BOT, 1)
    try_change(database, conversation, seen, Owner(QUEUE, 2))
    try_change(database, conversation, Owner(QUEUE, 2), Owner(BOT, 3))

    # when, then
    assert not try_change(database, conversation, seen, seen.passes_to("agent:mei"))
    assert stored_owner(database, conversation) == Owner(BOT, 3)


def test_of_many_agents_who_take_a_chat_at_once_exactly_one_gets_it(database: Database, conversation: str) -> None:
    # given
    seen = Owner(BOT, 1)
    names = [f"agent:{number}" for number in range(8)]

    # when
    with ThreadPoolExecutor(len(names)) as pool:
        won = list(pool.map(lambda name: try_change(database, conversation, seen, seen.passes_to(name)), names))

    # then
    assert won.count(True) == 1
    assert stored_owner(database, conversation) == Owner(names[won.index(True)], 2)


def test_a_conversation_that_is_not_there_is_not_found_nor_changed(database: Database) -> None:
    with database.session() as session:
        assert find_conversation(session, "ghost") is None
        assert not change_owner(session, "ghost", Owner(BOT, 1), Owner(QUEUE, 2))
    with pytest.raises(ConversationNotFound), database.session() as session:
        get_conversation_for_update(session, "ghost")
