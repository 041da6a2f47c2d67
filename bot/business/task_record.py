"""What people added to a task of the report, and how the task stands with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.business.task import Task
from bot.business.traffic_light import Reading, Signal, Target, completion_of, parse_number, signal_of

STATES = ("计划", "推进中", "已完成")
MAX_LEAD_UNIT, MAX_LEADER, MAX_TEAM, MAX_MEMBER, MAX_SOURCE, MAX_NOTE = 100, 64, 30, 50, 500, 1000
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
FIELD_TITLES = {
    "lead_unit": "牵头单位",
    "leader": "负责人",
    "team": "成员",
    "due_on": "期限",
    "started_on": "开始日期",
    "state": "状态",
    "source": "来源",
}


@dataclass(frozen=True)
class Additions:
    """What is known beyond the report. Empty = still not stated; version 0 = nothing was ever added."""

    lead_unit: str = ""
    leader: str = ""
    team: tuple[str, ...] = ()
    due_on: date | None = None
    started_on: date | None = None
    state: str = ""
    source: str = ""
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """An entry that counts: it was not withdrawn."""

    on: date
    value: Decimal | None
    note: str
    evidence: str
    at: datetime


@dataclass(frozen=True)
class TaskRecord:
    """A task with what was added. `newest` and the readings come from entries that were not withdrawn."""

    task: Task
    steps: tuple[str, ...] = ()
    """The higher steps of the target."""
    additions: Additions = Additions()
    newest: Progress | None = None
    first_reading: Reading | None = None
    newest_reading: Reading | None = None
    cases: int = 0
    """How many cases have to do with it."""

    @property
    def lead_unit(self) -> str:
        """What was added wins over the report."""
        return self.additions.lead_unit or self.task.lead_unit

    @property
    def status(self) -> str:
        return self.additions.state or self.task.status

    @property
    def target(self) -> Target | None:
        value = parse_number(self.task.target_value)
        if value is None:
            return None
        higher = tuple(step for step in map(parse_number, self.steps) if step is not None)
        return Target(value, self.task.comparison, self.task.unit, higher)

    @property
    def completion(self) -> Decimal | None:
        return completion_of(self.target, self.newest_reading)

    @property
    def was_touched(self) -> bool:
        """Whether anybody ever added anything."""
        return self.additions.version > 0 or self.newest is not None

    @property
    def updated_at(self) -> datetime | None:
        """When something was last added."""
        return max((at for at in (self.additions.updated_at, self.newest and self.newest.at) if at), default=None)

    def signal(self, today: date) -> Signal:
        readings = [reading for reading in (self.first_reading, self.newest_reading) if reading is not None]
        added = self.additions
        return signal_of(self.target, readings, added.started_on, added.due_on, today, self.status == "已完成")


def check_text(value: str, at_most: int, title: str) -> str:
    """Return the text without outer spaces, or raise ValueError with what to do about it."""
    text = value.strip()
    if len(text) > at_most:
        raise ValueError(f"{title}太长了，最多{at_most}个字。")
    if any(not char.isprintable() and char != "\n" for char in text):
        raise ValueError(f"{title}里有看不见的控制字符，请删掉。")
    return text


def check_day(day: date | None, title: str) -> date | None:
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{title}须在2000年到2099年之间。")
    return day


def check_members(names: Sequence[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(text for name in names if (text := check_text(name, MAX_MEMBER, "成员名称"))))
    if len(kept) > MAX_TEAM:
        raise ValueError(f"成员最多{MAX_TEAM}个。")
    return kept
