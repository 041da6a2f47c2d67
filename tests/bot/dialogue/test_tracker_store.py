"""The bounded tracker store: slots survive, only the last turns are loaded, a second writer fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, select

from bot.bootstrap import open_database
from bot.dialogue.tracker_store import KEPT_EVENTS, BoundedTrackerStore
from bot.errors import StoreConflict, StoreUnavailable
from bot.persistence.database import Database
from bot.persistence.tables import TrackerEventRow
from bot.settings import PROJECT, Settings
from tests.fixtures.databases import outage

DOMAIN = Domain.load(str(PROJECT / "domain.yml"))


@pytest.fixture
def database(any_database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(Settings(data_dir=tmp_path, database_url=any_database_url))
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> BoundedTrackerStore:
    return BoundedTrackerStore(database, lambda: datetime(2026, 11, 22, tzinfo=UTC), DOMAIN)


def retrieve(store: BoundedTrackerStore, sender: str = "c1") -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve(sender))
    assert tracker is not None
    return tracker


def take_turns(store: BoundedTrackerStore, number: int, sender: str = "c1") -> None:
    for i in range(number):
        tracker = asyncio.run(store.get_or_create_tracker(sender)) if i == 0 else retrieve(store, sender)
        for event in (
            UserUttered(f"问题{i}", {"name": "greet", "confidence": 1.0}),
            ActionExecuted("utter_greet"),
            BotUttered(f"回答{i}"),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, DOMAIN)
        asyncio.run(store.save(tracker))


def test_an_unknown_conversation_has_no_tracker(store: BoundedTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None


def test_a_slot_survives_however_long_ago_it_was_set(store: BoundedTrackerStore) -> None:
    take_turns(store, 1)
    tracker = retrieve(store)
    tracker.update(SlotSet("subject", "tax"), DOMAIN)
    asyncio.run(store.save(tracker))

    take_turns(store, 20)

    assert retrieve(store).get_slot("subject") == "tax"


def test_a_slot_that_was_emptied_stays_empty(store: BoundedTrackerStore) -> None:
    take_turns(store, 1)
    for value in ("tax", None):
        tracker = retrieve(store)
        tracker.update(SlotSet("subject", value), DOMAIN)
        asyncio.run(store.save(tracker))

    assert retrieve(store).get_slot("subject") is None


def test_a_slot_that_a_new_model_no_longer_has_is_left_out(store: BoundedTrackerStore) -> None:
    take_turns(store, 1)
    tracker = retrieve(store)
    tracker.update(SlotSet("subject", "tax"), DOMAIN)
    asyncio.run(store.save(tracker))

    store.domain = Domain.empty()

    assert "subject" not in retrieve(store).slots


def add(store: BoundedTrackerStore, *events: Event) -> None:
    tracker = retrieve(store)
    for event in events:
        tracker.update(event, DOMAIN)
    asyncio.run(store.save(tracker))


@pytest.mark.parametrize("turns", [0, 1, 4, 5, 6, 7, 20])
def test_an_open_form_stays_open_however_long_ago_it_was_opened(store: BoundedTrackerStore, turns: int) -> None:
    take_turns(store, 1)
    add(store, ActiveLoop("case_form"), SlotSet("requested_slot", "case_place"))

    take_turns(store, turns)

    assert retrieve(store).active_loop_name == "case_form"
    assert retrieve(store).get_slot("requested_slot") == "case_place"


@pytest.mark.parametrize("turns", [0, 4, 5, 6, 7, 20])
def test_a_form_that_was_ended_stays_ended(store: BoundedTrackerStore, turns: int) -> None:
    take_turns(store, 1)
    add(store, ActiveLoop("case_form"))
    take_turns(store, turns)
    add(store, ActiveLoop(None))

    take_turns(store, turns)

    assert retrieve(store).active_loop_name is None


@pytest.mark.parametrize("turns", [0, 20])
def test_a_form_that_a_new_model_no_longer_has_is_left_out(store: BoundedTrackerStore, turns: int) -> None:
    take_turns(store, 1)
    add(store, ActiveLoop("case_form"))
    take_turns(store, turns)

    store.domain = Domain.empty()

    assert retrieve(store).active_loop_name is None


def test_a_form_that_left_a_message_to_others_is_offered_the_next(store: BoundedTrackerStore) -> None:
    take_turns(store, 1)

    add(store, ActiveLoop("case_form"), ActionExecutionRejected("case_form"))

    assert not retrieve(store).is_active_loop_rejected


def test_only_the_last_turns_are_loaded_and_begin_with_a_message_of_the_user(store: BoundedTrackerStore) -> None:
    take_turns(store, 30)

    tracker = retrieve(store)

    said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert said[-1] == "问题29" and "问题0" not in said and 2 <= len(said) <= KEPT_EVENTS
    assert tracker.latest_message is not None and tracker.latest_message.text == "问题29"


def test_message_60_loads_as_many_events_as_message_10(store: BoundedTrackerStore) -> None:
    take_turns(store, 10)
    at_10 = len(retrieve(store).events)
    take_turns(store, 50)

    assert len(retrieve(store).events) == at_10


def test_every_event_is_stored_once_and_in_order(store: BoundedTrackerStore, database: Database) -> None:
    take_turns(store, 12)

    with database.session() as session:
        rows = session.scalars(select(TrackerEventRow).order_by(TrackerEventRow.sequence)).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert [row.data["text"] for row in rows if row.data["event"] == "user"] == [f"问题{i}" for i in range(12)]


def test_a_second_writer_fails_and_spoils_nothing(store: BoundedTrackerStore, database: Database) -> None:
    take_turns(store, 1)
    one, other = retrieve(store), retrieve(store)
    for tracker, text in ((one, "我先"), (other, "我后")):
        tracker.update(UserUttered(text, {"name": "greet"}), DOMAIN)
        tracker.update(SlotSet("subject", text), DOMAIN)
    asyncio.run(store.save(one))

    with pytest.raises(StoreConflict):
        asyncio.run(store.save(other))

    assert retrieve(store).get_slot("subject") == "我先"
    with database.session() as session:
        texts = [data.get("text") for data in session.scalars(select(TrackerEventRow.data))]
    assert "我先" in texts and "我后" not in texts


def test_a_tracker_that_is_saved_twice_is_stored_once(store: BoundedTrackerStore, database: Database) -> None:
    take_turns(store, 1)
    tracker = retrieve(store)
    tracker.update(UserUttered("你好", {"name": "greet"}), DOMAIN)
    for _ in range(2):
        asyncio.run(store.save(tracker))

    with database.session() as session:
        count = select(func.count()).select_from(TrackerEventRow)
        before = session.scalar(count)
    asyncio.run(store.save(retrieve(store)))
    with database.session() as session:
        assert session.scalar(count) == before


def test_an_outage_is_an_error_and_no_amnesia(store: BoundedTrackerStore, database: Database) -> None:
    take_turns(store, 2)

    with outage(database), pytest.raises(StoreUnavailable):
        asyncio.run(store.retrieve("c1"))

    assert "问题1" in [event.text for event in retrieve(store).events if isinstance(event, UserUttered)]


def test_an_erased_conversation_is_gone_and_its_neighbour_is_not(store: BoundedTrackerStore) -> None:
    take_turns(store, 2, "c1")
    take_turns(store, 2, "c2")

    asyncio.run(store.delete("c1"))

    assert asyncio.run(store.retrieve("c1")) is None
    assert list(asyncio.run(store.keys())) == ["c2"]
