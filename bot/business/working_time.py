"""Whether people are there now, and how their hours are told."""

from __future__ import annotations

from datetime import date, datetime

from bot.business.opening_hours import WEEKDAYS, OpeningHours, clock_text, joined, local_time
from bot.business.working_calendar import DAY


def counts_as_there(ready_since: datetime | None, now: datetime, hours: OpeningHours) -> bool:
    """Whether an agent who has been ready since then (None = is not) can be counted on: within hours, or by working overtime.

    Outside the hours only who pressed ready after the last closing counts; a desk that was left open in the evening does not.
    All times are of one clock.
    """
    if ready_since is None:
        return False
    if hours.is_open(now):
        return True
    closed_at = hours.last_closing(now)
    return closed_at is None or ready_since >= closed_at


def describe_hours(hours: OpeningHours, at: datetime) -> str:
    """Return one sentence for users on whether people are there today, and when next."""
    local = local_time(at)
    periods = hours.periods_on(local.date())
    minute = local.hour * 60 + local.minute
    if not periods:
        return f"今天（{_day(hours, local.date())}）没有人工服务，下次服务时间是{_next(hours, local)}。"
    if minute >= periods[-1].closes:
        return f"今天的人工服务已于{clock_text(periods[-1].closes)}结束，下次是{_next(hours, local)}。"
    today = f"今天（{_day(hours, local.date())}）人工服务时间是{joined(periods)}"
    if minute < periods[0].opens:
        return f"{today}，现在还没有开始。"
    if hours.is_open(local):
        return f"{today}。"
    return f"{today}，现在是休息时间，{clock_text(next(p.opens for p in periods if p.opens > minute))}继续。"


def _next(hours: OpeningHours, local: datetime) -> str:
    opening = hours.next_opening(local)
    day = opening.date()
    clock = clock_text(opening.hour * 60 + opening.minute)
    if day == local.date() + DAY:
        return f"明天（{_day(hours, day)}）{clock}"
    year = f"{day.year}年" if day.year != local.year else ""
    return f"{year}{day.month}月{day.day}日（{_weekday(hours, day)}）{clock}"


def _day(hours: OpeningHours, day: date) -> str:
    """10月1日，国庆节放假 · 10月10日，周六，调休上班 · 11月22日，周日."""
    holiday = hours.calendar.holiday_name(day)
    return f"{day.month}月{day.day}日，" + (f"{holiday}放假" if holiday else _weekday(hours, day))


def _weekday(hours: OpeningHours, day: date) -> str:
    name = hours.calendar.day_name(day)
    return WEEKDAYS[day.weekday()] + (f"，{name}" if name not in ("工作日", "周末") else "")
