"""Until when a case is answered, in working days, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.business.opening_hours import WEEKDAYS
from bot.business.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Promise:
    due_on: date
    is_provisional: bool
    """Whether the count passed into a year whose holidays are not announced: the day may move, and that is said."""


def promise(calendar: WorkingCalendar, from_day: date, days: int) -> Promise:
    """Return the promised day: the n-th working day after `from_day`, which does not count itself."""
    due_on = calendar.add_working_days(from_day, days)
    return Promise(due_on, any(calendar.is_provisional(year) for year in range(from_day.year, due_on.year + 1)))


def days_left(calendar: WorkingCalendar, today: date, due_on: date) -> int:
    """Return the working days from today to the promised day: 0 on the day itself, negative after it.

    On the days off that follow the promised day nothing is late by a working day yet: 0 as well, see `is_overdue`.
    """
    return calendar.count_working_days(today, due_on)


def is_overdue(today: date, due_on: date) -> bool:
    return today > due_on


def describe_day(day: date, today: date) -> str:
    """Return 11月30日（周一）, with its year when that is another."""
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def describe_promise(due_on: date, is_provisional: bool, today: date) -> str:
    """Return the promised day in words; of a year that is not announced it says so instead of guessing."""
    day = describe_day(due_on, today)
    if not is_provisional:
        return f"{day}前"
    return f"{day}前（{due_on.year}年的放假安排还没有公布，遇节假日调整会顺延）"


def describe_left(left: int, overdue: bool) -> str:
    """Return 还剩2个工作日, 今天到期 or 超期3个工作日."""
    if overdue:
        return f"超期{-left}个工作日" if left < 0 else "已超期"
    return f"还剩{left}个工作日" if left > 0 else "今天到期"
