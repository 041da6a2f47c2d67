"""Named queries on tasks and on what people added to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from bot.persistence.case_tables import CaseLinkRow
from bot.persistence.tables import TaskRow, UserRow
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow, TaskImportRow, TaskProgressRow

HISTORY_AT_MOST = 200


def list_tasks(session: Session, ids: Sequence[str] | None = None) -> Sequence[TaskRow]:
    """Return these tasks (None = all) in the report's order: the general ones, then the five environments."""
    query = select(TaskRow) if ids is None else select(TaskRow).where(TaskRow.id.in_(ids))
    return sorted(session.scalars(query), key=lambda row: (_ORDER.get(row.id[:2], len(_ORDER)), row.id))


_ORDER = {prefix: place for place, prefix in enumerate(("ZH", "ZW", "FZ", "SC", "JJ", "RW"))}


def find_task(session: Session, task_id: str) -> TaskRow | None:
    return session.get(TaskRow, task_id)


def find_addition(session: Session, task_id: str, for_update: bool = False) -> TaskAdditionRow | None:
    return session.get(TaskAdditionRow, task_id, with_for_update=for_update or None, populate_existing=for_update)


def list_additions(session: Session, ids: Sequence[str] | None = None) -> Mapping[str, TaskAdditionRow]:
    query = select(TaskAdditionRow)
    found = session.scalars(query if ids is None else query.where(TaskAdditionRow.task_id.in_(ids)))
    return {row.task_id: row for row in found}


def add_addition(session: Session, row: TaskAdditionRow) -> None:
    """Raises IntegrityError when the task has one already."""
    session.add(row)
    session.flush()


def change_addition(session: Session, task_id: str, version: int, values: Mapping[str, Any]) -> bool:
    """Return whether the additions were still at this version; then they have the values and the next version."""
    changed = session.execute(
        update(TaskAdditionRow)
        .where(TaskAdditionRow.task_id == task_id, TaskAdditionRow.version == version)
        .values(**values, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def first_readings(session: Session, ids: Sequence[str] | None = None) -> Mapping[str, TaskProgressRow]:
    """Return each task's first entry with a value."""
    return _one_each(session, ids, (TaskProgressRow.on_day.asc(), TaskProgressRow.id.asc()), TaskProgressRow.value != "")


def newest_readings(session: Session, ids: Sequence[str] | None = None) -> Mapping[str, TaskProgressRow]:
    """Return each task's newest entry with a value."""
    return _one_each(session, ids, (TaskProgressRow.on_day.desc(), TaskProgressRow.id.desc()), TaskProgressRow.value != "")


def newest_entries(session: Session, ids: Sequence[str] | None = None) -> Mapping[str, TaskProgressRow]:
    return _one_each(session, ids, (TaskProgressRow.on_day.desc(), TaskProgressRow.id.desc()))


def _one_each(
    session: Session, ids: Sequence[str] | None, order: tuple[ColumnElement[Any], ...], *conditions: ColumnElement[bool]
) -> Mapping[str, TaskProgressRow]:
    """Return the first entry of each task in this order, of those that were not withdrawn."""
    place = func.row_number().over(partition_by=TaskProgressRow.task_id, order_by=order).label("place")
    query = select(TaskProgressRow, place).where(TaskProgressRow.withdrawn_at.is_(None), *conditions)
    if ids is not None:
        query = query.where(TaskProgressRow.task_id.in_(ids))
    numbered = query.subquery()
    row = aliased(TaskProgressRow, numbered)
    return {found.task_id: found for found in session.scalars(select(row).where(numbered.c.place == 1))}


def add_progress(session: Session, row: TaskProgressRow) -> TaskProgressRow:
    session.add(row)
    session.flush()
    return row


def find_progress(session: Session, task_id: str, progress_id: int) -> TaskProgressRow | None:
    """Return the entry of this task, locked."""
    query = select(TaskProgressRow).where(TaskProgressRow.id == progress_id, TaskProgressRow.task_id == task_id)
    return session.scalar(query.with_for_update())


def list_progress(session: Session, task_id: str, limit: int = HISTORY_AT_MOST) -> Sequence[TaskProgressRow]:
    """Return the newest entries, newest first, withdrawn ones too."""
    query = select(TaskProgressRow).where(TaskProgressRow.task_id == task_id)
    return session.scalars(query.order_by(TaskProgressRow.on_day.desc(), TaskProgressRow.id.desc()).limit(limit)).all()


def list_all_progress(session: Session, limit: int) -> Sequence[TaskProgressRow]:
    """Return the newest entries of all tasks, those entered last first; withdrawn ones too."""
    return session.scalars(select(TaskProgressRow).order_by(TaskProgressRow.id.desc()).limit(limit)).all()


def list_newest_progress(session: Session, limit: int) -> Sequence[TaskProgressRow]:
    """Return what was entered last, of all tasks; without withdrawn ones."""
    query = select(TaskProgressRow).where(TaskProgressRow.withdrawn_at.is_(None))
    return session.scalars(query.order_by(TaskProgressRow.id.desc()).limit(limit)).all()


def add_change(session: Session, row: TaskChangeRow) -> None:
    session.add(row)


def list_changes(session: Session, task_id: str, limit: int = HISTORY_AT_MOST) -> Sequence[TaskChangeRow]:
    """Newest first."""
    query = select(TaskChangeRow).where(TaskChangeRow.task_id == task_id)
    return session.scalars(query.order_by(TaskChangeRow.id.desc()).limit(limit)).all()


def count_cases(session: Session, ids: Sequence[str] | None = None) -> Mapping[str, int]:
    """Return how many cases name each task."""
    query = select(CaseLinkRow.target, func.count()).where(CaseLinkRow.kind == "task").group_by(CaseLinkRow.target)
    if ids is not None:
        query = query.where(CaseLinkRow.target.in_(ids))
    return {target: n for target, n in session.execute(query)}


def names_of(session: Session, usernames: Sequence[str]) -> Mapping[str, str]:
    """Return the display names of these accounts; the user name where there is none."""
    found = session.execute(select(UserRow.username, UserRow.display_name).where(UserRow.username.in_(set(usernames))))
    return {username: name or username for username, name in found}


def keep_import(session: Session, row: TaskImportRow) -> None:
    session.add(row)


def take_import(session: Session, token_sha256: str) -> TaskImportRow | None:
    """Return the prepared import, locked."""
    return session.get(TaskImportRow, token_sha256, with_for_update=True)


def drop_import(session: Session, row: TaskImportRow) -> None:
    session.delete(row)


def forget_imports(session: Session, username: str, now: datetime) -> None:
    """Delete what this account prepared before, and what nobody may apply any more."""
    session.execute(delete(TaskImportRow).where((TaskImportRow.username == username) | (TaskImportRow.expires_at <= now)))
