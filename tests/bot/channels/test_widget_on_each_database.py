"""The same odd input on SQLite and PostgreSQL: PostgreSQL refuses NUL in a text, SQLite does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.running_app import RunningApp, services_without_model, serving, with_assistant
from tests.fixtures.talk import error_of


@pytest.fixture
def app(any_database_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    with serving(with_assistant(services_without_model(tmp_path, any_database_url), EchoAssistant())) as running:
        yield running


def test_odd_identifiers_are_not_found_or_refused_and_never_an_internal_error(app: RunningApp) -> None:
    talk = app.talk()
    assert talk.ask("你好").text == "到：你好"

    for odd in ("\x00", "a\x00b", "\n", "😀", "x" * 128, "' OR 1=1 --"):
        posted = talk.post("你好", odd)
        assert posted.status_code in {200, 422}, f"client_message_id {odd!r}"
        assert len(talk.history(after=odd)) >= 2, f"after {odd!r}"
    for odd in ("%00", "%F0%9F%98%80", "x" * 3000):
        response = app.client.get(f"/api/chat/conversations/{odd}/messages", headers=talk.headers)
        assert response.status_code == 404
        error_of(response)


def test_odd_texts_are_stored_as_they_are_read_back(app: RunningApp) -> None:
    talk = app.talk()
    for text in ("信\x00用", "😀𠮷", "' ; DROP TABLE message; --", "a\nb\tc", "\\u0000", "%s", "x" * 2000):
        assert talk.ask(text).text == "到：" + text.replace("\x00", "")

    assert [m["sequence"] for m in talk.history()] == list(range(1, 15))


def test_a_huge_after_gives_nothing(app: RunningApp) -> None:
    talk = app.talk()
    talk.ask("你好")

    assert talk.history(after="9" * 100) == []
