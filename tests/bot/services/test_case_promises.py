"""Until when a case is answered: counted in the working days of the State Council's notices, make-up days included."""

from __future__ import annotations

from datetime import date

import pytest

from bot.business.case_promise import days_left, describe_left, describe_promise, is_overdue, promise
from bot.business.working_calendar import CalendarExtras, WorkingCalendar
from bot.services.working_calendar import build_working_calendar

KNOWN = [
    # filed on, working days, promised day. 2025, 春节 1.28-2.4, worked 1.26 (Sunday) and 2.8 (Saturday)
    ("2025-01-24", 1, "2025-01-26"),
    ("2025-01-24", 2, "2025-01-27"),
    ("2025-01-24", 3, "2025-02-05"),
    ("2025-01-24", 5, "2025-02-07"),
    ("2025-01-24", 6, "2025-02-08"),
    ("2025-01-24", 7, "2025-02-10"),
    ("2025-01-28", 1, "2025-02-05"),
    ("2025-02-07", 1, "2025-02-08"),
    ("2025-04-03", 1, "2025-04-07"),
    # 五一 5.1-5.5, worked 4.27 (Sunday)
    ("2025-04-25", 1, "2025-04-27"),
    ("2025-04-25", 2, "2025-04-28"),
    ("2025-04-30", 1, "2025-05-06"),
    ("2025-04-30", 5, "2025-05-12"),
    ("2025-05-30", 1, "2025-06-03"),
    # 国庆、中秋 10.1-10.8, worked 9.28 (Sunday) and 10.11 (Saturday)
    ("2025-09-26", 1, "2025-09-28"),
    ("2025-09-26", 3, "2025-09-30"),
    ("2025-09-26", 4, "2025-10-09"),
    ("2025-09-30", 2, "2025-10-10"),
    ("2025-09-30", 3, "2025-10-11"),
    ("2025-09-30", 4, "2025-10-13"),
    ("2025-12-31", 1, "2026-01-04"),
    # 2026, 元旦 1.1-1.3, worked 1.4; 春节 2.15-2.23, worked 2.14 and 2.28 (Saturdays)
    ("2025-12-31", 2, "2026-01-05"),
    ("2026-02-13", 1, "2026-02-14"),
    ("2026-02-13", 2, "2026-02-24"),
    ("2026-02-14", 5, "2026-02-28"),
    ("2026-02-14", 6, "2026-03-02"),
    ("2026-02-27", 1, "2026-02-28"),
    ("2026-04-03", 1, "2026-04-07"),
    # 五一 5.1-5.5, worked 5.9 (Saturday)
    ("2026-04-30", 1, "2026-05-06"),
    ("2026-04-30", 4, "2026-05-09"),
    ("2026-04-30", 5, "2026-05-11"),
    ("2026-05-08", 1, "2026-05-09"),
    ("2026-06-18", 1, "2026-06-22"),
    # 中秋 9.25-9.27, 国庆 10.1-10.7, worked 9.20 (Sunday) and 10.10 (Saturday)
    ("2026-09-18", 1, "2026-09-20"),
    ("2026-09-24", 1, "2026-09-28"),
    ("2026-09-30", 1, "2026-10-08"),
    ("2026-09-30", 3, "2026-10-10"),
    ("2026-09-30", 4, "2026-10-12"),
    ("2026-11-23", 5, "2026-11-30"),
    ("2026-12-30", 1, "2026-12-31"),
]


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return build_working_calendar(CalendarExtras())


@pytest.mark.parametrize(("filed", "days", "due"), KNOWN)
def test_the_promised_day_is_the_one_that_the_notices_give(calendar: WorkingCalendar, filed: str, days: int, due: str) -> None:
    promised = promise(calendar, date.fromisoformat(filed), days)

    assert promised.due_on == date.fromisoformat(due)
    assert not promised.is_provisional
    assert days_left(calendar, date.fromisoformat(filed), promised.due_on) == days


@pytest.mark.parametrize(("filed", "days"), [("2026-12-31", 1), ("2026-12-28", 15), ("2027-02-01", 3)])
def test_a_promise_into_a_year_that_is_not_announced_says_so(calendar: WorkingCalendar, filed: str, days: int) -> None:
    promised = promise(calendar, date.fromisoformat(filed), days)

    assert promised.is_provisional and promised.due_on.year == 2027
    assert "2027年的放假安排还没有公布" in describe_promise(promised.due_on, True, date.fromisoformat(filed))


def test_a_year_that_the_desk_has_written_down_is_exact() -> None:
    off = {date(2027, 1, day): "元旦" for day in (1, 2, 3)}
    calendar = build_working_calendar(CalendarExtras(off, {}, frozenset({2027})))

    promised = promise(calendar, date(2026, 12, 31), 1)

    assert promised.due_on == date(2027, 1, 4) and not promised.is_provisional


@pytest.mark.parametrize(
    ("today", "due", "words"),
    [
        ("2026-11-23", "2026-11-25", "还剩2个工作日"),
        ("2026-11-25", "2026-11-25", "今天到期"),
        ("2026-11-26", "2026-11-25", "超期1个工作日"),
        ("2026-11-30", "2026-11-25", "超期3个工作日"),
        ("2026-10-05", "2026-09-30", "已超期"),  # a holiday: late, but not yet by a working day
        ("2026-10-05", "2026-10-08", "还剩1个工作日"),
    ],
)
def test_what_is_left_is_said_in_working_days(calendar: WorkingCalendar, today: str, due: str, words: str) -> None:
    now, day = date.fromisoformat(today), date.fromisoformat(due)

    assert describe_left(days_left(calendar, now, day), is_overdue(now, day)) == words


def test_counting_goes_both_ways_and_over_years(calendar: WorkingCalendar) -> None:
    for n in (-260, -30, -1, 1, 30, 260):
        day = date(2025, 6, 5)
        assert calendar.count_working_days(day, calendar.add_working_days(day, n)) == n
    assert calendar.count_working_days(date(2025, 6, 5), date(2025, 6, 5)) == 0
