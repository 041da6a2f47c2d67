from __future__ import annotations

from bot.persistence.conversations import add_conversation
from bot.persistence.database import Database
from bot.persistence.handovers import add_request, find_open_request
from tests.bot.persistence.conftest import NOW


def test_a_request_for_a_person_is_open_and_found_by_its_conversation(database: Database, conversation: str) -> None:
    with database.session() as session:
        add_conversation(session, "c2", "widget", "0" * 64, NOW)
        add_request(session, conversation, "distress", NOW)

    with database.session() as session:
        found = find_open_request(session, conversation)
        assert found is not None
        assert (found.reason, found.at) == ("distress", NOW)
        assert find_open_request(session, "c2") is None


def test_a_closed_request_is_not_open(database: Database, conversation: str) -> None:
    with database.session() as session:
        add_request(session, conversation, "request_human", NOW)
    with database.session() as session:
        found = find_open_request(session, conversation)
        assert found is not None
        found.status = "closed"

    with database.session() as session:
        assert find_open_request(session, conversation) is None
