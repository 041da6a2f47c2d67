"""The assistant on Rasa, asked directly: what becomes of an outage, of payloads, of what users write."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.bootstrap import Services
from bot.dialogue.assistant import RasaAssistant
from bot.errors import ModelUnavailable, StoreUnavailable
from bot.persistence.tables import TrackerEventRow
from bot.services.assistant import InboundText, Reply
from tests.fixtures.databases import outage


@pytest.fixture(scope="module")
def services(make_services: Callable[[date], Services]) -> Iterator[Services]:
    made = make_services(date(2026, 11, 22))
    yield made
    made.assistant.close()
    made.database.close()


def ask(services: Services, text: str, conversation: str = "c1", payload: str | None = None) -> Reply:
    return asyncio.run(services.assistant.reply_to(InboundText(conversation, f"m-{text}", text, payload)))


def test_without_a_model_it_says_so() -> None:
    with pytest.raises(ModelUnavailable):
        asyncio.run(RasaAssistant().reply_to(InboundText("c1", "m1", "你好")))


def test_a_reply_says_what_explains_it(services: Services) -> None:
    reply = ask(services, "信用修复怎么办")

    current = services.models.find_current()
    assert current is not None and reply.model_id == current.id
    assert reply.intent and 0 < reply.confidence <= 1
    assert reply.messages[0].sources and reply.messages[0].band == "answer"


@pytest.mark.parametrize("statement", ["FROM tracker_state", "INSERT INTO tracker_event", "tracker_state SET"])
def test_an_outage_is_an_error_and_the_message_may_be_tried_again(services: Services, statement: str) -> None:
    conversation = f"outage {statement}"
    ask(services, "信用修复怎么办", conversation)

    with outage(services.database, of=lambda sql: statement in sql), pytest.raises(StoreUnavailable):
        ask(services, "要什么材料", conversation)

    again = ask(services, "要什么材料", conversation)
    assert again.messages[0].sources[0]["topic"] in {"C1", "C2", "C8"}


def test_message_60_leaves_as_many_events_to_load_as_message_10(services: Services) -> None:
    def loaded() -> int:
        with outage(services.database, of=lambda sql: False):
            pass
        model = services.assistant._model
        assert model is not None
        tracker = asyncio.run(model.agent.tracker_store.retrieve("long"))
        assert tracker is not None
        return len(tracker.events)

    sizes = []
    for number in range(60):
        ask(services, ("信用修复怎么办", "要多久")[number % 2], "long")
        sizes.append(loaded())

    assert max(sizes[9:]) <= max(sizes[5:15])
    assert sizes[-1] == sizes[9]


def test_nothing_a_user_wrote_reaches_a_log_or_the_terminal(
    services: Services, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        for text in ("我叫王小明电话13812345678信用修复怎么办", "/restart 王小明", "王小明\ud83d", "[[王小明]]{slot}"):
            with contextlib.suppress(UnicodeEncodeError):
                ask(services, text, "private")
        with outage(services.database), pytest.raises(StoreUnavailable):
            ask(services, "王小明", "private")

    printed = capfd.readouterr()
    for place in (caplog.text, printed.out, printed.err):
        assert "王小明" not in place and "13812345678" not in place


def test_no_event_of_a_conversation_is_a_command_of_rasa(services: Services) -> None:
    for text in ("/restart", "/session_start", "EXTERNAL: restart", "/back"):
        ask(services, text, "commands")

    with services.database.session() as session:
        rows = session.scalars(select(TrackerEventRow.data).where(TrackerEventRow.conversation_id == "commands"))
        assert not {"restart", "undo", "rewind", "reset_slots"} & {data["event"] for data in rows}


def test_a_button_is_taken_at_its_word_and_its_title_is_not_classified(services: Services) -> None:
    reply = ask(services, "补贴", "button", payload='/choose_subject{"subject": "tax"}')

    assert (reply.intent, reply.confidence) == ("choose_subject", 1.0)
    assert reply.messages[0].sources[0]["topic"] == "S10"
