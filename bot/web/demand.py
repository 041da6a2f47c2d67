"""The desk's API of demand: work that many asked for. For supervisors."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from bot.persistence.demands import CASE
from bot.services.work_items import MAX_ID, Evidence, WorkItem, WorkItemDetail, WorkItems
from bot.web.desk_json import iso
from bot.web.session import Supervisor

router = APIRouter(prefix="/api/desk/demand", tags=["demand"])


def work_items_of(request: Request) -> WorkItems:
    items: WorkItems = request.app.state.work_items
    return items


WorkItemsDependency = Annotated[WorkItems, Depends(work_items_of)]
ItemId = Annotated[int, Path(ge=0, le=MAX_ID)]


class Change(BaseModel):
    transition: str = Field(max_length=16)
    version: int
    text: str = Field("", max_length=20_000)
    department: str | None = Field(None, max_length=32)
    task_id: str | None = Field(None, max_length=32)


@router.get("")
async def list_work_items(
    principal: Supervisor, items: WorkItemsDependency, state: Annotated[str, Query(max_length=16)] = ""
) -> dict[str, Any]:
    """Return the newest work items, of one state or all, and how many there are of each state."""
    page = await asyncio.to_thread(items.list_items, principal, state)
    return {"work_items": [_json(item, items) for item in page.items], "counts": dict(page.counts)}


@router.get("/{item_id}")
async def show_work_item(item_id: ItemId, principal: Supervisor, items: WorkItemsDependency) -> dict[str, Any]:
    """Return one with its evidence: what was asked, without personal data, the newest first."""
    return _detail_json(await asyncio.to_thread(items.detail, principal, item_id), items)


@router.post("/{item_id}/changes")
async def change_work_item(item_id: ItemId, body: Change, principal: Supervisor, items: WorkItemsDependency) -> dict[str, Any]:
    """accept, decline (with a reason), link (to a department or task), done (with the outcome; everybody who asked is told)."""
    return _detail_json(await asyncio.to_thread(items.change, principal, item_id, **body.model_dump()), items)


def _json(item: WorkItem, items: WorkItems) -> dict[str, Any]:
    row, cluster = item.row, item.cluster
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "subject": row.subject,
        "subject_title": items.subjects.get(row.subject, "其他问题"),
        "district": row.district or None,
        "department": row.department,
        "department_title": items.settings.title_of(row.department),
        "task_id": row.task_id,
        "task_name": item.task_name,
        "size": cluster.size,
        "askers": cluster.askers,
        "proposed_at": iso(row.proposed_at),
        "decided_by": row.decided_by,
        "decided_at": iso(row.decided_at),
        "done_at": iso(row.done_at),
        "outcome": row.outcome,
        "reason": row.reason,
        "to_tell": item.to_tell,
        "told": item.told,
        "twin_id": row.twin_id,
        "version": row.version,
    }


def _detail_json(detail: WorkItemDetail, items: WorkItems) -> dict[str, Any]:
    beside = {"words": detail.item.cluster.words, "evidence": [_evidence_json(each) for each in detail.evidence]}
    return {"work_item": _json(detail.item, items) | beside}


def _evidence_json(evidence: Evidence) -> dict[str, Any]:
    demand = evidence.demand
    return {
        "kind": demand.kind,
        "reference": demand.reference,
        "number": evidence.number,
        "text": demand.text,
        "asker_name": evidence.asker_name,
        "district": demand.district or None,
        "at": iso(demand.at),
        "page": demand.reference if demand.kind == CASE else demand.conversation_id,
    }
