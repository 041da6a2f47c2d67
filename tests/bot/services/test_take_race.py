"""Two agents press "take" at the same moment: one has the chat, the other reads who it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from sqlalchemy import select

from bot.bootstrap import build_services, open_database
from bot.persistence.tables import OwnershipChangeRow
from bot.settings import Settings
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.ownership_cast import PERSON, HeldAssistant
from tests.fixtures.ownership_checks import check_all
from tests.fixtures.ownership_places import stage_on
from tests.fixtures.ownership_stage import Stage
from tests.fixtures.people import add_person, desk_of
from tests.fixtures.running_app import RunningApp, serving, with_assistant
from tests.fixtures.talk import Talk, error_of
from tests.fixtures.wechat_product import find_redis

RACES = 200
RACES_AT_ONCE = 2
"""In as many chats as an agent may have."""
RACES_OVER_HTTP = 10
NAMES = {"li": "李", "wang": "王"}


@dataclass(frozen=True)
class Hall:
    """Two agents at their desks; on PostgreSQL each one's desk is connected to another process."""

    app: RunningApp
    desks: dict[str, httpx.Client]

    def say_who_is_there(self) -> None:
        for desk in self.desks.values():
            assert desk.put("/api/desk/presence", json={"state": "ready", "takes_automatically": False}).status_code == 200

    def take_at_once(self, talk: Talk, names: Sequence[str]) -> dict[str, httpx.Response]:
        """Let these agents take the chat at the same moment; return what each was answered."""
        together = Barrier(len(names))

        def take(name: str) -> httpx.Response:
            together.wait()
            return self.desks[name].post(f"/api/desk/conversations/{talk.id}/take", json={})

        with ThreadPoolExecutor(len(names)) as pool:
            return dict(zip(names, pool.map(take, names), strict=True))

    def transitions(self, talk: Talk) -> list[tuple[str, str]]:
        changes = select(OwnershipChangeRow).where(OwnershipChangeRow.conversation_id == talk.id)
        with self.app.services.database.session() as session:
            found = session.scalars(changes.order_by(OwnershipChangeRow.version))
            return [(change.transition, change.to_owner) for change in found]


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as stack:
        url, redis_url, processes = f"sqlite:///{tmp_path / 'yingshang.db'}", None, 1
        if request.param == "postgresql":
            if find_postgres() is None or find_redis() is None:
                pytest.skip("YINGSHANG_TEST_POSTGRES_URL and YINGSHANG_TEST_REDIS_URL are not both set")
            url = stack.enter_context(fresh_postgres_database()).render_as_string(hide_password=False)
            redis_url, processes = find_redis(), 2
        settings = Settings(data_dir=tmp_path, database_url=url, redis_url=redis_url)
        apps = [stack.enter_context(_app(settings)) for _ in range(processes)]
        for name, display_name in NAMES.items():
            add_person(apps[0].services.database, name, display_name=display_name, teams=["hotline"])
        desks = {name: stack.enter_context(desk_of(apps[number % processes], name)) for number, name in enumerate(NAMES)}
        yield Hall(apps[0], desks)


def _app(settings: Settings) -> AbstractContextManager[RunningApp]:
    services = build_services(settings, open_database(settings))
    return serving(with_assistant(services, HeldAssistant(lambda report: None)))


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage_on(request.param, tmp_path) as built:
        yield built


@pytest.mark.slow
def test_of_two_who_take_a_chat_at_once_one_has_it_two_hundred_times(stage: Stage) -> None:
    won: Counter[str] = Counter()
    for number in range(RACES // RACES_AT_ONCE):
        played = stage.begin()
        waiting, with_bot = played.chats[:RACES_AT_ONCE]
        stage.say(played, waiting, "ask_for_person")
        names = list(NAMES)[:: -1 if number % 2 else 1]

        stage.do(
            played, [(side, stage.order("take", chat, name)) for chat in (waiting, with_bot) for side, name in enumerate(names)]
        )

        for chat in (waiting, with_bot):
            answers = {
                deed.order.who: deed.outcome
                for deed in played.deeds
                if (deed.order.kind, deed.order.conversation_id) == ("take", chat)
            }
            (winner,) = [name for name, outcome in answers.items() if outcome == "done"]
            assert sorted(answers.values()) == sorted(("done", f"OwnedByOther: {NAMES[winner]}"))
            won[winner] += 1
        assert check_all(stage.database, played) == {"request": 1, "take": 1, "step_in": 1}
    assert set(won) == set(NAMES), "one was always faster, so it was no race"


@pytest.mark.slow
@pytest.mark.parametrize(("words", "transition"), [(f"转{PERSON}", "take"), ("问一句", "step_in")])
def test_who_was_slower_reads_who_has_the_chat(hall: Hall, words: str, transition: str) -> None:
    for number in range(RACES_OVER_HTTP):
        hall.say_who_is_there()
        talk = hall.app.talk()
        talk.ask(words)

        answers = hall.take_at_once(talk, list(NAMES)[:: -1 if number % 2 else 1])

        winner, loser = sorted(NAMES, key=lambda name: answers[name].status_code)
        assert [answers[name].status_code for name in (winner, loser)] == [200, 409]
        assert answers[winner].json()["entry"]["owner"] == f"agent:{winner}"
        assert error_of(answers[loser]) == {"code": "owned_by_other", "message": f"已由{NAMES[winner]}接入。"}
        assert hall.transitions(talk)[-1] == (transition, f"agent:{winner}")
        close = {"result": "solved", "note": "", "survey": False}
        assert hall.desks[winner].post(f"/api/desk/conversations/{talk.id}/close", json=close).status_code == 200
