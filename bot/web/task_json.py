"""Tasks as the desk's API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.business.task import ENVIRONMENTS
from bot.business.task_lists import CompetitionList
from bot.business.task_record import FIELD_TITLES, Progress, TaskRecord
from bot.business.traffic_light import Light, plain
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow, TaskProgressRow
from bot.services.task_changes import as_json
from bot.services.task_import import ImportPreview
from bot.services.tasks import Listed, TaskDetail, TaskOverview, TaskPage
from knowledge.base import REPORT_TITLE, REPORT_URL


def card_json(listed: Listed) -> dict[str, Any]:
    record = listed.record
    task, added = record.task, record.additions
    completion = record.completion
    return {
        "id": task.id,
        "environment": task.environment,
        "environment_title": ENVIRONMENTS[task.environment],
        "name": task.name,
        "measure": task.measure,
        "metric": task.metric,
        "comparison": task.comparison,
        "target_value": task.target_value,
        "target_mid": _step(record, 0),
        "target_stretch": _step(record, 1),
        "unit": task.unit,
        "rank_goal": task.rank_goal,
        "deadline": task.deadline,
        "status": record.status,
        "lead_unit": record.lead_unit,
        "leader": added.leader,
        "team": list(added.team),
        "due_on": _iso(added.due_on),
        "paragraph": task.paragraph,
        "light": listed.light.value,
        "light_reason": listed.reason,
        "latest": _latest_json(record.newest),
        "completion": round(float(completion), 4) if completion is not None else None,
        "version": added.version,
        "page_url": f"/tasks/{task.id}",
        "cases": record.cases,
    }


def page_json(page: TaskPage) -> dict[str, Any]:
    return {
        "tasks": [card_json(listed) for listed in page.tasks],
        "counts": {
            "lights": {light.value: page.lights.get(light.value, 0) for light in Light},
            "environments": {name: page.environments.get(name, 0) for name in ENVIRONMENTS},
        },
    }


def detail_json(detail: TaskDetail) -> dict[str, Any]:
    """Beside the card: what the report says and what was added, apart, so that editing does not take one for the other."""
    record, row, names = detail.listed.record, detail.addition, detail.names
    task = record.task
    return card_json(detail.listed) | {
        "evidence": task.evidence,
        "source": record.additions.source,
        "started_on": _iso(record.additions.started_on),
        "report": {"lead_unit": task.lead_unit, "status": task.status, "deadline": task.deadline},
        "additions": as_json(record.additions) | _written(row, names),
        "progress": [progress_json(entry, names) for entry in detail.progress],
        "changes": [_change_json(change, names) for change in detail.changes],
        "sources": [_source_json(record)],
    }


def progress_json(row: TaskProgressRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "on": row.on_day.isoformat(),
        "value": row.value,
        "note": row.note,
        "evidence": row.evidence,
        "author": row.author,
        "author_name": names.get(row.author, row.author),
        "at": row.at.isoformat(),
        "withdrawn_at": _iso(row.withdrawn_at),
        "withdrawn_by": row.withdrawn_by,
        "withdrawn_by_name": names.get(row.withdrawn_by, row.withdrawn_by) if row.withdrawn_by else None,
    }


def overview_json(overview: TaskOverview) -> dict[str, Any]:
    return {
        "lights": [
            {"environment": name, "environment_title": ENVIRONMENTS[name]}
            | {light.value: lights.get(light.value, 0) for light in Light}
            for name, lights in overview.lights.items()
        ],
        "due": [{"month": month, "n": n} for month, n in overview.due.items()],
        "with_target": overview.with_target,
        "total": overview.total,
        "behind": [card_json(listed) for listed in overview.behind],
        "latest": [_newest_json(row, record, overview.names) for row, record in overview.newest],
        "lists": [_list_json(each, [card_json(listed) for listed in tasks]) for each, tasks in overview.lists],
    }


def preview_json(preview: ImportPreview) -> dict[str, Any]:
    return {
        "token": preview.token,
        "rows": preview.rows,
        "changes": [vars(change) | {"field_title": FIELD_TITLES[change.field]} for change in preview.changes],
        "errors": [vars(error) for error in preview.errors],
        "unchanged": preview.unchanged,
    }


def _list_json(each: CompetitionList, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    said = each.members
    marked = [card | {"said": said.get(card["id"], "")} for card in tasks]
    return {"id": each.id, "title": each.title, "goal": each.goal, "source": each.source, "tasks": marked}


def _newest_json(row: TaskProgressRow, record: TaskRecord, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "name": record.task.name,
        "on": row.on_day.isoformat(),
        "value": row.value,
        "unit": record.task.unit,
        "note": row.note,
        "author_name": names.get(row.author, row.author),
    }


def _change_json(row: TaskChangeRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {"changes": row.changes, "by": row.by, "by_name": names.get(row.by, row.by), "way": row.way, "at": row.at.isoformat()}


def _latest_json(newest: Progress | None) -> dict[str, Any] | None:
    if newest is None:
        return None
    value = plain(newest.value) if newest.value is not None else ""
    return {"on": newest.on.isoformat(), "value": value, "note": newest.note, "evidence": newest.evidence}


def _source_json(record: TaskRecord) -> dict[str, Any]:
    task = record.task
    section = f"报告第{task.paragraph}段" if task.paragraph else f"任务{task.id}"
    return {"title": REPORT_TITLE, "section": section, "page_url": f"/tasks/{task.id}", "url": REPORT_URL}


def _written(row: TaskAdditionRow | None, names: Mapping[str, str]) -> dict[str, Any]:
    if row is None:
        return {"updated_by": None, "updated_by_name": None, "updated_at": None}
    by = row.updated_by
    return {"updated_by": by, "updated_by_name": names.get(by, by), "updated_at": row.updated_at.isoformat()}


def _step(record: TaskRecord, place: int) -> str | None:
    return record.steps[place] if place < len(record.steps) else None


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
