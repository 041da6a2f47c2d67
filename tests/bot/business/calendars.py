"""A small calendar of autumn 2026, as the State Council's notice has it, and times in the city."""

from __future__ import annotations

from datetime import date, datetime

from bot.business.opening_hours import OpeningHours, Rule, read_periods
from bot.business.working_calendar import HANGZHOU, WorkingCalendar

NATIONAL_DAY = {date(2026, 10, day): "国庆节" for day in range(1, 8)}
CALENDAR = WorkingCalendar(
    NATIONAL_DAY | {date(2026, 9, day): "中秋节" for day in (25, 26, 27)},
    {date(2026, 9, 20), date(2026, 10, 10)},
    {2026},
)


def hours(**rules: str) -> OpeningHours:
    """Opening hours from day words and texts: hours(工作日="9:00-17:30")."""
    return OpeningHours([Rule(days, read_periods(text)) for days, text in rules.items()], CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANGZHOU)
