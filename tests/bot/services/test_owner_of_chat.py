"""One owner: the bot is silent while a person has the chat, whatever the order of events."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.business.ownership import BOT, QUEUE, Owner
from bot.persistence.conversations import change_owner
from bot.persistence.messages import list_unhandled
from bot.persistence.tables import ConversationRow, OutboxRow
from tests.fixtures.assistants import SlowAssistant
from tests.fixtures.running_app import RunningApp, services_without_model, serving, wait_until, with_assistant
from tests.fixtures.talk import Talk

AGENT = "agent:li"


@pytest.fixture
def assistant() -> SlowAssistant:
    return SlowAssistant()


@pytest.fixture
def app(any_database_url: str, tmp_path: Path, assistant: SlowAssistant) -> Iterator[RunningApp]:
    with serving(with_assistant(services_without_model(tmp_path, any_database_url), assistant)) as running:
        yield running


def pass_to(app: RunningApp, talk: Talk, seen: Owner, name: str) -> Owner:
    with app.services.database.session() as session:
        assert change_owner(session, talk.id, seen, seen.passes_to(name))
    return seen.passes_to(name)


@pytest.mark.parametrize("owner", [QUEUE, AGENT])
def test_the_bot_is_silent_while_it_does_not_own_the_conversation(app: RunningApp, assistant: SlowAssistant, owner: str) -> None:
    talk = app.talk()
    pass_to(app, talk, Owner(BOT, 1), owner)

    body = talk.ask("有人吗").body

    assert body == {"messages": [], "owner": owner}
    assert assistant.seen == []
    assert [m["text"] for m in talk.history()] == ["有人吗"]


def test_a_message_that_a_person_reads_is_not_answered_by_the_bot_later(app: RunningApp, assistant: SlowAssistant) -> None:
    talk = app.talk()
    owner = pass_to(app, talk, Owner(BOT, 1), AGENT)
    talk.ask("有人吗", "m-1")
    pass_to(app, talk, owner, BOT)

    with app.services.database.session() as session:
        assert list_unhandled(session, datetime.now(UTC)) == []
    assert talk.ask("有人吗", "m-1").body["messages"] == [] and assistant.seen == []


def test_what_the_bot_prepared_is_dropped_when_a_person_took_over_meanwhile(app: RunningApp, assistant: SlowAssistant) -> None:
    talk = app.talk()

    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(talk.ask, "信用修复怎么办", "m-1")
        wait_until(lambda: assistant.seen, "the bot computes")
        pass_to(app, talk, Owner(BOT, 1), AGENT)
        assistant.may_answer.set()

        assert posted.result().body == {"messages": [], "owner": AGENT}
    assert [m["sender"] for m in talk.history()] == ["user"]
    with app.services.database.session() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        assert list_unhandled(session, datetime.now(UTC)) == []


def test_when_the_chat_comes_back_the_bot_answers_again(app: RunningApp, assistant: SlowAssistant) -> None:
    assistant.may_answer.set()
    talk = app.talk()
    owner = pass_to(app, talk, Owner(BOT, 1), QUEUE)
    talk.ask("有人吗")
    pass_to(app, talk, owner, BOT)

    assert talk.ask("信用修复怎么办").text == "到：信用修复怎么办"
    assert talk.owner() == BOT


def test_a_question_is_answered_when_a_person_took_the_chat_and_gave_it_back_while_the_bot_was_thinking(
    app: RunningApp, assistant: SlowAssistant
) -> None:
    talk = app.talk()

    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(talk.ask, "信用修复怎么办", "m-1")
        wait_until(lambda: assistant.seen, "the bot computes")
        owner = pass_to(app, talk, Owner(BOT, 1), AGENT)
        pass_to(app, talk, owner, BOT)
        assistant.may_answer.set()

        assert posted.result().text == "到：信用修复怎么办"
    assert [m["sender"] for m in talk.history()] == ["user", "bot"]


def test_a_question_whose_answer_was_dropped_waits_for_the_person(app: RunningApp, assistant: SlowAssistant) -> None:
    talk = app.talk()

    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(talk.ask, "信用修复怎么办", "m-1")
        wait_until(lambda: assistant.seen, "the bot computes")
        pass_to(app, talk, Owner(BOT, 1), AGENT)
        assistant.may_answer.set()
        posted.result()

    with app.services.database.session() as session:
        assert session.get_one(ConversationRow, talk.id).unanswered_since is not None
