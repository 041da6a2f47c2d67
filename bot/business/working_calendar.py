"""Which days are worked. In China a notice of each year moves working days to weekends, so that holidays come in one piece."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone

HANGZHOU = timezone(timedelta(hours=8), "UTC+08:00")
"""The city's time; it has known no summer time since 1991."""
DAY = timedelta(days=1)
FIRST_WEEKEND_DAY = 5
HOLIDAYS_BY_LAW: Mapping[tuple[int, int], str] = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""(month, day) -> name of those that fall on the same date each year: known before the year's notice.
Source: 全国年节及纪念日放假办法, article 2, as revised on 2024-11-10."""


@dataclass(frozen=True)
class CalendarExtras:
    """Days that a person has written down; they win over every other source."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    working_days: Mapping[date, str] = field(default_factory=dict)
    announced_years: frozenset[int] = frozenset()
    """Years whose notice these days hold in full."""


class WorkingCalendar:
    """Working days and holidays of any year. Exact for the announced years, for others what law and week alone say."""

    def __init__(self, holidays: Mapping[date, str], working_days: Iterable[date], announced_years: Iterable[int]) -> None:
        """`holidays`: day -> name, weekends within a holiday too. `working_days`: weekends on which people work; they win."""
        self._holidays = dict(holidays)
        self._working_days = frozenset(working_days)
        self._announced = frozenset(announced_years)
        self._worked_in: dict[int, list[date]] = {}

    def is_provisional(self, year: int) -> bool:
        """Whether the year's notice is not known here: most of the holidays that follow the moon are missing."""
        return year not in self._announced

    def holiday_name(self, day: date) -> str | None:
        """Return the holiday's name when the day is off for it, None for working days and ordinary weekends."""
        if day in self._working_days:
            return None
        by_law = HOLIDAYS_BY_LAW.get((day.month, day.day)) if self.is_provisional(day.year) else None
        return self._holidays.get(day) or by_law

    def is_working_day(self, day: date) -> bool:
        if day in self._working_days:
            return True
        return day.weekday() < FIRST_WEEKEND_DAY and self.holiday_name(day) is None

    def day_name(self, day: date) -> str:
        """Return 国庆节放假, 调休上班, 周末 or 工作日."""
        if holiday := self.holiday_name(day):
            return f"{holiday}放假"
        if day.weekday() < FIRST_WEEKEND_DAY:
            return "工作日"
        return "调休上班" if self.is_working_day(day) else "周末"

    def next_working_day(self, day: date) -> date:
        """Return the first working day after this one."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, n: int) -> date:
        """Return the n-th working day after `day`, which does not count itself; before it when n is negative, `day` for 0.

        The way time limits are counted: five working days from Monday end on the next Monday.
        Costs one look into a list a year. Raises ValueError when the result lies beyond the years of `date`.
        """
        if n == 0:
            return day
        year = day.year
        worked = self._working_days_of(year)
        index = bisect_right(worked, day) + n - 1 if n > 0 else bisect_left(worked, day) + n
        while index < 0:
            year -= 1
            index += len(self._working_days_of(year))
        while index >= len(worked := self._working_days_of(year)):
            index -= len(worked)
            year += 1
        return worked[index]

    def count_working_days(self, first: date, last: date) -> int:
        """Return how many working days lie after `first` and not after `last`; negative when `last` is before `first`.

        The other way round of `add_working_days`: from Monday to the next Monday it is five.
        """
        if last < first:
            return -self.count_working_days(last, first)
        return (
            self._worked_until(last)
            - self._worked_until(first)
            + sum(len(self._working_days_of(year)) for year in range(first.year, last.year))
        )

    def _worked_until(self, day: date) -> int:
        """Return how many days of the day's year were worked up to it, itself included."""
        return bisect_right(self._working_days_of(day.year), day)

    def _working_days_of(self, year: int) -> list[date]:
        if year not in self._worked_in:
            first = date(year, 1, 1)
            days = (first + DAY * i for i in range((date(year, 12, 31) - first).days + 1))
            self._worked_in[year] = [day for day in days if self.is_working_day(day)]
        return self._worked_in[year]
