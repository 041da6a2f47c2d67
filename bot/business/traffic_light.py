"""How a task stands: a light, from its target, the days it has, and the newest value. Nothing here is estimated.

A value is compared with a straight line from where the task began to its target on its last day. A sum (减负金额) began at zero
on the first day; a rate, and whatever is to become smaller, began at its first recorded value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

YELLOW_FROM = Decimal("0.10")
"""Behind the line by more than this share (0-1) of the whole way: somebody should look. Less is noise of monthly figures."""
RED_FROM = Decimal("0.25")
"""Behind by more than a quarter of the whole way: at this pace a quarter of the target is missing in the end."""
AT_MOST = "<="
EXACTLY = "="


class Light(StrEnum):
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    DONE = "done"
    GREY = "grey"
    """Cannot be told: no target, no value or no day."""


LIGHT_TITLES = {Light.RED: "红灯", Light.YELLOW: "黄灯", Light.GREEN: "绿灯", Light.DONE: "已达标", Light.GREY: "无法判断"}
BEHIND = (Light.RED, Light.YELLOW)


@dataclass(frozen=True)
class Target:
    """What is to be reached: `value` on the good side of `comparison`, one of >= >=* <= =."""

    value: Decimal
    comparison: str
    unit: str
    higher: tuple[Decimal, ...] = ()
    """Further steps of a target that has several (fifth, then fourth, then third place)."""

    @property
    def is_rate(self) -> bool:
        return self.unit == "%"

    def is_met_by(self, value: Decimal, step: Decimal | None = None) -> bool:
        goal = self.value if step is None else step
        if self.comparison == AT_MOST:
            return value <= goal
        return value == goal if self.comparison == EXACTLY else value >= goal


@dataclass(frozen=True)
class Reading:
    on: date
    value: Decimal


@dataclass(frozen=True)
class Signal:
    light: Light
    verdict: str
    """How it stands, in Chinese, ending the sentence."""
    measured: str = ""
    """The value and the target, beginning it."""

    @property
    def reason(self) -> str:
        """One Chinese sentence."""
        return f"{self.measured}，{self.verdict}" if self.measured else self.verdict


def parse_number(text: str) -> Decimal | None:
    """Return the decimal number that the text is; None for words, infinities and more digits than a figure has."""
    try:
        number = Decimal(text.strip().replace("，", "").replace(",", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**15 or number != round(number, 6):
        return None
    return number


def signal_of(
    target: Target | None,
    readings: Sequence[Reading],
    started_on: date | None,
    due_on: date | None,
    today: date,
    is_done: bool = False,
) -> Signal:
    """Return the light and why. `readings`: the first and the newest value (or all), oldest first; `is_done`: somebody
    recorded the task as finished, which counts only where no figure says otherwise."""
    if target is None:
        return Signal(Light.DONE, "任务已经记为完成。") if is_done else Signal(Light.GREY, "没有可以计量的目标，不评灯。")
    if not readings:
        return Signal(Light.DONE, "任务已经记为完成，没有记录数值。") if is_done else _without_value(due_on, today)
    newest = readings[-1]
    measured = f"{words_of(newest.on)}为{plain(newest.value)}{target.unit}"
    if target.is_met_by(newest.value):
        return Signal(Light.DONE, _reached(target, newest), measured)
    measured += f"，目标{_goal(target)}{'，但状态记为已完成，请核对' if is_done else ''}"
    light, verdict = _not_met(target, readings, started_on, due_on, today)
    return Signal(light, verdict, measured)


def completion_of(target: Target | None, newest: Reading | None) -> Decimal | None:
    """Return which share (0-1) of the target the newest value is; None where a share would mean nothing.

    What is to become smaller, or has no positive target, is either met or has no share.
    """
    if target is None or newest is None:
        return None
    if target.is_met_by(newest.value):
        return Decimal(1)
    if target.comparison == AT_MOST or target.value <= 0 or newest.value > target.value:
        return None
    return max(newest.value, Decimal(0)) / target.value


def _without_value(due_on: date | None, today: date) -> Signal:
    if due_on is not None and today > due_on:
        return Signal(Light.GREY, f"还没有进展数值，无法判断；期限{words_of(due_on)}已过。")
    return Signal(Light.GREY, "还没有进展数值，无法判断。")


def _reached(target: Target, newest: Reading) -> str:
    told = f"达到目标{_goal(target)}"
    missing = [step for step in target.higher if not target.is_met_by(newest.value, step)]
    return f"{told}；更高一档{plain(missing[0])}{target.unit}还没有达到。" if missing else f"{told}。"


def _not_met(
    target: Target, readings: Sequence[Reading], started_on: date | None, due_on: date | None, today: date
) -> tuple[Light, str]:
    if target.comparison == EXACTLY and readings[-1].value > target.value:
        return Light.YELLOW, "已经超出目标值，请核对。"
    if due_on is None:
        return Light.GREY, "没有期限日期，无法判断快慢。"
    if today > due_on:
        return Light.RED, f"期限{words_of(due_on)}已过，还没有达到。"
    return _against_line(target, readings, started_on, due_on, today)


def _against_line(
    target: Target, readings: Sequence[Reading], started_on: date | None, due_on: date, today: date
) -> tuple[Light, str]:
    begin, newest = _begin(target, readings, started_on), readings[-1]
    if target.is_met_by(begin.value):  # it was there once and fell back: the line is the target itself
        behind = abs(target.value - newest.value) / max(abs(target.value), Decimal(1))
        return Light.YELLOW if behind <= YELLOW_FROM else Light.RED, "从达标退了回来。"
    way = (newest.value - begin.value) / (target.value - begin.value)
    expected = _share_of_time(begin.on, due_on, today)
    behind = expected - way
    line = begin.value + (target.value - begin.value) * expected
    pace = f"按进度到今天应为{plain(round(line, 2))}{target.unit}"
    if behind <= YELLOW_FROM:
        return Light.GREEN, f"{pace}，进度正常。"
    if behind <= RED_FROM:
        return Light.YELLOW, f"{pace}，稍慢。"
    return Light.RED, f"{pace}，明显落后。"


def _begin(target: Target, readings: Sequence[Reading], started_on: date | None) -> Reading:
    """Return where the line begins: a sum at zero on its first day, everything else at the first value."""
    first = readings[0]
    grows_from_zero = target.comparison != AT_MOST and not target.is_rate and target.value > 0
    if started_on is not None and started_on < first.on and grows_from_zero and first.value >= 0:
        return Reading(started_on, Decimal(0))
    return Reading(max(started_on, first.on) if started_on else first.on, first.value)


def _share_of_time(start: date, due: date, today: date) -> Decimal:
    """Return which share (0-1) of the time is over at the end of today."""
    if today >= due or start >= due:
        return Decimal(1) if today >= due else Decimal(0)
    return Decimal(max((today - start).days, 0)) / Decimal((due - start).days)


def _goal(target: Target) -> str:
    words = {AT_MOST: "不超过", EXACTLY: "为"}.get(target.comparison, "不低于")
    return f"{words}{plain(target.value)}{target.unit}"


def plain(number: Decimal) -> str:
    """Return the number as people write it: 93.5, 500, -2."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def words_of(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
