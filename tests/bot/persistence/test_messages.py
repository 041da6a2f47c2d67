from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.errors import StoreConflict
from bot.persistence import messages as store
from bot.persistence.conversations import add_conversation, get_conversation_for_update
from bot.persistence.database import Database
from bot.persistence.tables import MessageRow
from tests.bot.persistence.conftest import NOW


def append(database: Database, conversation: str, text: str = "你好", external_id: str | None = None, **more: object) -> str:
    message = MessageRow(
        **{"id": uuid.uuid4().hex, "sender": "user", "text": text, "at": NOW, "external_id": external_id, **more}
    )
    with database.session() as session:
        store.append_message(session, get_conversation_for_update(session, conversation), message)
        return message.id


def numbers(database: Database, conversation: str) -> list[int]:
    with database.session() as session:
        return [row.sequence for row in store.list_messages_after(session, conversation, 0, 1000)]


def test_messages_are_numbered_from_one_without_gaps(database: Database, conversation: str) -> None:
    for text in "甲乙丙":
        append(database, conversation, text)

    assert numbers(database, conversation) == [1, 2, 3]


def test_writers_at_the_same_time_leave_no_gap_and_take_no_number_twice(database: Database, conversation: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: append(database, conversation, str(n)), range(24)))

    assert numbers(database, conversation) == list(range(1, 25))


def test_a_message_whose_transaction_failed_takes_no_number(database: Database, conversation: str) -> None:
    append(database, conversation)
    with pytest.raises(ZeroDivisionError), database.session() as session:
        row = get_conversation_for_update(session, conversation)
        store.append_message(session, row, MessageRow(id="lost", sender="user", text="x", at=NOW))
        raise ZeroDivisionError

    append(database, conversation)

    assert numbers(database, conversation) == [1, 2]


def test_an_external_id_counts_once(database: Database, conversation: str) -> None:
    append(database, conversation, external_id="wx-1")

    with pytest.raises(StoreConflict):
        append(database, conversation, external_id="wx-1")

    assert numbers(database, conversation) == [1]


def test_the_same_external_id_may_stand_in_another_conversation(database: Database, conversation: str) -> None:
    with database.session() as session:
        add_conversation(session, "c2", "widget", "0" * 64, NOW)

    first, second = (append(database, c, external_id="1") for c in (conversation, "c2"))

    with database.session() as session:
        assert getattr(store.find_inbound(session, "c2", "1"), "id", None) == second != first


def test_messages_without_an_external_id_do_not_meet(database: Database, conversation: str) -> None:
    append(database, conversation)
    append(database, conversation)

    assert numbers(database, conversation) == [1, 2]


def test_only_what_came_after_is_listed_and_no_more_than_asked(database: Database, conversation: str) -> None:
    for text in "甲乙丙丁":
        append(database, conversation, text)

    with database.session() as session:
        assert [m.text for m in store.list_messages_after(session, conversation, 1, 2)] == ["乙", "丙"]


def test_a_message_is_not_found_under_another_conversation(database: Database, conversation: str) -> None:
    message = append(database, conversation)

    with database.session() as session:
        assert store.find_message(session, conversation, message) is not None
        assert store.find_message(session, "c2", message) is None


def test_replies_are_listed_in_order_and_only_those_to_the_message(database: Database, conversation: str) -> None:
    asked = append(database, conversation)
    replies = [append(database, conversation, sender="bot", reply_to=asked) for _ in range(2)]
    append(database, conversation, sender="bot", reply_to="another")

    with database.session() as session:
        assert [row.id for row in store.list_replies(session, asked, conversation)] == replies


def test_what_nobody_answered_yet_is_found_after_a_crash_oldest_first(database: Database, conversation: str) -> None:
    late = append(database, conversation, external_id="2", at=NOW + timedelta(minutes=1))
    early = append(database, conversation, external_id="1")
    append(database, conversation, handled_at=NOW)
    append(database, conversation, sender="bot")

    with database.session() as session:
        assert [row.id for row in store.list_unhandled(session, NOW + timedelta(hours=1))] == [early, late]
