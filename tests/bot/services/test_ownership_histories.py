"""One owner at a time, whatever happens at the same moment: random histories of users, bot, agents, supervisors and time.

Each history is a list of batches; what is in a batch happens at once, on PostgreSQL in two processes. YINGSHANG_TEST_HISTORIES
says how many are played on both databases together, YINGSHANG_TEST_SEED which ones. The operations of a seed are always the same;
how they meet is not.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from bot.business.ownership import Transition
from tests.fixtures.ownership_checks import check_all, check_now, outcomes
from tests.fixtures.ownership_history import Batch, histories
from tests.fixtures.ownership_places import stage_on
from tests.fixtures.ownership_stage import Played, Stage

HISTORIES, SEED = "YINGSHANG_TEST_HISTORIES", "YINGSHANG_TEST_SEED"
HISTORIES_BY_DEFAULT = 210
SHARES = {"sqlite": 0.7, "postgresql": 0.3}
"""Two processes take longer."""
ENOUGH_FOR_EVERYTHING = 500
"""In so many histories every change of owner happens."""
TRIES_OF_A_FAILURE = 5
"""How often a history is played once one has failed: what failed by chance need not fail at the next try."""


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage_on(request.param, tmp_path) as built:
        yield built


@pytest.mark.slow
def test_a_chat_has_one_owner_in_every_history(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    share = SHARES[stage.database.url.get_backend_name()]
    count = round(int(os.environ.get(HISTORIES, HISTORIES_BY_DEFAULT)) * share)
    number = int(os.environ.get(SEED, random.randrange(10**6)))
    seen: Counter[str] = Counter()
    tries = 1

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    @given(histories(len(stage.sides)))
    def every_history_keeps_its_promises(history: Sequence[Batch]) -> None:
        nonlocal tries
        for _ in range(tries):
            try:
                seen.update(_play(stage, history))
            except AssertionError:
                tries = TRIES_OF_A_FAILURE
                raise

    print(f"{SEED}={number}")
    every_history_keeps_its_promises()
    if HISTORIES in os.environ:
        with capsys.disabled():
            print(f"\n{_summary(stage, seen)} {SEED}={number}")
    assert seen["histories"] >= count
    assert count < ENOUGH_FOR_EVERYTHING or [each for each in Transition if not seen[each]] == []


def _play(stage: Stage, history: Sequence[Batch]) -> Counter[str]:
    """Play it and check it; return what happened how often."""
    told: list[Played] = []

    def check(played: Played) -> None:
        told[:] = [played]
        check_now(stage.database, played)

    try:
        played = stage.play(history, check)
        changes = check_all(stage.database, played)
    except AssertionError:
        note(told[0].tell() if told else "nothing happened")
        raise
    return Counter({**outcomes(played), **changes, "histories": 1, "changes": changes.total(), "operations": len(played.deeds)})


def _summary(stage: Stage, seen: Counter[str]) -> str:
    done = [f"{name} {number}" for name, number in sorted(seen.items()) if " " in name]
    changes = [f"{transition} {seen[transition]}" for transition in Transition]
    return (
        f"{stage.database.url.get_backend_name()}, {len(stage.sides)} processes: {seen['histories']} histories,"
        f" {seen['operations']} operations, {seen['changes']} changes of owner, no promise broken.\n"
        f"Changes: {', '.join(changes)}.\nOperations: {', '.join(done)}."
    )
