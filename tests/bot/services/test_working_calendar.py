"""The calendar that serves: the package's years, the law's days after them, and what the desk has written down."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from bot.business.working_calendar import CalendarExtras, WorkingCalendar
from bot.services.working_calendar import build_working_calendar, warn_of_provisional_years


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return build_working_calendar(CalendarExtras())


@pytest.mark.parametrize(
    ("day", "name"),
    [
        *((date(2026, 10, day), "国庆节放假") for day in range(1, 8)),
        (date(2026, 10, 8), "工作日"),
        *((day, "调休上班") for day in (date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9))),
        *((day, "调休上班") for day in (date(2026, 9, 20), date(2026, 10, 10))),
        (date(2026, 1, 1), "元旦放假"),
        (date(2026, 2, 17), "春节放假"),
        (date(2026, 4, 6), "清明节放假"),
        (date(2026, 5, 5), "劳动节放假"),
        (date(2026, 6, 19), "端午节放假"),
        (date(2026, 9, 25), "中秋节放假"),
        (date(2026, 11, 22), "周末"),
    ],
)
def test_2026_is_as_the_state_council_announced_it(calendar: WorkingCalendar, day: date, name: str) -> None:
    assert calendar.day_name(day) == name


def test_2026_has_as_many_working_days_as_its_notice_leaves(calendar: WorkingCalendar) -> None:
    off = {date(2026, 1, 1).toordinal() + i for i in range(365)}
    worked = [ordinal for ordinal in off if calendar.is_working_day(date.fromordinal(ordinal))]

    assert len(worked) == 261 - 19 + 6  # weekdays, those that the holidays take, the weekends that are worked
    assert not calendar.is_provisional(2026)


def test_a_year_after_the_last_notice_is_provisional_and_has_the_days_that_follow_the_sun(calendar: WorkingCalendar) -> None:
    year = 2031

    assert calendar.is_provisional(year)
    assert [calendar.day_name(date(year, *day)) for day in ((1, 1), (4, 5), (5, 1), (10, 3))] == [
        "元旦放假",
        "清明节放假",
        "劳动节放假",
        "国庆节放假",
    ]


def test_a_day_of_the_desk_wins_over_notice_and_law() -> None:
    storm, needed = date(2026, 9, 14), date(2026, 10, 7)
    calendar = build_working_calendar(
        CalendarExtras(
            {storm: "防台风", date(2026, 10, 10): "搬迁"}, {needed: "值班", date(2026, 10, 11): "值班", date(2031, 10, 1): "值班"}
        )
    )

    assert calendar.day_name(storm) == "防台风放假" and calendar.day_name(date(2026, 10, 10)) == "搬迁放假"
    assert calendar.is_working_day(needed) and calendar.is_working_day(date(2031, 10, 1))
    assert calendar.day_name(date(2026, 10, 11)) == "调休上班"


def test_a_notice_that_the_desk_has_written_down_ends_the_provisional_time() -> None:
    calendar = build_working_calendar(CalendarExtras({date(2031, 1, 23): "春节"}, {}, frozenset({2031})))

    assert not calendar.is_provisional(2031) and calendar.day_name(date(2031, 1, 23)) == "春节放假"


@pytest.mark.parametrize(
    ("today", "warnings"),
    [
        (date(2030, 8, 1), ["2030"]),  # this year
        (date(2030, 12, 1), ["2030 and 2031"]),  # and soon the next
        (date(2026, 8, 1), []),
    ],
)
def test_one_warning_names_the_provisional_years_that_matter(
    calendar: WorkingCalendar, caplog: pytest.LogCaptureFixture, today: date, warnings: list[str]
) -> None:
    caplog.set_level(logging.WARNING)

    warn_of_provisional_years(calendar, today)

    assert [record.getMessage().split(" are ")[0].removeprefix("the holidays of ") for record in caplog.records] == warnings
    assert all("desk.yml" in record.getMessage() for record in caplog.records)
