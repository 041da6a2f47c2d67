from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreConflict
from bot.persistence import handovers
from bot.persistence.conversations import add_conversation
from bot.persistence.database import Database
from bot.persistence.handovers import ACTIVE, ENDED, UNATTENDED, WAITING
from bot.persistence.tables import HandoverRow, OwnershipChangeRow
from tests.bot.persistence.conftest import NOW

MINUTE = timedelta(minutes=1)


def add(database: Database, conversation_id: str, status: str = WAITING, at: datetime = NOW, **columns: Any) -> int:
    """Store a handover, with its conversation if there is none; return its id."""
    known = {"team": "hotline", "reason": "request_human", "priority": 2, "language": "zh-Hans", "summary": {"matter": "注销"}}
    with database.session() as session:
        if handovers.find_last(session, conversation_id) is None and conversation_id != "c1":
            add_conversation(session, conversation_id, "widget", "0" * 64, NOW)
        row = HandoverRow(
            conversation_id=conversation_id,
            status=status,
            requested_by="user",
            requested_at=at,
            queued_at=at,
            **{**known, **columns},
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_request_for_a_person_is_open_until_it_ends(database: Database, conversation: str) -> None:
    add(database, conversation, contact={"phone": "13800001111"})

    with database.session() as session:
        found = handovers.find_open(session, conversation)
        assert found is not None and found.summary == {"matter": "注销"} and found.contact == {"phone": "13800001111"}
        assert found.requested_at == NOW
        handovers.end(found, "solved", NOW + MINUTE)

    with database.session() as session:
        assert handovers.find_open(session, conversation) is None
        last = handovers.find_last(session, conversation)
        assert last is not None and (last.status, last.result, last.ended_at, last.escalate_at) == (
            ENDED,
            "solved",
            NOW + MINUTE,
            None,
        )


@pytest.mark.parametrize("status", [WAITING, ACTIVE])
def test_a_conversation_has_one_open_handover_whatever_happens_at_the_same_time(
    database: Database, conversation: str, status: str
) -> None:
    add(database, conversation, WAITING)

    with pytest.raises((IntegrityError, StoreConflict)):
        add(database, conversation, status)


def test_any_number_may_be_over_or_unattended(database: Database, conversation: str) -> None:
    ids = [add(database, conversation, status) for status in (ENDED, UNATTENDED, ENDED, UNATTENDED, WAITING)]

    with database.session() as session:
        assert [row.id for row in handovers.list_of(session, conversation)] == ids[::-1]


def test_a_request_that_nobody_was_there_for_is_found_until_somebody_deals_with_it(database: Database, conversation: str) -> None:
    asked = add(database, conversation, UNATTENDED, NOW - 9 * MINUTE)

    with database.session() as session:
        found = handovers.find_unattended(session, conversation)
        assert found is not None and found.id == asked
        handovers.end(found, "done", NOW)
    with database.session() as session:
        assert handovers.find_unattended(session, conversation) is None


def test_only_a_talk_that_an_agent_had_can_be_the_last_one_that_ended(database: Database, conversation: str) -> None:
    talked = add(database, conversation, ENDED, taken_by="mei")
    add(database, conversation, ENDED)
    add(database, conversation, ACTIVE, taken_by="lin")

    with database.session() as session:
        found = handovers.find_last_ended(session, conversation)
        assert found is not None and found.id == talked


def test_who_waits_is_listed_in_the_order_of_service(database: Database, conversation: str) -> None:
    add(database, "late", at=NOW + MINUTE)
    add(database, "early", at=NOW - MINUTE)
    add(database, "urgent", at=NOW + 2 * MINUTE, priority=0)
    add(database, "talking", ACTIVE, taken_by="mei")

    with database.session() as session:
        assert [row.conversation_id for row in handovers.list_waiting(session)] == ["urgent", "early", "late"]
        assert [(chat.conversation_id, chat.taken_by) for chat in handovers.list_active(session)] == [("talking", "mei")]


def test_the_load_of_an_agent_is_what_they_have_now(database: Database, conversation: str) -> None:
    for name, agent, status in (
        ("a", "mei", ACTIVE),
        ("b", "mei", ACTIVE),
        ("d", "lin", ACTIVE),
        ("e", "lin", ENDED),
        ("f", None, WAITING),
    ):
        add(database, name, status, taken_by=agent)

    with database.session() as session:
        assert handovers.loads(session) == {"mei": 2, "lin": 1}


def test_who_talked_with_a_user_last_is_remembered(database: Database, conversation: str) -> None:
    for agent in ("mei", "lin", None):
        add(database, conversation, ENDED, taken_by=agent)
    add(database, "other", ENDED, taken_by="hao")

    with database.session() as session:
        assert handovers.last_agents(session, [conversation, "unknown"]) == {conversation: "lin"}
        assert handovers.last_agents(session, []) == {}


def test_waits_are_measured_by_team_from_what_was_asked_for_lately(database: Database, conversation: str) -> None:
    def talk(name: str, at: datetime, waited: timedelta | None, lasted: timedelta | None, **columns: Any) -> None:
        taken = at + waited if waited else None
        add(database, name, ENDED, at, taken_at=taken, ended_at=taken + lasted if taken and lasted else None, **columns)

    talk("a", NOW, MINUTE, 5 * MINUTE)
    talk("b", NOW, 2 * MINUTE, None)
    talk("long ago", NOW - timedelta(days=20), MINUTE, MINUTE)
    talk("other team", NOW, MINUTE, MINUTE, team="ip")
    talk("went in", NOW, MINUTE, MINUTE, reason="step_in")
    talk("never taken", NOW, None, None)

    with database.session() as session:
        waits, lasted = handovers.durations(session, "hotline", NOW - timedelta(days=14))
    assert (sorted(waits), lasted) == ([60, 120], [300])


def test_today_is_what_was_asked_for_taken_or_ended_since(database: Database, conversation: str) -> None:
    before = NOW - MINUTE
    for name, columns in {
        "asked": {"at": NOW},
        "taken": {"at": before, "taken_at": NOW},
        "ended": {"at": before, "taken_at": before, "ended_at": NOW},
        "neither": {"at": before},
    }.items():
        add(database, name, ENDED, **columns)

    with database.session() as session:
        assert {row.conversation_id for row in handovers.list_since(session, NOW)} == {"asked", "taken", "ended"}


def test_a_version_of_an_owner_is_written_down_once(database: Database, conversation: str) -> None:
    def change(version: int) -> OwnershipChangeRow:
        return OwnershipChangeRow(
            conversation_id=conversation,
            version=version,
            transition="request",
            from_owner="bot",
            to_owner="queue",
            by="user",
            at=NOW,
        )

    with database.session() as session:
        handovers.add_change(session, change(2))
        handovers.add_change(session, change(3))
    with pytest.raises((IntegrityError, StoreConflict)), database.session() as session:
        handovers.add_change(session, change(3))

    with database.session() as session:
        assert [row.version for row in handovers.list_changes(session, conversation)] == [3, 2]
        assert [row.version for row in handovers.list_changes(session, conversation, limit=1)] == [3]
