from __future__ import annotations

import pytest

from bot.errors import StoreConflict
from bot.persistence import tracker_events as store
from bot.persistence.database import Database
from tests.bot.persistence.conftest import NOW


def events(*names: str) -> list[dict[str, object]]:
    return [{"event": name} for name in names]


def append(database: Database, after: int, *names: str, conversation: str = "c1") -> None:
    with database.session() as session:
        store.append_events(session, conversation, after, events(*names))


def last(database: Database, limit: int, conversation: str = "c1") -> list[str]:
    with database.session() as session:
        return [event["event"] for event in store.list_last_events(session, conversation, limit)]


def test_the_last_events_come_back_oldest_first(database: Database) -> None:
    append(database, 0, "a", "b")
    append(database, 2, "c", "d")

    assert last(database, 3) == ["b", "c", "d"]
    assert last(database, 99) == ["a", "b", "c", "d"]


def test_a_second_writer_with_the_same_number_fails_and_overwrites_nothing(database: Database) -> None:
    # given
    append(database, 0, "a")
    append(database, 1, "first")

    # when
    with pytest.raises(StoreConflict):
        append(database, 1, "second", "third")

    # then
    assert last(database, 99) == ["a", "first"]


def test_conversations_do_not_see_each_other_s_events(database: Database) -> None:
    append(database, 0, "mine")
    append(database, 0, "yours", conversation="c2")

    assert last(database, 99) == ["mine"]


def test_the_remembered_slots_are_those_of_the_last_save(database: Database) -> None:
    for number, slots in ((2, {"subject": "tax"}), (5, {"failures": 1, "offered": ["/request_human"]})):
        with database.session() as session:
            store.save_state(session, "c1", number, slots, NOW)

    with database.session() as session:
        state = store.find_state(session, "c1")
        assert state is not None
        assert (state.last_sequence, state.slots) == (5, {"failures": 1, "offered": ["/request_human"]})
        assert state.updated_at == NOW


def test_a_conversation_nobody_saved_has_no_state(database: Database) -> None:
    with database.session() as session:
        assert store.find_state(session, "ghost") is None
        assert store.list_last_events(session, "ghost", 9) == []


def test_a_deleted_conversation_leaves_nothing_and_the_others_stay(database: Database) -> None:
    for conversation in ("c1", "c2"):
        append(database, 0, "a", conversation=conversation)
        with database.session() as session:
            store.save_state(session, conversation, 1, {}, NOW)

    with database.session() as session:
        store.delete_conversation(session, "c1")

    with database.session() as session:
        assert store.list_conversation_ids(session) == ["c2"]
    assert last(database, 9) == []
    assert last(database, 9, conversation="c2") == ["a"]
