"""The task database at the desk: looking, adding what the report does not say, recording progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.business.roles import Permission, Principal
from bot.business.task import ENVIRONMENTS
from bot.business.task_lists import LISTS, CompetitionList
from bot.business.task_record import MAX_NOTE, MAX_SOURCE, TaskRecord, check_day, check_text
from bot.business.traffic_light import BEHIND, Light, parse_number, plain
from bot.errors import StoreConflict, TaskConflict, TaskInvalid, TaskNotFound
from bot.persistence import tasks as store
from bot.persistence.database import Database, Session
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow, TaskProgressRow
from bot.services.task_changes import store_change
from bot.services.task_records import read_records
from knowledge.normalise import normalise

NEWEST_AT_MOST = 10
BEHIND_AT_MOST = 10
MAX_VALUE = 32
SORTS = ("", "light", "due", "updated", "lead_unit")
_LAST_DAY = date.max


@dataclass(frozen=True)
class TaskFilter:
    """None = whatever it is."""

    words: str = ""
    environment: str | None = None
    status: str | None = None
    light: str | None = None
    has_target: bool | None = None
    has_lead_unit: bool | None = None
    list_id: str | None = None
    sort: str = ""


@dataclass(frozen=True)
class Listed:
    """A task as a list shows it, on the day of looking."""

    record: TaskRecord
    light: Light
    reason: str


@dataclass(frozen=True)
class TaskPage:
    tasks: Sequence[Listed]
    lights: Mapping[str, int]
    """How many of each light there are with the other filters."""
    environments: Mapping[str, int]


@dataclass(frozen=True)
class TaskDetail:
    listed: Listed
    addition: TaskAdditionRow | None
    progress: Sequence[TaskProgressRow]
    changes: Sequence[TaskChangeRow]
    names: Mapping[str, str]
    """Display names of those who wrote."""


@dataclass(frozen=True)
class TaskOverview:
    lights: Mapping[str, Mapping[str, int]]
    """Environment -> light -> how many."""
    due: Mapping[str, int]
    """Month, such as 2026-12 -> how many that are not done end in it."""
    with_target: int
    total: int
    behind: Sequence[Listed]
    newest: Sequence[tuple[TaskProgressRow, TaskRecord]]
    names: Mapping[str, str]
    lists: Sequence[tuple[CompetitionList, Sequence[Listed]]]


@dataclass(frozen=True)
class NewProgress:
    on: date
    value: str
    note: str
    evidence: str


class Tasks:
    """All of it runs in threads. Raises PermissionDenied beside what is said."""

    def __init__(self, database: Database, now: Callable[[], datetime], clock: Callable[[], datetime]) -> None:
        """`now` is UTC, `clock` the city's time."""
        self._database = database
        self._now = now
        self._clock = clock

    def list_page(self, principal: Principal, wanted: TaskFilter) -> TaskPage:
        principal.require(Permission.READ)
        with self._database.session() as session:
            everything = self._look(read_records(session))
        words = _folded(wanted.words)
        found = [listed for listed in everything if _matches(listed, wanted, words)]
        tasks = [listed for listed in found if _has_light(listed, wanted) and _has_environment(listed, wanted)]
        return TaskPage(
            tasks=sorted(tasks, key=_sorting(wanted.sort)),
            lights=Counter(listed.light.value for listed in found if _has_environment(listed, wanted)),
            environments=Counter(listed.record.task.environment for listed in found if _has_light(listed, wanted)),
        )

    def detail(self, principal: Principal, task_id: str) -> TaskDetail:
        """Raises TaskNotFound."""
        principal.require(Permission.READ)
        with self._database.session() as session:
            return self._detail(session, task_id)

    def change(self, principal: Principal, task_id: str, version: int, values: Mapping[str, Any]) -> TaskDetail:
        """Write what the report does not say. Raises TaskNotFound, TaskInvalid, and TaskConflict when it is not at this
        version any more."""
        principal.require(Permission.SUPERVISE)
        try:
            with self._database.session() as session:
                _get_task(session, task_id)
                store_change(session, task_id, version, values, principal.username, "desk", self._now())
        except StoreConflict:  # somebody else was the first to add anything
            raise TaskConflict from None
        return self.detail(principal, task_id)

    def add_progress(self, principal: Principal, task_id: str, new: NewProgress) -> TaskDetail:
        """Record how the task stood on a day. The same entry again changes nothing. Raises TaskNotFound, TaskInvalid."""
        principal.require(Permission.SUPERVISE)
        with self._database.session() as session:
            (record,) = read_records(session, [_get_task(session, task_id)])
            row = self._new_row(record, new, principal.username)
            if not any(_is_same(row, known) for known in store.list_progress(session, task_id)):
                store.add_progress(session, row)
            return self._detail(session, task_id)

    def withdraw_progress(self, principal: Principal, task_id: str, progress_id: int) -> TaskDetail:
        """Let an entry count no more; it stays to be seen. Raises TaskNotFound."""
        principal.require(Permission.SUPERVISE)
        with self._database.session() as session:
            row = store.find_progress(session, _get_task(session, task_id), min(max(progress_id, 0), 2**31 - 1))
            if row is None:
                raise TaskNotFound(task_id)
            if row.withdrawn_at is None:
                row.withdrawn_by, row.withdrawn_at = principal.username, self._now()
                session.flush()
            return self._detail(session, task_id)

    def overview(self, principal: Principal) -> TaskOverview:
        principal.require(Permission.READ)
        with self._database.session() as session:
            records = read_records(session)
            by_id = {record.task.id: record for record in records}
            newest = [row for row in store.list_newest_progress(session, NEWEST_AT_MOST) if row.task_id in by_id]
            names = store.names_of(session, [row.author for row in newest])
        tasks = self._look(records)
        open_ends = [f"{day:%Y-%m}" for task in tasks if task.light is not Light.DONE and (day := task.record.additions.due_on)]
        return TaskOverview(
            lights={name: Counter(t.light.value for t in tasks if t.record.task.environment == name) for name in ENVIRONMENTS},
            due=dict(sorted(Counter(open_ends).items())),
            with_target=sum(task.record.target is not None for task in tasks),
            total=len(tasks),
            behind=sorted((t for t in tasks if t.light in BEHIND), key=_sorting("light"))[:BEHIND_AT_MOST],
            newest=[(row, by_id[row.task_id]) for row in newest],
            names=names,
            lists=[(each, [task for task in tasks if task.record.task.id in each.task_ids]) for each in LISTS],
        )

    def _look(self, records: Sequence[TaskRecord]) -> list[Listed]:
        today = self._clock().date()
        signals = [record.signal(today) for record in records]
        return [Listed(record, signal.light, signal.reason) for record, signal in zip(records, signals, strict=True)]

    def _detail(self, session: Session, task_id: str) -> TaskDetail:
        (listed,) = self._look(read_records(session, [_get_task(session, task_id)]))
        addition = store.find_addition(session, task_id)
        progress, changes = store.list_progress(session, task_id), store.list_changes(session, task_id)
        people = [*(row.author for row in progress), *(row.withdrawn_by for row in progress if row.withdrawn_by)]
        people += [*(row.by for row in changes), *([addition.updated_by] if addition else [])]
        return TaskDetail(listed, addition, progress, changes, store.names_of(session, people))

    def _new_row(self, record: TaskRecord, new: NewProgress, author: str) -> TaskProgressRow:
        problems: dict[str, str] = {}
        value = _checked("value", lambda: _figure(new.value, record), problems)
        note = _checked("note", lambda: check_text(new.note, MAX_NOTE, "说明"), problems)
        evidence = _checked("evidence", lambda: _evidence(new.evidence), problems)
        _checked("on", lambda: _check_past(new.on, self._clock().date()), problems)
        if not problems and not value and not note:
            problems["value"] = "请填数值，或写一句说明。"
        if problems:
            raise TaskInvalid(problems)
        row = TaskProgressRow(task_id=record.task.id, on_day=new.on, value=value, note=note, evidence=evidence)
        row.author, row.at = author, self._now()
        return row


