"""Reading tasks with what was added to them, for the desk and for the chat."""

from __future__ import annotations

from collections.abc import Sequence

from bot.business.task import Task
from bot.business.task_record import Additions, Progress, TaskRecord
from bot.business.traffic_light import Reading, parse_number
from bot.persistence import tasks as store
from bot.persistence.database import Session
from bot.persistence.tables import TaskRow
from bot.persistence.task_tables import TaskAdditionRow, TaskProgressRow


def read_records(session: Session, ids: Sequence[str] | None = None) -> list[TaskRecord]:
    """Return these tasks (None = all), in the report's order. A few queries, however long their histories are."""
    additions, cases = store.list_additions(session, ids), store.count_cases(session, ids)
    newest, first_values, last_values = (
        query(session, ids) for query in (store.newest_entries, store.first_readings, store.newest_readings)
    )
    return [
        TaskRecord(
            task=task_of(row),
            steps=tuple(step for step in (row.target_mid, row.target_stretch) if step),
            additions=additions_of(additions.get(row.id)),
            newest=_progress_of(newest.get(row.id)),
            first_reading=_reading_of(first_values.get(row.id)),
            newest_reading=_reading_of(last_values.get(row.id)),
            cases=cases.get(row.id, 0),
        )
        for row in store.list_tasks(session, ids)
    ]


def task_of(row: TaskRow) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__dataclass_fields__})


def additions_of(row: TaskAdditionRow | None) -> Additions:
    if row is None:
        return Additions()
    return Additions(
        row.lead_unit, row.leader, tuple(row.team), row.due_on, row.started_on, row.state, row.source, row.version, row.updated_at
    )


def _progress_of(row: TaskProgressRow | None) -> Progress | None:
    return None if row is None else Progress(row.on_day, parse_number(row.value), row.note, row.evidence, row.at)


def _reading_of(row: TaskProgressRow | None) -> Reading | None:
    value = parse_number(row.value) if row is not None else None
    return Reading(row.on_day, value) if row is not None and value is not None else None
