"""Questions about reform tasks, answered from the report's rows together with what was added to them.

The knowledge base of a day is not rebuilt for additions: a task is looked up when it is the answer, so every process tells what
was added a moment ago.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from bot.business.task_question import (
    Asked,
    asked_of,
    asks_for_tasks_without_lead,
    behind_question,
    calls_for_lead,
    named_in,
    named_in_result,
)
from bot.business.task_record import TaskRecord
from bot.business.task_telling import describe_record, tell_added_leads, tell_added_progress, tell_behind, tell_without_lead
from bot.business.working_calendar import HANGZHOU
from bot.persistence.database import Database
from bot.services.task_records import read_records
from knowledge.base import TASKS_SUBJECT, TASKS_TITLE, KnowledgeBase, Row, Source
from knowledge.normalise import normalise

TASK_ROW, LIST_ROW = "task:", "tasks:"
LEAD_NOTE = "note:A2-lead-unit-rows"
"""The note that tells which tasks have a lead unit."""
RESULTS_NOTE = "note:A5-completed-or-not"
"""The note that tells that the report has no results."""
ENVIRONMENT_ROW = "environment:"
NAMED_SHARE = 0.75
"""Share (0-1) of the asked name's pairs of characters that a task's own names must hold to be the one meant."""
RELATED_SHARE = 0.5
"""The same where the answer found is about one task already."""
_COLLECTIVE = re.compile(r"环境|小组|专班|工程|五大")
"""What is more than one task."""
NAME_AT_LEAST = 3
"""Characters of a name; fewer could be anything."""
LISTED_SOURCES = 3


class TaskAnswers:
    """Looks into the database for each answer about a task; stores nothing."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """`clock` gives the city's time."""
        self._database = database
        self._clock = clock

    def today(self) -> date:
        return self._clock().date()

    def find_record(self, task_id: str) -> TaskRecord | None:
        """Return the task with what was added to it."""
        with self._database.session() as session:
            return next(iter(read_records(session, [task_id])), None)

    def answer_list(self, text: str, base: KnowledgeBase) -> Row | None:
        """Return the answer to a question that only all rows together can answer; None for any other question."""
        asked = normalise(text)
        if behind := behind_question(asked):
            records = [r for r in self._records() if behind.environment in (None, r.task.environment)]
            told = tell_behind(records, behind.environment, self.today())
            shown = [record for record in records if f" {record.task.name}：" in told] or records
            return _row("behind", "落后的任务", told, shown)
        if asks_for_tasks_without_lead(asked):
            records = self._records()
            return _row(
                "without_lead", "没有牵头单位的任务", tell_without_lead(records), [r for r in records if r.lead_unit] or records
            )
        return None

    def meant(self, row: Row, text: str, base: KnowledgeBase) -> Row:
        """Return the task's row in place of another one when its lead unit, or a result there is, was asked for."""
        asked = normalise(text)
        if row.id == RESULTS_NOTE:
            return self._with_progress(named_in_result(asked), base) or row
        if row.id.startswith(TASK_ROW) or Asked.LEAD not in asked_of(asked) or not calls_for_lead(asked):
            return row
        name = named_in(asked)
        if calls_for_lead(row.heading) and row.id != LEAD_NOTE:  # it tells who leads something larger, unless one task is named
            return row if _COLLECTIVE.search(name) else _find_named(name, base, 1.0) or row
        related = [base.find_row(f"{TASK_ROW}{source.task_id}") for source in row.related if row.id.startswith("note:")]
        tasks = [task for task in related if task is not None]
        if len(tasks) == 1 and _share_held(name, tasks[0]) >= RELATED_SHARE:
            return tasks[0]
        return _find_named(name, base) or row

    def _with_progress(self, name: str, base: KnowledgeBase) -> Row | None:
        """Return the named task if progress was recorded for it: then there is a result to tell."""
        task = _find_named(name, base)
        record = self.find_record(task.id.removeprefix(TASK_ROW)) if task else None
        return task if record and record.newest else None

    def told(self, row: Row, text: str) -> Row:
        """Return a task's row as it stands now, with what was added and with what it lacks of the things asked for."""
        if not row.id.startswith(TASK_ROW):
            return self._brought_up_to_date(row)
        record = self.find_record(row.id.removeprefix(TASK_ROW))
        if record is None:
            return row
        told = replace(row, text=describe_record(record, asked_of(normalise(text)), self.today()))
        return replace(told, related=(_records_source(record), *row.related)) if record.was_touched else told

    def _brought_up_to_date(self, row: Row) -> Row:
        """Return a row that speaks of all tasks, with what was added to any of them since the report."""
        if row.id == LEAD_NOTE:
            added = tell_added_leads(self._records())
        elif row.id == RESULTS_NOTE or row.id.startswith(ENVIRONMENT_ROW):
            environment = row.id.removeprefix(ENVIRONMENT_ROW)
            records = self._records()
            added = tell_added_progress([r for r in records if row.id == RESULTS_NOTE or r.task.environment == environment])
        else:
            return row
        return replace(row, text=row.text + added) if added else row

    def _records(self) -> list[TaskRecord]:
        with self._database.session() as session:
            return read_records(session)


def _find_named(name: str, base: KnowledgeBase, share: float = NAMED_SHARE) -> Row | None:
    """Return the task that has this name, if one surely has."""
    if len(name) < NAME_AT_LEAST:
        return None
    ranked = base.rank(base.scores(name), (TASKS_SUBJECT,), limit=10)
    tasks = [row for row, _ in ranked if row.id.startswith(TASK_ROW)]
    return tasks[0] if tasks and _share_held(name, tasks[0]) >= share else None


def _share_held(name: str, row: Row) -> float:
    """Return which share of the name's pairs of characters stands in the task's names; signs between them do not count."""
    wanted = _pairs(normalise(name))
    held = set().union(*(_pairs(normalise(phrase)) for phrase in (row.heading, *row.phrasings)))
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _pairs(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[place : place + 2] for place in range(len(letters) - 1)}


def _row(name: str, heading: str, text: str, records: list[TaskRecord]) -> Row:
    sources = [_source(record) for record in records[:LISTED_SOURCES]]
    return Row(
        id=f"{LIST_ROW}{name}",
        topic="A7",
        subjects=(TASKS_SUBJECT,),
        title=TASKS_TITLE,
        heading=heading,
        aspect=None,
        phrasings=(),
        text=text,
        source=sources[0],
        related=tuple(sources[1:]),
    )


def _source(record: TaskRecord) -> Source:
    return Source(
        topic="A7",
        title=TASKS_TITLE,
        section=f"任务{record.task.id} {record.task.name}",
        document_no="任务数据库",
        task_id=record.task.id,
        page_url=f"/tasks/{record.task.id}",
    )


def _records_source(record: TaskRecord) -> Source:
    """Return where one reads what was added: the task's own page."""
    day = record.updated_at.astimezone(HANGZHOU).date() if record.updated_at else None
    return replace(
        _source(record), section=f"任务{record.task.id}的补充记录", document_no=f"任务数据库，{day}更新", checked_on=day
    )
