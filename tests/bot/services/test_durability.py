"""What was accepted is not lost: not by kill -9, not by a database that is gone for a while, not by a failing assistant."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from bot.errors import ModelUnavailable, StoreUnavailable
from bot.persistence.database import Database
from bot.persistence.messages import list_unhandled
from tests.fixtures.assistants import EchoAssistant, FailingAssistant
from tests.fixtures.databases import allow_connections, find_postgres, fresh_postgres_database, outage, stop_connections
from tests.fixtures.running_app import (
    RunningApp,
    ServerProcess,
    services_without_model,
    serving,
    start_server,
    wait_until,
    with_assistant,
)
from tests.fixtures.talk import Talk, error_of

BLOCKING = ("-m", "tests.fixtures.blocking_server")


@contextlib.contextmanager
def stopping(server: ServerProcess) -> Iterator[ServerProcess]:
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.slow
def test_a_message_accepted_before_kill_9_is_answered_exactly_once_after_the_restart(
    copy_of_data_dir: Callable[[], Path],
) -> None:
    data_dir = copy_of_data_dir()
    database = Database(f"sqlite:///{data_dir / 'yingshang.db'}")

    def is_stored() -> bool:
        with database.session() as session:
            return len(list_unhandled(session, datetime.now(UTC))) == 1

    with stopping(start_server(data_dir, program=BLOCKING)) as first, httpx.Client(base_url=first.url, timeout=60) as client:
        first.wait_until_ready()
        talk = Talk.start(client)
        with ThreadPoolExecutor(1) as pool:
            posted = pool.submit(talk.post, "信用修复怎么办", "m-1")
            wait_until(is_stored, "the message is stored")
            first.kill()
            assert isinstance(posted.exception(), httpx.TransportError)

    with stopping(start_server(data_dir)) as second, httpx.Client(base_url=second.url, timeout=60) as client:
        second.wait_until_ready()
        again = Talk(client, talk.id, talk.token)
        wait_until(lambda: len(again.history()) == 2, "the message is answered")
        history = again.history()
        assert [m["sender"] for m in history] == ["user", "bot"] and history[1]["sources"]
        assert again.ask("信用修复怎么办", "m-1").body["messages"] == history[1:], "repeating it gives the same answer"
        second.kill()

    with serving(with_assistant(services_without_model(data_dir), EchoAssistant())) as third:
        assert Talk(third.client, talk.id, talk.token).history() == history, "a further restart answers nothing twice"
    database.close()


def test_messages_left_over_are_answered_at_the_next_start_in_order(tmp_path: Path) -> None:
    failing = FailingAssistant(StoreUnavailable("gone"))
    with serving(with_assistant(services_without_model(tmp_path), failing)) as app:
        talk = app.talk()
        assert [talk.post(text, text).status_code for text in ("一", "二")] == [503, 503]

    with serving(with_assistant(services_without_model(tmp_path), EchoAssistant())) as app:
        again = Talk(app.client, talk.id, talk.token)
        wait_until(lambda: len(again.history()) == 4, "both messages are answered")
        history = again.history()

    assert [m["text"] for m in history] == ["一", "二", "到：一", "到：二"]


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), ModelUnavailable("none"), RuntimeError("a bug")])
def test_a_left_over_message_that_fails_again_does_not_stop_the_start(tmp_path: Path, error: Exception) -> None:
    with serving(with_assistant(services_without_model(tmp_path), FailingAssistant(error))) as app:
        talk = app.talk()
        assert talk.post("一", "m-1").status_code in {500, 503}

    with serving(with_assistant(services_without_model(tmp_path), FailingAssistant(error))) as app:
        assert app.client.get("/readyz").status_code == 200
        assert [m["text"] for m in Talk(app.client, talk.id, talk.token).history()] == ["一"]


@pytest.mark.parametrize(
    ("error", "status"), [(StoreUnavailable("gone"), 503), (ModelUnavailable("none"), 503), (RuntimeError("x"), 500)]
)
def test_a_message_whose_answer_failed_is_answered_when_it_is_sent_again(tmp_path: Path, error: Exception, status: int) -> None:
    assistant = FailingAssistant(error)
    with serving(with_assistant(services_without_model(tmp_path), assistant)) as app:
        talk = app.talk()
        failed = talk.post("一", "m-1")
        assert failed.status_code == status
        error_of(failed)
        assert str(error) not in failed.text

        assistant.error = None
        assert talk.ask("一", "m-1").text == "到：一"
        assert [m["text"] for m in talk.history()] == ["一", "到：一"]


def test_a_later_message_is_not_answered_before_an_earlier_one_that_failed(tmp_path: Path) -> None:
    assistant = FailingAssistant(StoreUnavailable("gone"))
    with serving(with_assistant(services_without_model(tmp_path), assistant)) as app:
        talk = app.talk()
        assert talk.post("一", "m-1").status_code == 503
        assistant.error = None
        talk.ask("二", "m-2")

        assert [m["text"] for m in talk.history() if m["sender"] == "bot"] == ["到：一", "到：二"]


PHASES = {
    "at the door": "FROM conversation",
    "when the message is stored": "INSERT INTO message",
    "when the dialogue is loaded": "FROM tracker_state",
    "when the dialogue is stored": "INSERT INTO tracker_event",
    "when the slots are stored": "tracker_state SET",
    "when the reply is stored": "INSERT INTO outbox",
}


@pytest.mark.parametrize("statement", PHASES.values(), ids=PHASES.keys())
def test_a_database_that_is_gone_is_a_clear_error_and_then_everything_is_as_before(
    app: RunningApp, talk: Talk, statement: str
) -> None:
    first = talk.ask("信用修复怎么办")

    with outage(app.services.database, of=lambda sql: statement in sql) as failed:
        during = talk.post("要什么材料", "m-2")

    assert failed, "the outage happened"
    assert during.status_code == 503
    assert error_of(during)["code"] == "temporarily_unavailable" and int(during.headers["retry-after"]) > 0
    again = talk.ask("要什么材料", "m-2")
    assert again.topic == first.topic and "材料" in (again.section or "")
    assert talk.ask("要多久").topic == first.topic
    assert [m["sender"] for m in talk.history()] == ["user", "bot"] * 3


def test_readiness_tells_of_the_outage_and_of_its_end(app: RunningApp) -> None:
    with outage(app.services.database):
        during = app.client.get("/readyz")

    assert during.status_code == 503 and during.json()["database"] is False
    assert app.client.get("/healthz").status_code == 200
    assert app.client.get("/readyz").status_code == 200


@pytest.mark.skipif(find_postgres() is None, reason="YINGSHANG_TEST_POSTGRES_URL is not set")
def test_postgresql_gone_and_back_loses_nothing(tmp_path: Path) -> None:
    with fresh_postgres_database() as url:
        services = services_without_model(tmp_path, url.render_as_string(hide_password=False))
        with serving(with_assistant(services, EchoAssistant())) as app:
            talk = app.talk()
            talk.ask("一", "m-1")
            stop_connections(make_url(url))
            try:
                during = talk.post("二", "m-2")
                assert during.status_code == 503 and error_of(during)["code"] == "temporarily_unavailable"
                assert app.client.get("/readyz").json()["database"] is False
            finally:
                allow_connections(make_url(url))

            assert talk.ask("二", "m-2").text == "到：二"
            assert [m["text"] for m in talk.history()] == ["一", "到：一", "二", "到：二"]
            assert app.client.get("/readyz").status_code == 200