def _get_task(session: Session, task_id: str) -> str:
    """Return the id of a task that there is. Raises TaskNotFound."""
    if not task_id.isprintable() or store.find_task(session, task_id) is None:  # PostgreSQL refuses NUL in a text
        raise TaskNotFound(task_id)
    return task_id


def _checked(field: str, check: Callable[[], str], problems: dict[str, str]) -> str:
    try:
        return check()
    except ValueError as error:
        problems[field] = str(error)
        return ""


def _figure(text: str, record: TaskRecord) -> str:
    """Return the value as a bare number; a unit behind it is the task's own. Raises ValueError."""
    bare = text.strip()
    if not bare:
        return ""
    if record.target is None:
        raise ValueError("这项任务没有可以计量的指标，请只写文字说明。")
    number = parse_number(bare.removesuffix(record.task.unit))
    if number is None or len(plain(number)) > MAX_VALUE:
        raise ValueError(f"请填数字，单位是“{record.task.unit}”。")
    return plain(number)


def _evidence(text: str) -> str:
    evidence = check_text(text, MAX_SOURCE, "依据")
    if not evidence:
        raise ValueError("请写明依据：文号、链接或材料在哪里。")
    return evidence


def _check_past(day: date, today: date) -> str:
    check_day(day, "日期")
    if day > today:
        raise ValueError("日期不能晚于今天。")
    return ""


def _is_same(row: TaskProgressRow, known: TaskProgressRow) -> bool:
    fields = ("on_day", "value", "note", "evidence", "author")
    return known.withdrawn_at is None and all(getattr(row, field) == getattr(known, field) for field in fields)


def _matches(listed: Listed, wanted: TaskFilter, words: str) -> bool:
    record = listed.record
    lists = [each for each in LISTS if each.id == wanted.list_id]
    return (
        (wanted.status is None or record.status == wanted.status)
        and (wanted.has_target is None or (record.target is not None) == wanted.has_target)
        and (wanted.has_lead_unit is None or bool(record.lead_unit) == wanted.has_lead_unit)
        and (wanted.list_id is None or any(record.task.id in each.task_ids for each in lists))
        and (not words or _holds(record, words.split()))
    )


def _holds(record: TaskRecord, words: Sequence[str]) -> bool:
    task, added = record.task, record.additions
    text = _folded("\n".join((task.id, task.name, task.measure, task.metric, record.lead_unit, added.leader, *added.team)))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return normalise(text).lower().replace("-", "")


def _has_light(listed: Listed, wanted: TaskFilter) -> bool:
    return wanted.light is None or listed.light == wanted.light


def _has_environment(listed: Listed, wanted: TaskFilter) -> bool:
    return wanted.environment is None or listed.record.task.environment == wanted.environment


def _sorting(sort: str) -> Callable[[Listed], tuple[Any, ...]]:
    """Return the key of an order; what is equal keeps the report's order."""
    lights = list(Light)
    keys: dict[str, Callable[[Listed], tuple[Any, ...]]] = {
        "": lambda listed: (),
        "light": lambda listed: (lights.index(listed.light), listed.record.additions.due_on or _LAST_DAY),
        "due": lambda listed: (listed.record.additions.due_on or _LAST_DAY,),
        "updated": lambda listed: (-(at.timestamp() if (at := listed.record.updated_at) else 0),),
        "lead_unit": lambda listed: (not listed.record.lead_unit, listed.record.lead_unit),
    }
    return keys[sort]
