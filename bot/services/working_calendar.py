"""The working calendar, filled from the State Council's yearly notices and the days that the desk has written down."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from chinese_calendar import Holiday, get_solar_terms, holidays, workdays

from bot.business.working_calendar import DAY, HOLIDAYS_BY_LAW, CalendarExtras, WorkingCalendar
from bot.services.settings_file import FieldReader

logger = logging.getLogger(__name__)
NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
"""The library's short names as the law has them."""
QINGMING = "清明"
YEARS_AHEAD = 10
"""For how many years after the last notice the day of 清明 is computed; it follows the sun."""
FESTIVALS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
"""Every year's notice names all of them."""
MAX_EXTRAS = 200
MAX_DAYS_IN_ONE = 31
LOOK_AHEAD = timedelta(days=60)
"""How far ahead time limits are counted; a notice comes out some six weeks before its year."""


def build_working_calendar(extras: CalendarExtras) -> WorkingCalendar:
    """Return the calendar of the library's years and the extras, which win. The library's data: 2004 on."""
    years = {day.year for day in holidays}
    off = {day: _chinese_name(name) for day, name in holidays.items()} | _qingming_after(max(years))
    return WorkingCalendar(
        holidays=off | dict(extras.holidays),
        working_days=set(workdays) - set(extras.holidays) | set(extras.working_days),
        announced_years=years | extras.announced_years,
    )


def read_calendar_extras(reader: FieldReader, given: Mapping[str, Any]) -> CalendarExtras:
    """Return the days of `holidays`, `working_days` and `announced_years`. What is wrong goes to the reader's problems."""
    off = _read_days(reader, given.get("holidays"), "holidays")
    worked = _read_days(reader, given.get("working_days"), "working_days")
    for day in sorted(off.keys() & worked.keys()):
        reader.wrong("working_days", f"{day} is also in holidays")
    years = given.get("announced_years")
    announced = frozenset(
        reader.number(year, place, 2000, 2100) for place, year in reader.entries(years, "announced_years", MAX_EXTRAS)
    )
    for year in sorted(announced):
        _check_complete(reader, year, off)
    return CalendarExtras(off, worked, announced)


def _read_days(reader: FieldReader, value: Any, field: str) -> dict[date, str]:
    """Read entries {name, date} and {name, date, until}: both days are included."""
    found: dict[date, str] = {}
    for place, entry in reader.entries(value, field, MAX_EXTRAS):
        fields = reader.mapping(entry, place, ("name", "date", "until"))
        name = reader.text(fields.get("name"), f"{place}.name", 32)
        first = reader.day(fields.get("date"), f"{place}.date")
        last = reader.day(fields["until"], f"{place}.until") if "until" in fields else first
        if first is None or last is None:
            continue
        if not DAY * 0 <= last - first < DAY * MAX_DAYS_IN_ONE:
            reader.wrong(f"{place}.until", f"must not be before date, nor more than {MAX_DAYS_IN_ONE} days in all")
            continue
        days = [first + DAY * i for i in range((last - first).days + 1)]
        for day in days:
            if day in found:
                reader.wrong(place, f"{day} stands twice")
            found[day] = name
    return found


def _check_complete(reader: FieldReader, year: int, off: Mapping[date, str]) -> None:
    names = " ".join(name for day, name in off.items() if day.year == year)
    missing = [festival for festival in FESTIVALS if festival not in names]
    missing += [f"{date(year, *day)} {name}" for day, name in HOLIDAYS_BY_LAW.items() if date(year, *day) not in off]
    if missing:
        reader.wrong("announced_years", f"the notice of {year} is incomplete in holidays: {'、'.join(missing)}")


def warn_of_provisional_years(calendar: WorkingCalendar, today: date) -> None:
    """Log one warning when this year, or the one that time limits reach into, has no notice yet."""
    years = sorted({year for year in (today.year, (today + LOOK_AHEAD).year) if calendar.is_provisional(year)})
    if years:
        logger.warning(
            "the holidays of %s are provisional: update chinesecalendar, or add the State Council's notice to desk.yml",
            " and ".join(map(str, years)),
        )


def _chinese_name(name: str) -> str:
    short: str = Holiday(name).chinese
    return NAMES.get(short, short)


def _qingming_after(year: int) -> dict[date, str]:
    terms = get_solar_terms(date(year + 1, 4, 1), date(year + YEARS_AHEAD, 4, 30))
    return {day: NAMES[QINGMING] for day, term in terms if term == QINGMING}
