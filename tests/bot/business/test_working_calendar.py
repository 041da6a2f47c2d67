from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.working_calendar import WorkingCalendar
from tests.bot.business.calendars import CALENDAR, NATIONAL_DAY


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        (date(2026, 10, 1), False, "国庆节放假"),
        (date(2026, 10, 3), False, "国庆节放假"),  # a Saturday: the holiday is what it is called by
        (date(2026, 10, 8), True, "工作日"),
        (date(2026, 10, 10), True, "调休上班"),
        (date(2026, 10, 11), False, "周末"),
        (date(2026, 9, 25), False, "中秋节放假"),
    ],
)
def test_each_kind_of_day_has_its_name(day: date, works: bool, name: str) -> None:
    assert (CALENDAR.is_working_day(day), CALENDAR.day_name(day)) == (works, name)


def test_a_weekday_that_is_worked_in_spite_of_a_holiday_is_an_ordinary_working_day() -> None:
    calendar = WorkingCalendar(NATIONAL_DAY, {date(2026, 10, 6)}, {2026})

    assert calendar.day_name(date(2026, 10, 6)) == "工作日" and calendar.holiday_name(date(2026, 10, 6)) is None


def test_a_year_without_a_notice_is_provisional_and_has_the_holidays_that_the_law_dates() -> None:
    by_law = [date(2027, 1, 1), date(2027, 5, 1), date(2027, 5, 2), *(date(2027, 10, day) for day in (1, 2, 3))]

    assert CALENDAR.is_provisional(2027) and not CALENDAR.is_provisional(2026)
    assert [CALENDAR.day_name(day) for day in by_law] == ["元旦放假", "劳动节放假", "劳动节放假", *["国庆节放假"] * 3]
    assert CALENDAR.day_name(date(2027, 5, 3)) == "工作日" and CALENDAR.day_name(date(2027, 10, 9)) == "周末"


def test_the_law_adds_nothing_to_a_year_whose_notice_is_known() -> None:
    assert CALENDAR.is_working_day(date(2026, 5, 1))  # the small calendar's notice leaves it out


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the holiday
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # onto the Saturday that is worked
        (date(2026, 10, 8), 5, date(2026, 10, 14)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),  # counting begins on a day off
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
        (date(2026, 10, 12), -1, date(2026, 10, 10)),
        (date(2026, 10, 4), -1, date(2026, 9, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over the turn of the year, and a holiday by law
        (date(2027, 1, 4), -1, date(2026, 12, 31)),
    ],
)
def test_working_days_are_counted_without_the_first_day(day: date, n: int, result: date) -> None:
    assert CALENDAR.add_working_days(day, n) == result


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(-700, 700).filter(bool))
def test_counting_finds_what_walking_day_by_day_finds(day: date, n: int) -> None:
    walked, left = day, abs(n)
    while left:
        walked += timedelta(days=1 if n > 0 else -1)
        left -= CALENDAR.is_working_day(walked)

    assert CALENDAR.add_working_days(day, n) == walked


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_the_next_working_day_is_worked_and_nothing_before_it_is(day: date) -> None:
    following = CALENDAR.next_working_day(day)

    between = [day + timedelta(days=i) for i in range(1, (following - day).days)]
    assert CALENDAR.is_working_day(following) and not any(map(CALENDAR.is_working_day, between))


def test_a_time_limit_beyond_all_years_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(date(2026, 10, 8), 10_000_000)
