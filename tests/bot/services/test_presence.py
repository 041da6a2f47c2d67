"""Who is at the desk, and whether they take chats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.business.roles import Principal, Role
from bot.errors import HandoverRefused, PermissionDenied
from bot.persistence.presences import find_presence
from bot.persistence.tables import AgentPresenceRow
from bot.services.presence import Presence
from tests.fixtures.office import Office


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.person("mei")


def row_of(office: Office, person: Principal) -> AgentPresenceRow:
    with office.database.session() as session:
        row = find_presence(session, person.username)
    assert row is not None
    return row


def test_who_never_said_anything_is_away(office: Office, mei: Principal) -> None:
    assert office.presences.get("mei") == Presence("away", takes_automatically=False)


def test_who_says_that_they_are_ready_is_there_from_then_on(office: Office, mei: Principal) -> None:
    assert office.presences.change(mei, "ready", takes_automatically=True) == Presence("ready", takes_automatically=True)

    assert office.presences.get("mei") == Presence("ready", takes_automatically=True)
    assert row_of(office, mei).ready_since == row_of(office, mei).seen_at == office.clock.now


def test_saying_it_again_begins_anew_so_that_overtime_can_begin(office: Office, mei: Principal) -> None:
    office.be("2026-11-23 16:00")
    office.come(mei)
    office.be("2026-11-23 18:00")
    assert office.waiting().owner == "bot"

    office.come(mei)

    assert office.waiting().owner == "queue"


def test_who_goes_away_is_not_there_and_keeps_their_chats(office: Office, mei: Principal) -> None:
    office.come(mei)
    visitor = office.talking_to(mei)

    office.presences.change(mei, "away", takes_automatically=True)

    assert row_of(office, mei).ready_since is None
    assert visitor.owner == "agent:mei" and office.waiting().owner == "bot"


def test_who_signs_out_is_away(office: Office, mei: Principal) -> None:
    office.presences.change(mei, "ready", takes_automatically=True)

    office.presences.leave("mei")

    assert office.presences.get("mei") == Presence("away", takes_automatically=True)


def test_being_seen_says_nothing_about_being_ready(office: Office, mei: Principal) -> None:
    office.clock.now += timedelta(minutes=5)
    office.presences.note_seen("mei")

    assert office.presences.get("mei").state == "away" and row_of(office, mei).seen_at == office.clock.now


def test_who_only_reads_cannot_be_there(office: Office) -> None:
    reader = office.person("reader", Role.READONLY)

    with pytest.raises(PermissionDenied):
        office.presences.change(reader, "ready", takes_automatically=False)


def test_there_are_two_states(office: Office, mei: Principal) -> None:
    with pytest.raises(HandoverRefused, match="state_unknown"):
        office.presences.change(mei, "busy", takes_automatically=False)
