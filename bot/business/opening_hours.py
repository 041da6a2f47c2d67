"""Opening hours as weekly rules over the working calendar.

Times come and go as aware datetimes; what comes out is in Hangzhou's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.business.working_calendar import DAY, HANGZHOU, WorkingCalendar

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WORKING_DAYS, REST_DAYS, HOLIDAYS, EVERY_DAY = "工作日", "休息日", "节假日", "每天"
DAY_WORDS = (WORKING_DAYS, REST_DAYS, HOLIDAYS, EVERY_DAY, *WEEKDAYS)
"""What a rule can be for. A weekday means one that is no public holiday; 休息日 is every day that is not worked."""
MINUTES_OF_DAY = 24 * 60
LOOK_DAYS = 400
"""How far an opening or closing is looked for; every yearly holiday has passed by then."""
CLOSED = "休息"
_PERIOD = re.compile(r"([0-9]{1,2}):([0-9]{2}) *[-–] *([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, order=True)
class Period:
    """Minutes of the day: opens at the first, is closed from the second on. 24:00 is 1440."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_OF_DAY:
            raise ValueError("a period must end after it begins, within one day")

    @property
    def text(self) -> str:
        return f"{clock_text(self.opens)}–{clock_text(self.closes)}"


@dataclass(frozen=True)
class Rule:
    """The hours of one kind of day, in order and apart from each other; none = closed."""

    days: str
    """One of DAY_WORDS."""
    periods: tuple[Period, ...]

    @property
    def text(self) -> str:
        return f"{self.days}{joined(self.periods) or CLOSED}"


class OpeningHours:
    """Weekly hours. The first rule that fits a day decides; a day that none fits is closed."""

    def __init__(self, rules: Sequence[Rule], calendar: WorkingCalendar) -> None:
        self.rules = tuple(rules)
        self.calendar = calendar

    @property
    def weekly_text(self) -> str:
        """工作日9:00–17:30；周六9:00–12:00."""
        return "；".join(rule.text for rule in self.rules)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        return next((rule.periods for rule in self.rules if self._fits(rule.days, day)), ())

    def is_open(self, at: datetime) -> bool:
        local = local_time(at)
        minute = local.hour * 60 + local.minute
        return any(period.opens <= minute < period.closes for period in self.periods_on(local.date()))

    def next_opening(self, at: datetime) -> datetime:
        """Return the first time after `at` at which a period begins. Raises LookupError when none does within 400 days."""
        begins = (begin for begin, _ in self._periods_around(at, DAY) if begin > at)
        found = next(begins, None)
        if found is None:
            raise LookupError("these hours never open")
        return found

    def last_closing(self, at: datetime) -> datetime | None:
        """Return the last time up to `at` at which a period ended, None when none did within 400 days."""
        ends = (end for _, end in self._periods_around(at, -DAY) if end <= at)
        return next(ends, None)

    def today_text(self, at: datetime) -> str:
        """Return the hours of that day, 9:00–12:00、13:30–17:30; "" when it is closed all day."""
        return joined(self.periods_on(local_time(at).date()))

    def _fits(self, word: str, day: date) -> bool:
        if word == EVERY_DAY:
            return True
        if word in (WORKING_DAYS, REST_DAYS):
            return self.calendar.is_working_day(day) is (word == WORKING_DAYS)
        is_holiday = self.calendar.holiday_name(day) is not None
        return is_holiday if word == HOLIDAYS else not is_holiday and WEEKDAYS[day.weekday()] == word

    def _periods_around(self, at: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """Yield (begin, end) from that day on, forward or backward."""
        day = local_time(at).date()
        for _ in range(LOOK_DAYS):
            midnight = datetime.combine(day, time(), HANGZHOU)
            for period in sorted(self.periods_on(day), reverse=step < timedelta()):
                yield midnight + timedelta(minutes=period.opens), midnight + timedelta(minutes=period.closes)
            day += step


def read_periods(text: str) -> tuple[Period, ...]:
    """Return the periods of 9:00-12:00, 13:30-17:30; none for 休息. Raises ValueError saying what is wrong."""
    if text == CLOSED:
        return ()
    periods = tuple(map(_read_period, re.split(r" *[,，、] *", text)))
    if any(later.opens <= earlier.closes for earlier, later in pairwise(periods)):
        raise ValueError("a period must begin after the one before has ended")
    return periods


def _read_period(text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError("must be hours such as 9:00-12:00, 13:30-17:30, or 休息")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    if minute > 59 or end_minute > 59:
        raise ValueError("an hour has 60 minutes")
    return Period(hour * 60 + minute, end_hour * 60 + end_minute)


def local_time(at: datetime) -> datetime:
    """Return the same moment on Hangzhou's clock. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone means nothing here")
    return at.astimezone(HANGZHOU)


def joined(periods: Sequence[Period]) -> str:
    """Return 9:00–12:00、13:30–17:30."""
    return "、".join(period.text for period in periods)


def clock_text(minute: int) -> str:
    """Return the minute of the day as 9:05."""
    return f"{minute // 60}:{minute % 60:02}"
