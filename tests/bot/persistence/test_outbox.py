from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import StoreConflict
from bot.persistence import outbox as store
from bot.persistence.conversations import add_conversation
from bot.persistence.database import Database
from bot.persistence.messages import get_message
from bot.persistence.tables import OutboxRow
from tests.bot.persistence.conftest import NOW
from tests.bot.persistence.test_messages import append

LATER = NOW + timedelta(hours=1)


def say(database: Database, conversation: str, due_at: datetime = NOW, channel: str = "wechat") -> str:
    """Let the bot say something that is to be delivered; return the message's id."""
    message = append(database, conversation, sender="bot")
    with database.session() as session:
        store.add_outbox(session, get_message(session, message), channel, due_at)
    return message


def due(database: Database, now: datetime, limit: int = 10) -> list[tuple[str, str]]:
    with database.session() as session:
        return list(store.lock_conversations_due(session, now, limit))


def owed(database: Database, conversation: str) -> list[str]:
    with database.session() as session:
        return [message.id for _, message in store.list_owed(session, conversation, "wechat")]


def set_status(database: Database, message: str, status: str) -> None:
    with database.session() as session:
        store.get_outbox(session, message).status = status


def test_a_conversation_is_due_when_its_first_message_is(database: Database, conversation: str) -> None:
    say(database, conversation, due_at=NOW)

    assert due(database, NOW - timedelta(seconds=1)) == []
    assert due(database, NOW) == [(conversation, "wechat")]


def test_what_was_delivered_is_not_due_and_not_owed(database: Database, conversation: str) -> None:
    message = say(database, conversation)
    set_status(database, message, "delivered")

    assert due(database, LATER) == [] and owed(database, conversation) == []


def test_what_is_held_for_the_users_next_message_is_owed_but_never_due(database: Database, conversation: str) -> None:
    message = say(database, conversation)
    set_status(database, message, "held")

    assert due(database, LATER) == [] and owed(database, conversation) == [message]


def test_a_sender_taken_for_dead_makes_its_message_due_again(database: Database, conversation: str) -> None:
    message = say(database, conversation, due_at=NOW)
    set_status(database, message, "sending")

    assert due(database, NOW) == [(conversation, "wechat")]


def test_what_is_owed_is_listed_in_the_order_said_and_by_channel(database: Database, conversation: str) -> None:
    first, second = say(database, conversation), say(database, conversation)
    say(database, conversation, channel="widget")

    assert owed(database, conversation) == [first, second]


def test_the_conversation_that_waits_longest_comes_first_and_no_more_than_asked(database: Database, conversation: str) -> None:
    for name in ("c2", "c3"):
        with database.session() as session:
            add_conversation(session, name, "wechat", "", NOW)
        say(database, name)
    say(database, conversation)

    assert [name for name, _ in due(database, NOW, limit=2)] == ["c2", "c3"]


def test_two_dispatchers_never_get_the_same_conversation(database: Database, conversation: str) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite is one process, whose transactions follow each other")
    say(database, conversation)

    with database.session() as one, database.session() as other:
        assert store.lock_conversations_due(one, NOW, 10) == [(conversation, "wechat")]
        assert store.lock_conversations_due(other, NOW, 10) == []


def test_letting_go_makes_due_what_waited_for_the_platforms_call_but_not_what_waits_after_a_failure(
    database: Database, conversation: str
) -> None:
    waiting, failed = say(database, conversation, due_at=LATER), say(database, conversation, due_at=LATER)
    with database.session() as session:
        store.get_outbox(session, failed).attempts = 1

    with database.session() as session:
        store.make_due(session, conversation, "wechat", NOW)

    with database.session() as session:
        assert [store.get_outbox(session, m).next_attempt_at for m in (waiting, failed)] == [NOW, LATER]


def test_a_message_stands_in_the_outbox_once(database: Database, conversation: str) -> None:
    message = say(database, conversation)

    with pytest.raises(StoreConflict), database.session() as session:
        store.add_outbox(session, get_message(session, message), "wechat", NOW)

    with database.session() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == 1
