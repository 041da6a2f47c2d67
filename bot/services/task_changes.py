"""Changing what was added to a task: what may be written, and the change itself, by whichever way it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from bot.business.task_record import (
    FIELD_TITLES,
    MAX_LEAD_UNIT,
    MAX_LEADER,
    MAX_SOURCE,
    STATES,
    Additions,
    check_day,
    check_members,
    check_text,
)
from bot.errors import TaskConflict, TaskInvalid
from bot.persistence import tasks as store
from bot.persistence.database import Session
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow
from bot.services.task_records import additions_of

FIELDS = tuple(FIELD_TITLES)
_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "lead_unit": lambda value: check_text(value, MAX_LEAD_UNIT, FIELD_TITLES["lead_unit"]),
    "leader": lambda value: check_text(value, MAX_LEADER, FIELD_TITLES["leader"]),
    "team": check_members,
    "due_on": lambda value: check_day(value, FIELD_TITLES["due_on"]),
    "started_on": lambda value: check_day(value, FIELD_TITLES["started_on"]),
    "state": lambda value: _check_state(value),
    "source": lambda value: check_text(value, MAX_SOURCE, FIELD_TITLES["source"]),
}


def merge(before: Additions, values: Mapping[str, Any]) -> Additions:
    """Return the additions with these values in their place. Raises TaskInvalid, which names every wrong field."""
    good: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in FIELDS:
        if field in values:
            try:
                good[field] = _CHECKS[field](values[field])
            except ValueError as error:
                problems[field] = str(error)
    after = replace(before, **good)
    if not problems and after.started_on and after.due_on and after.started_on > after.due_on:
        problems["due_on" if "due_on" in good else "started_on"] = "期限不能早于开始日期。"
    if problems:
        raise TaskInvalid(problems)
    return after


def differences(before: Additions, after: Additions) -> dict[str, tuple[Any, Any]]:
    """Return what changed: field -> before and after, as JSON holds them."""
    old, new = as_json(before), as_json(after)
    return {field: (old[field], new[field]) for field in FIELDS if old[field] != new[field]}


def as_json(additions: Additions) -> dict[str, Any]:
    """Return the fields that people write; days as ISO texts."""
    values = asdict(additions)
    return {field: _plain(values[field]) for field in FIELDS}


def from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what as_json made JSON of."""
    return {
        field: date.fromisoformat(value) if field in ("due_on", "started_on") and value else value
        for field, value in values.items()
    }


def store_change(
    session: Session, task_id: str, version: int, values: Mapping[str, Any], by: str, way: str, now: datetime
) -> Additions:
    """Write the values if the additions are still at this version. Raises TaskConflict, TaskInvalid.

    Values that change nothing make no new version.
    """
    row = store.find_addition(session, task_id, for_update=True)
    before = additions_of(row)
    if before.version != version:
        raise TaskConflict
    after = merge(before, values)
    changes = differences(before, after)
    if not changes:
        return before
    columns = {field: getattr(after, field) for field in FIELDS} | {"team": list(after.team), "updated_by": by, "updated_at": now}
    if row is None:
        store.add_addition(session, TaskAdditionRow(task_id=task_id, version=1, **columns))
    elif not store.change_addition(session, task_id, version, columns):
        raise TaskConflict
    kept = {field: list(pair) for field, pair in changes.items()}
    store.add_change(session, TaskChangeRow(task_id=task_id, changes=kept, by=by, way=way, at=now))
    return replace(after, version=version + 1, updated_at=now)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _check_state(value: str) -> str:
    if value not in ("", *STATES):
        raise ValueError(f"状态须是{'、'.join(STATES)}，或留空。")
    return value
