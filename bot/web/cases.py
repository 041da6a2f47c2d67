"""The desk's API of cases. Roles: whoever may see cases reads; who may talk files and changes; departments answer theirs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from bot.persistence.cases import CaseQuery, Cursor
from bot.services.case_draft import CaseDraft
from bot.services.cases import PAGE_AT_MOST, CaseDetail, Cases
from bot.web.case_json import card_json, detail_json, setup_json
from bot.web.session import CaseReader, Talker

router = APIRouter(prefix="/api/desk/cases", tags=["cases"])
LONG, SHORT = 20_000, 200
"""Characters of a field that are read at all; what is right is said by the service, in words."""


def cases_of(request: Request) -> Cases:
    cases: Cases = request.app.state.cases
    return cases


CasesDependency = Annotated[Cases, Depends(cases_of)]
Text = Annotated[str, Field(max_length=LONG)]
Word = Annotated[str, Field(max_length=SHORT)]
Box = Literal["open", "mine", "department", "waiting", "overdue", "closed", "all"]
Filter = Annotated[str, Query(max_length=SHORT)]


class Filing(BaseModel):
    type: Word = ""
    what: Text = ""
    title: Text = ""
    subject: Word | None = None
    district: Word | None = None
    place: Text = ""
    since: Text = ""
    wish: Text = ""
    contact_name: Text = ""
    contact_phone: Text = ""
    urgency: Word = "normal"
    credit_code: Word | None = None
    enterprise_name: Text = ""
    client_id: Word | None = None
    conversation_id: Word | None = None
    handover_id: int | None = None

    def draft(self, username: str) -> CaseDraft:
        given = self.model_dump(exclude={"conversation_id", "handover_id", "client_id"})
        links = (("handover", str(self.handover_id)),) if self.handover_id is not None else ()
        client_id = f"agent:{username}:{self.client_id}"[:128] if self.client_id and self.client_id.isprintable() else None
        return CaseDraft(**given, links=links, client_id=client_id)


class Editing(BaseModel):
    version: int
    type: Word | None = None
    subject: Word | None = None
    district: Word | None = None
    urgency: Word | None = None
    title: Text | None = None
    what: Text | None = None
    place: Text | None = None
    since: Text | None = None
    wish: Text | None = None
    contact_name: Text | None = None
    contact_phone: Text | None = None
    credit_code: Word | None = None
    enterprise_name: Text | None = None
    assignee: Word | None = None


class Changing(BaseModel):
    transition: Word
    version: int
    text: Text = ""
    department: Word | None = None
    result: Word | None = None


class Noting(BaseModel):
    text: Text


class Linking(BaseModel):
    kind: Word
    target: Word
    title: Text = ""


class Duplicates(BaseModel):
    credit_code: Word | None = None
    enterprise_name: Text = ""
    contact_phone: Text = ""
    what: Text = ""


@router.get("")
async def list_cases(
    principal: CaseReader,
    cases: CasesDependency,
    box: Box = "open",
    q: Filter = "",
    type: Filter = "",
    state: Filter = "",
    subject: Filter = "",
    district: Filter = "",
    department: Filter = "",
    urgency: Filter = "",
    credit_code: Filter = "",
    conversation_id: Filter = "",
    before: Filter = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = 50,
) -> dict[str, Any]:
    """Return one of the boxes; `before` is the `next` of the page before."""
    filters = (type, state, subject, district, department, urgency, credit_code.upper(), conversation_id)
    query = CaseQuery(box, q, *(each if each.isprintable() else "-" for each in filters))
    page = await asyncio.to_thread(cases.list_page, principal, query, _cursor(before), limit)
    return {
        "cases": [card_json(case, cases.work) for case in page.cases],
        "next": f"{page.next[0].isoformat()}|{page.next[1]}" if page.next else None,
        "counts": dict(page.counts),
    }


@router.get("/setup")
async def show_setup(request: Request, principal: CaseReader, cases: CasesDependency) -> dict[str, Any]:
    """Return what a page of cases needs once."""
    return setup_json(cases.work, await asyncio.to_thread(cases.list_agents), request.app.state.subject_titles)


@router.post("", status_code=201)
async def file_case(principal: Talker, cases: CasesDependency, body: Filing) -> dict[str, Any]:
    """File a case for an enterprise; the same client_id again is the same case."""
    draft = body.draft(principal.username)
    return _shown(await asyncio.to_thread(cases.file, principal, draft, body.conversation_id), cases, principal)


@router.post("/duplicates")
async def find_duplicates(principal: Talker, cases: CasesDependency, body: Duplicates) -> dict[str, Any]:
    """Return open cases of the same enterprise, name or phone, to look at before filing."""
    draft = CaseDraft("consult", **body.model_dump())
    found = await asyncio.to_thread(cases.find_duplicates, principal, draft)
    return {"cases": [card_json(case, cases.work) for case in found]}


@router.get("/{case_id}")
async def show_case(case_id: str, principal: CaseReader, cases: CasesDependency) -> dict[str, Any]:
    return _shown(await asyncio.to_thread(cases.detail, principal, case_id), cases, principal)


@router.patch("/{case_id}")
async def edit_case(case_id: str, principal: Talker, cases: CasesDependency, body: Editing) -> dict[str, Any]:
    """Correct what the case says. What is left out stays as it is."""
    changes = body.model_dump(exclude={"version"}, exclude_unset=True)
    return _shown(await asyncio.to_thread(cases.edit, principal, case_id, body.version, changes), cases, principal)


@router.post("/{case_id}/changes")
async def change_case(case_id: str, principal: CaseReader, cases: CasesDependency, body: Changing) -> dict[str, Any]:
    """Take the case to its next state; `version` is the one that was looked at."""
    found = await asyncio.to_thread(
        cases.change, principal, case_id, body.transition, body.version, body.text, body.department, body.result
    )
    return _shown(found, cases, principal)


@router.post("/{case_id}/notes")
async def add_note(case_id: str, principal: CaseReader, cases: CasesDependency, body: Noting) -> dict[str, Any]:
    return _shown(await asyncio.to_thread(cases.note, principal, case_id, body.text), cases, principal)


@router.post("/{case_id}/links")
async def add_link(case_id: str, principal: Talker, cases: CasesDependency, body: Linking) -> dict[str, Any]:
    found = await asyncio.to_thread(cases.link, principal, case_id, body.kind, body.target, body.title)
    return _shown(found, cases, principal)


@router.delete("/{case_id}/links/{link_id}")
async def remove_link(case_id: str, link_id: int, principal: Talker, cases: CasesDependency) -> dict[str, Any]:
    return _shown(await asyncio.to_thread(cases.unlink, principal, case_id, link_id), cases, principal)


def _shown(detail: CaseDetail, cases: Cases, principal: Any) -> dict[str, Any]:
    return {"case": detail_json(detail, cases.work, principal)}


def _cursor(text: str) -> Cursor | None:
    """Return where a page begins; what is not one of ours begins at the start."""
    at, _, case_id = text.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC), case_id) if case_id.isprintable() else None
