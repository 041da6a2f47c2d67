"""The task database at the desk: table, one task, overview, and the workbook that leaves and comes back."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date
from typing import IO, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from bot.business.task_record import MAX_MEMBER, MAX_TEAM
from bot.errors import TaskFileRefused
from bot.services.task_export import TaskExport
from bot.services.task_file import MAX_FILE_BYTES
from bot.services.task_import import TaskImports
from bot.services.tasks import NewProgress, TaskFilter, Tasks
from bot.web.session import Reader, Supervisor
from bot.web.task_json import detail_json, overview_json, page_json, preview_json

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY_BYTES = 1024 * 1024
"""Larger uploads wait in a file."""
router = APIRouter(prefix="/api/desk/tasks", tags=["tasks"])


def tasks_of(request: Request) -> Tasks:
    tasks: Tasks = request.app.state.tasks
    return tasks


def imports_of(request: Request) -> TaskImports:
    imports: TaskImports = request.app.state.task_imports
    return imports


def export_of(request: Request) -> TaskExport:
    export: TaskExport = request.app.state.task_export
    return export


TasksDependency = Annotated[Tasks, Depends(tasks_of)]
Imports = Annotated[TaskImports, Depends(imports_of)]
Export = Annotated[TaskExport, Depends(export_of)]
Code = Annotated[str | None, Query(max_length=16)]


class TaskChange(BaseModel):
    """What is left out stays as it is; an empty text or null empties the field."""

    version: int = Field(ge=0, le=2**31 - 1)
    lead_unit: str | None = Field(None, max_length=2000)
    leader: str | None = Field(None, max_length=2000)
    team: list[Annotated[str, Field(max_length=MAX_MEMBER * 10)]] | None = Field(None, max_length=MAX_TEAM * 10)
    due_on: date | None = None
    started_on: date | None = None
    state: str | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=5000)

    def given(self) -> dict[str, Any]:
        """Return the named fields; what is null becomes the field's emptiness."""
        empty: dict[str, Any] = {"team": (), "due_on": None, "started_on": None}
        values = self.model_dump(exclude={"version"}, exclude_unset=True)
        return {name: empty.get(name, "") if value is None else value for name, value in values.items()}


class ProgressBody(BaseModel):
    on: date
    value: str = Field("", max_length=100)
    note: str = Field("", max_length=5000)
    evidence: str = Field("", max_length=5000)

    def new(self) -> NewProgress:
        return NewProgress(self.on, self.value, self.note, self.evidence)


@router.get("")
async def list_tasks(
    principal: Reader,
    tasks: TasksDependency,
    q: Annotated[str, Query(max_length=200)] = "",
    environment: Code = None,
    status: Code = None,
    light: Code = None,
    has_target: bool | None = None,
    has_lead_unit: bool | None = None,
    list_id: Annotated[str | None, Query(alias="list", max_length=16)] = None,
    sort: Literal["", "light", "due", "updated", "lead_unit"] = "",
) -> dict[str, Any]:
    """Return the tasks that fit, in the report's order unless `sort` says otherwise; an empty filter is none.

    `counts` are those of each filter without itself, so that a filter's other choices can be told.
    """
    wanted = TaskFilter(q, environment or None, status or None, light or None, has_target, has_lead_unit, list_id or None, sort)
    return page_json(await asyncio.to_thread(tasks.list_page, principal, wanted))


@router.get("/overview")
async def show_overview(principal: Reader, tasks: TasksDependency) -> dict[str, Any]:
    """Return lights per environment, ends per month, what is behind, the newest progress and the four lists of 比学."""
    return overview_json(await asyncio.to_thread(tasks.overview, principal))


@router.get("/export.xlsx", response_class=Response)
async def export_workbook(request: Request, principal: Reader, export: Export) -> Response:
    """Return the workbook; what is filled in there comes back by `import`."""
    content = await asyncio.to_thread(export.workbook, principal)
    name = quote(f"任务数据库-{export.today:%Y-%m-%d}.xlsx")
    headers = {
        "Content-Disposition": f"attachment; filename=\"tasks.xlsx\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/import")
async def preview_import(request: Request, principal: Supervisor, imports: Imports) -> dict[str, Any]:
    """Read an xlsx file, the body as it is, and show what it would change, row by row; nothing is changed.

    `token` applies it within half an hour; it is null when there is an error or nothing to change.
    """
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
        await _receive(request, file)
        return preview_json(await asyncio.to_thread(imports.preview, principal, file))


@router.post("/import/{token}")
async def apply_import(token: str, principal: Supervisor, imports: Imports) -> dict[str, Any]:
    """Apply what was shown, all of it or nothing."""
    return {"applied": await asyncio.to_thread(imports.apply, principal, token)}


@router.get("/{task_id}")
async def show_task(task_id: str, principal: Reader, tasks: TasksDependency) -> dict[str, Any]:
    return {"task": detail_json(await asyncio.to_thread(tasks.detail, principal, task_id))}


@router.patch("/{task_id}")
async def change_task(task_id: str, body: TaskChange, principal: Supervisor, tasks: TasksDependency) -> dict[str, Any]:
    """Write what the report does not say."""
    return {"task": detail_json(await asyncio.to_thread(tasks.change, principal, task_id, body.version, body.given()))}


@router.post("/{task_id}/progress")
async def add_progress(task_id: str, body: ProgressBody, principal: Supervisor, tasks: TasksDependency) -> dict[str, Any]:
    """Record how the task stood on a day, with its evidence."""
    return {"task": detail_json(await asyncio.to_thread(tasks.add_progress, principal, task_id, body.new()))}


@router.delete("/{task_id}/progress/{progress_id}")
async def withdraw_progress(task_id: str, progress_id: int, principal: Supervisor, tasks: TasksDependency) -> dict[str, Any]:
    """Let an entry count no more; it stays to be seen."""
    return {"task": detail_json(await asyncio.to_thread(tasks.withdraw_progress, principal, task_id, progress_id))}


async def _receive(request: Request, file: IO[bytes]) -> None:
    """Write the body into the file. Raises TaskFileRefused as soon as it is too large, announced or not."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > MAX_FILE_BYTES:
        raise TaskFileRefused("too_large")
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > MAX_FILE_BYTES:
            raise TaskFileRefused("too_large")
        file.write(chunk)
