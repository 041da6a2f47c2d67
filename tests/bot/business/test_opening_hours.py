from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.opening_hours import DAY_WORDS, OpeningHours, Period, Rule, read_periods
from tests.bot.business.calendars import CALENDAR, hours, local

OFFICE = hours(工作日="9:00-17:30")
WITH_BREAK = hours(工作日="9:00-12:00, 13:30-17:30", 周六="9:00-12:00")
ALWAYS = hours(每天="0:00-24:00")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-10-08T09:00", True),
        ("2026-10-08T08:59:59", False),
        ("2026-10-08T17:29:59", True),
        ("2026-10-08T17:30", False),
        ("2026-10-10T10:00", True),  # a Saturday that is worked
        ("2026-10-01T10:00", False),  # a Thursday that is not
        ("2026-10-11T10:00", False),
    ],
)
def test_hours_of_working_days_follow_the_holidays(at: str, is_open: bool) -> None:
    assert OFFICE.is_open(local(at)) is is_open


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    assert OFFICE.is_open(datetime(2026, 10, 8, 1, 0, tzinfo=UTC))
    assert not OFFICE.is_open(datetime(2026, 10, 8, 9, 30, tzinfo=UTC))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        OFFICE.is_open(datetime(2026, 10, 8, 9, 0))


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-10-08T08:00", "2026-10-08T09:00"),
        ("2026-10-08T09:00", "2026-10-09T09:00"),  # it has opened already
        ("2026-09-30T18:00", "2026-10-08T09:00"),
        ("2026-10-09T18:00", "2026-10-10T09:00"),
        ("2026-10-10T18:00", "2026-10-12T09:00"),
        ("2026-12-31T18:00", "2027-01-04T09:00"),
    ],
)
def test_the_next_opening_is_on_the_next_day_that_is_worked(at: str, opening: str) -> None:
    assert OFFICE.next_opening(local(at)) == local(opening)


@pytest.mark.parametrize(
    ("at", "closing"),
    [
        ("2026-10-08T17:30", "2026-10-08T17:30"),
        ("2026-10-08T17:29", "2026-09-30T17:30"),
        ("2026-10-12T08:00", "2026-10-10T17:30"),
    ],
)
def test_the_last_closing_is_never_later_than_now(at: str, closing: str) -> None:
    assert OFFICE.last_closing(local(at)) == local(closing)


def test_two_periods_leave_a_break() -> None:
    noon = local("2026-10-08T12:00")

    assert not WITH_BREAK.is_open(noon)
    assert WITH_BREAK.next_opening(noon) == local("2026-10-08T13:30")
    assert WITH_BREAK.last_closing(local("2026-10-08T14:00")) == noon
    assert WITH_BREAK.today_text(noon) == "9:00–12:00、13:30–17:30"


def test_the_first_rule_that_fits_decides() -> None:
    assert WITH_BREAK.today_text(local("2026-10-10T08:00")) == "9:00–12:00、13:30–17:30"  # worked, so not like a Saturday
    assert WITH_BREAK.today_text(local("2026-10-17T08:00")) == "9:00–12:00"
    assert hours(节假日="休息", 每天="8:00-20:00").today_text(local("2026-10-02T08:00")) == ""


def test_a_weekday_means_none_that_is_a_public_holiday() -> None:
    thursdays = hours(周四="9:00-12:00")

    assert (
        thursdays.today_text(local("2026-10-08T08:00")) == "9:00–12:00" and thursdays.today_text(local("2026-10-01T08:00")) == ""
    )


def test_rest_days_are_weekends_and_holidays_but_not_those_that_are_worked() -> None:
    rest = hours(休息日="10:00-16:00")
    open_on = [day for day in range(1, 14) if rest.is_open(local(f"2026-10-{day:02}T10:00"))]

    assert open_on == [1, 2, 3, 4, 5, 6, 7, 11]


def test_a_desk_that_never_closes_is_open_at_midnight() -> None:
    assert ALWAYS.is_open(local("2026-10-08T00:00")) and ALWAYS.is_open(local("2026-10-08T23:59:59"))


def test_hours_that_never_open_say_so_instead_of_searching_on() -> None:
    closed = hours(每天="休息", 工作日="9:00-17:30")

    with pytest.raises(LookupError):
        closed.next_opening(local("2026-10-08T09:00"))
    assert closed.last_closing(local("2026-10-08T09:00")) is None


def test_the_week_is_told_in_one_line() -> None:
    assert OFFICE.weekly_text == "工作日9:00–17:30"
    assert hours(节假日="休息", 每天="8:00-12:00、13:00-20:00").weekly_text == "节假日休息；每天8:00–12:00、13:00–20:00"


@pytest.mark.parametrize(
    "text",
    ["", "9", "9-17", "9:00", "17:30-9:00", "9:00-9:00", "9:60-10:00", "9:00-24:01", "9:00-12:00, 11:00-13:00", "九点-十点"],
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_periods(text)


def test_a_day_can_end_at_24_hours() -> None:
    assert read_periods("18:00 – 24:00") == (Period(1080, 1440),)


PERIODS = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda minutes: tuple(Period(a, b) for a, b in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False))
)
RULES = st.lists(st.builds(Rule, st.sampled_from(DAY_WORDS), PERIODS), min_size=1, max_size=4)
TIMES = st.datetimes(datetime(2026, 8, 1), datetime(2027, 6, 1)).map(lambda at: at.replace(tzinfo=UTC))


@given(RULES, TIMES)
def test_it_is_open_from_an_opening_on_and_until_a_closing(rules: list[Rule], at: datetime) -> None:
    opening_hours = OpeningHours(rules, CALENDAR)
    closing = opening_hours.last_closing(at)
    try:
        opening = opening_hours.next_opening(at)
    except LookupError:
        opening = None

    assert opening is None or (opening > at and opening_hours.is_open(opening))
    if closing is not None:
        assert closing <= at and opening_hours.is_open(closing - timedelta(minutes=1))
