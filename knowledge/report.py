"""The 2023 reform report: 120 task rows, and notes on its structure, counts and arithmetic."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from bot.business.task import ENVIRONMENTS, Task
from bot.errors import FileInvalid, KnowledgeInvalid
from knowledge.yaml_files import load_yaml

_COLUMNS = {"cmp": "comparison", "source_para": "paragraph", "evidence_zh_hant": "evidence"}
"""Names in the file that differ from the fields of Task."""


@dataclass(frozen=True)
class ReportNote:
    """A fact of the report that is no task: a count, a list, a name, a sum that does not come out."""

    id: str
    topic: str
    subjects: tuple[str, ...]
    heading: str
    phrasings: tuple[str, ...]
    text: str
    paragraphs: tuple[str, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    tasks: tuple[Task, ...]
    phrasings: dict[str, tuple[str, ...]]
    """Ways to ask for a task, by task id."""
    notes: tuple[ReportNote, ...]


def read_report(folder: Path) -> Report:
    """Return everything in the folder. Raises KnowledgeInvalid with all problems."""
    tasks = _read_tasks(folder / "tasks.tsv")
    ids = {task.id for task in tasks}
    problems: list[FileInvalid] = []
    phrasings: dict[str, list[str]] = {}
    for number, row in enumerate(_rows(folder / "task_phrasings.tsv", ["task_id", "phrasing"]), start=2):
        if row["task_id"] not in ids:
            problems.append(FileInvalid("task_phrasings.tsv", f"line {number}", f"no task {row['task_id']!r}"))
        phrasings.setdefault(row["task_id"], []).append(row["phrasing"])
    notes = _read_notes(folder / "notes.yml", ids, problems)
    if problems:
        raise KnowledgeInvalid(problems)
    return Report(tasks, {key: tuple(values) for key, values in phrasings.items()}, notes)


def _read_tasks(path: Path) -> tuple[Task, ...]:
    names = [next((old for old, new in _COLUMNS.items() if new == f.name), f.name) for f in fields(Task)]
    tasks, problems = [], []
    for number, row in enumerate(_rows(path, names), start=2):
        if row["environment"] not in ENVIRONMENTS:
            problems.append(FileInvalid(path.name, f"line {number}", f"unknown environment {row['environment']!r}"))
        tasks.append(Task(**{_COLUMNS.get(name, name): row[name] for name in names}))
    if len({task.id for task in tasks}) != len(tasks):
        problems.append(FileInvalid(path.name, "id", "an id stands twice"))
    if problems:
        raise KnowledgeInvalid(list(problems))
    return tuple(tasks)


def _rows(path: Path, columns: list[str]) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeInvalid([FileInvalid(path.name, "file", f"cannot be read as UTF-8: {error}")]) from None
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if missing := set(columns) - set(rows[0] if rows else ()):
        raise KnowledgeInvalid([FileInvalid(path.name, "header", f"lacks the columns {sorted(missing)}")])
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise KnowledgeInvalid([FileInvalid(path.name, f"line {number}", "has too many or too few columns")])
    return rows


def _read_notes(path: Path, task_ids: set[str], problems: list[FileInvalid]) -> tuple[ReportNote, ...]:
    try:
        entries = load_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeInvalid([FileInvalid(path.name, "file", f"cannot be read: {error}")]) from None
    notes = []
    names = [field.name for field in fields(ReportNote)]
    for number, entry in enumerate(entries or [], start=1):
        where = f"entry {number} ({entry.get('id') if isinstance(entry, dict) else entry!r})"
        if not isinstance(entry, dict) or set(entry) != set(names):
            problems.append(FileInvalid(path.name, where, f"must have exactly the fields {', '.join(names)}"))
            continue
        if wrong := [key for key in sorted(_LISTS) if not isinstance(entry[key] or [], list)]:
            problems.append(FileInvalid(path.name, where, f"{', '.join(wrong)} must be lists"))
            continue
        if unknown := set(entry["tasks"] or ()) - task_ids:
            problems.append(FileInvalid(path.name, where, f"names unknown tasks {sorted(unknown)}"))
        values: dict[str, Any] = {k: tuple(map(str, v or ())) if k in _LISTS else str(v) for k, v in entry.items()}
        notes.append(ReportNote(**values))
    if len({note.id for note in notes}) != len(notes):
        problems.append(FileInvalid(path.name, "id", "an id stands twice"))
    return tuple(notes)


_LISTS = {"subjects", "phrasings", "paragraphs", "tasks"}
