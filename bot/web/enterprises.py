"""The desk's API for enterprises, the people who speak for them, and invitations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from bot.business.identity import ROLE_TITLES, EnterpriseRole
from bot.business.invitation import plain_credit_code, state_of
from bot.persistence.cases import CaseQuery
from bot.persistence.enterprise_tables import BindingRow, InvitationRow
from bot.services.cases import Cases
from bot.services.enterprises import Detail, Enterprises, Listed
from bot.services.identity import Identity
from bot.services.invitations import Invitations
from bot.web.case_json import card_json
from bot.web.session import Reader, Talker

CASES_SHOWN = 50
BIND_PAGE = "/identity/bind"
router = APIRouter(prefix="/api/desk", tags=["enterprises"])


class NewEnterprise(BaseModel):
    credit_code: str = Field(max_length=64)
    name: str = Field(max_length=256)
    district: str | None = Field(None, max_length=64)


class NewInvitationBody(BaseModel):
    role: str = Field(max_length=32)
    person_name: str = Field("", max_length=128)


@router.get("/enterprises")
async def list_enterprises(
    request: Request, principal: Reader, q: Annotated[str, Query(max_length=200)] = "", before: str | None = None
) -> dict[str, Any]:
    """Return enterprises by name, those first whose name begins with the words; `next` is given back as `before`."""
    found, after = await asyncio.to_thread(_enterprises(request).list_for, principal, q, before)
    return {"enterprises": [_listed_json(each) for each in found], "next": after}


@router.post("/enterprises", status_code=201)
async def add_enterprise(request: Request, principal: Talker, body: NewEnterprise) -> dict[str, Any]:
    add = _enterprises(request).add
    return {"enterprise": _listed_json(await asyncio.to_thread(add, principal, body.credit_code, body.name, body.district))}


@router.get("/enterprises/{credit_code}")
async def show_enterprise(request: Request, principal: Reader, credit_code: str) -> dict[str, Any]:
    """Return one enterprise with its people, invitations and newest cases."""
    cases: Cases = request.app.state.cases
    detail = await asyncio.to_thread(_enterprises(request).get, principal, credit_code)
    query = CaseQuery(box="all", credit_code=detail.enterprise.credit_code)
    page = await asyncio.to_thread(cases.list_page, principal, query, None, CASES_SHOWN)
    shown = [card_json(case, cases.work) for case in page.cases]
    return {"enterprise": {**_detail_json(detail, request.app.state.now()), "cases": shown}}


@router.post("/enterprises/{credit_code}/invitations", status_code=201)
async def issue_invitation(request: Request, principal: Talker, credit_code: str, body: NewInvitationBody) -> dict[str, Any]:
    """Issue a code for one person. It is shown here and nowhere else."""
    issue, code = _invitations(request).issue, plain_credit_code(credit_code)
    new = await asyncio.to_thread(issue, principal, code, body.role, body.person_name)
    base = request.app.state.public_url or str(request.base_url).rstrip("/")
    link = f"{base}{BIND_PAGE}#{new.code.value}"
    return {"invitation": {"id": new.id, "code": new.code.value, "link": link, "expires_at": new.expires_at.isoformat()}}


@router.delete("/invitations/{invitation_id}", status_code=204)
async def revoke_invitation(request: Request, principal: Talker, invitation_id: str) -> None:
    await asyncio.to_thread(_invitations(request).revoke, principal, invitation_id)


@router.delete("/bindings/{binding_id}", status_code=204)
async def revoke_binding(request: Request, principal: Talker, binding_id: str) -> None:
    """End somebody's binding; they are told so in their chat."""
    identity: Identity = request.app.state.identity
    await asyncio.to_thread(identity.revoke, principal, binding_id)


def _enterprises(request: Request) -> Enterprises:
    enterprises: Enterprises = request.app.state.enterprises
    return enterprises


def _invitations(request: Request) -> Invitations:
    invitations: Invitations = request.app.state.invitations
    return invitations


def _listed_json(listed: Listed) -> dict[str, Any]:
    row = listed.enterprise
    return {
        "credit_code": row.credit_code,
        "name": row.name,
        "district": row.district,
        "cases": listed.cases,
        "bindings": listed.bindings,
    }


def _detail_json(detail: Detail, now: datetime) -> dict[str, Any]:
    row = detail.enterprise
    return {
        "credit_code": row.credit_code,
        "name": row.name,
        "district": row.district,
        "created_by": _called(row.created_by, detail.names),
        "created_at": row.created_at.isoformat(),
        "bindings": [_binding_json(binding) for binding in detail.bindings],
        "invitations": [_invitation_json(invitation, detail.names, now) for invitation in detail.invitations],
    }


def _binding_json(row: BindingRow) -> dict[str, Any]:
    """Without the holder: an openid is nobody's business at the desk."""
    return {
        "id": row.id,
        "channel": row.holder.partition(":")[0].replace("conversation", "widget"),
        "role": row.role,
        "role_title": ROLE_TITLES[EnterpriseRole(row.role)],
        "person_name": row.person_name,
        "method": row.method,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
    }


def _invitation_json(row: InvitationRow, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "role": row.role,
        "role_title": ROLE_TITLES[EnterpriseRole(row.role)],
        "person_name": row.person_name,
        "created_by": _called(row.created_by, names),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "state": state_of(row.used_at, row.revoked_at, row.expires_at, now),
    }


def _called(who: str, names: Mapping[str, str]) -> str:
    """Return what an account is called, or where else something came from."""
    username = who.removeprefix("agent:")
    return names.get(username, username) if username != who else {"cli": "命令行", "oidc": "统一登录"}.get(who, who)
