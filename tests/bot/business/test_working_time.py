from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.business.opening_hours import OpeningHours
from bot.business.working_time import counts_as_there, describe_hours
from tests.bot.business.calendars import hours, local

OFFICE = hours(工作日="9:00-17:30")
WITH_BREAK = hours(工作日="9:00-12:00, 13:30-17:30")


@pytest.mark.parametrize(
    ("ready_since", "now", "there"),
    [
        ("2026-10-08T08:50", "2026-10-08T10:00", True),
        ("2026-09-30T09:00", "2026-10-08T10:00", True),  # within hours it does not matter since when
        ("2026-10-08T09:00", "2026-10-08T18:00", False),  # the desk was left open
        ("2026-10-08T17:45", "2026-10-08T18:00", True),  # overtime
        ("2026-10-08T17:30", "2026-10-08T18:00", True),
        ("2026-10-10T17:00", "2026-10-11T10:00", False),
        ("2026-10-11T09:30", "2026-10-11T10:00", True),  # on a Sunday, on purpose
        ("2026-10-08T08:50", "2026-10-08T08:55", True),  # early in the morning
        ("2026-09-30T16:00", "2026-10-08T08:55", False),
    ],
)
def test_outside_the_hours_only_who_pressed_ready_after_the_last_closing_is_there(
    ready_since: str, now: str, there: bool
) -> None:
    assert counts_as_there(local(ready_since), local(now), OFFICE) is there


def test_who_is_not_ready_is_never_there() -> None:
    assert not counts_as_there(None, local("2026-10-08T10:00"), OFFICE)


def test_who_worked_until_the_break_is_not_there_in_it() -> None:
    assert not counts_as_there(local("2026-10-08T09:00"), local("2026-10-08T12:30"), WITH_BREAK)


@pytest.mark.parametrize(
    ("desk", "at", "sentence"),
    [
        (
            OFFICE,
            "2026-10-01T10:00",
            "今天（10月1日，国庆节放假）没有人工服务，下次服务时间是10月8日（周四）9:00。",
        ),
        (OFFICE, "2026-10-10T10:00", "今天（10月10日，周六，调休上班）人工服务时间是9:00–17:30。"),
        (
            OFFICE,
            "2026-10-10T08:00",
            "今天（10月10日，周六，调休上班）人工服务时间是9:00–17:30，现在还没有开始。",
        ),
        (
            OFFICE,
            "2026-11-22T10:00",
            "今天（11月22日，周日）没有人工服务，下次服务时间是明天（11月23日，周一）9:00。",
        ),
        (OFFICE, "2026-11-23T17:30", "今天的人工服务已于17:30结束，下次是明天（11月24日，周二）9:00。"),
        (OFFICE, "2026-11-20T20:00", "今天的人工服务已于17:30结束，下次是11月23日（周一）9:00。"),
        (OFFICE, "2026-10-09T20:00", "今天的人工服务已于17:30结束，下次是明天（10月10日，周六，调休上班）9:00。"),
        (OFFICE, "2026-12-31T20:00", "今天的人工服务已于17:30结束，下次是2027年1月4日（周一）9:00。"),
        (OFFICE, "2026-11-23T08:59", "今天（11月23日，周一）人工服务时间是9:00–17:30，现在还没有开始。"),
        (OFFICE, "2026-11-23T09:00", "今天（11月23日，周一）人工服务时间是9:00–17:30。"),
        (
            WITH_BREAK,
            "2026-11-23T12:30",
            "今天（11月23日，周一）人工服务时间是9:00–12:00、13:30–17:30，现在是休息时间，13:30继续。",
        ),
        (WITH_BREAK, "2026-11-23T15:00", "今天（11月23日，周一）人工服务时间是9:00–12:00、13:30–17:30。"),
    ],
)
def test_the_hours_are_told_as_they_are_at_that_time(desk: OpeningHours, at: str, sentence: str) -> None:
    assert describe_hours(desk, local(at)) == sentence


def test_the_hours_are_told_by_the_citys_clock() -> None:
    assert describe_hours(OFFICE, datetime(2026, 9, 30, 16, 0, tzinfo=UTC)).startswith("今天（10月1日，国庆节放假）")
