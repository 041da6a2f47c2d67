"""The city's clock: real, on a pinned day, or from a pinned moment on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import local_clock, today_of
from bot.business.working_calendar import HANGZHOU
from bot.settings import Settings, read_settings
from tests.fixtures.clock import Clock

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], Settings]:
    return lambda today: read_settings({"YINGSHANG_TODAY": today}, tmp_path)


def test_without_a_pin_the_citys_clock_shows_the_real_time_there(clock: Clock, settings: Callable[[str], Settings]) -> None:
    clock.now = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

    shown = local_clock(settings(""), clock)()

    assert shown == clock.now and shown.isoformat() == "2026-11-23T01:00:00+08:00"
    assert today_of(settings(""), clock)() == date(2026, 11, 23)


def test_a_pinned_day_stays_and_the_time_of_day_is_the_real_one(clock: Clock, settings: Callable[[str], Settings]) -> None:
    clock.now = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    local, today = local_clock(settings("2026-10-10"), clock), today_of(settings("2026-10-10"), clock)
    assert local() == datetime(2026, 10, 10, 1, 0, tzinfo=HANGZHOU)

    clock.now += 24 * HOUR

    assert local() == datetime(2026, 10, 10, 1, 0, tzinfo=HANGZHOU) and today() == date(2026, 10, 10)


def test_a_pinned_moment_runs_on_and_takes_the_day_with_it(clock: Clock, settings: Callable[[str], Settings]) -> None:
    local, today = local_clock(settings("2026-10-10T22:00"), clock), today_of(settings("2026-10-10T22:00"), clock)
    assert local() == datetime(2026, 10, 10, 22, 0, tzinfo=HANGZHOU) and today() == date(2026, 10, 10)

    clock.now += 3 * HOUR

    assert local() == datetime(2026, 10, 11, 1, 0, tzinfo=HANGZHOU) and today() == date(2026, 10, 11)
    assert local().tzinfo == HANGZHOU
