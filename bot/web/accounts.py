"""Accounts, for those who may administer them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from bot.errors import AccountInvalid
from bot.services import accounts, passwords
from bot.services.accounts import Account, AccountChange, KnownNames
from bot.services.desk_settings import DeskSettings
from bot.web.session import Administrator

MAX_NAMES = 100
"""Teams, skills or languages of one account."""
router = APIRouter(prefix="/api/desk/accounts", tags=["accounts"])


class Change(BaseModel):
    """What is left out, or null, stays as it is."""

    username: str | None = Field(None, max_length=64)
    display_name: str | None = Field(None, max_length=128)
    role: str | None = Field(None, max_length=16)
    department: str | None = Field(None, max_length=64)
    teams: list[str] | None = Field(None, max_length=MAX_NAMES)
    skills: list[str] | None = Field(None, max_length=MAX_NAMES)
    languages: list[str] | None = Field(None, max_length=MAX_NAMES)
    capacity: int | None = None
    disabled: bool | None = None

    def given(self) -> AccountChange:
        return AccountChange(**self.model_dump(exclude={"username"}))


@router.get("")
async def list_accounts(request: Request, principal: Administrator) -> dict[str, Any]:
    found = await asyncio.to_thread(accounts.list_accounts, request.app.state.database)
    return {"accounts": [_json(account) for account in found]}


@router.post("", status_code=201)
async def create_account(request: Request, principal: Administrator, body: Change) -> dict[str, Any]:
    """Create an account with a one-time password, which is shown here and nowhere else."""
    database, known = request.app.state.database, _known(request)
    new = await passwords.in_turn(accounts.create_account, database, body.username or "", body.given(), known, datetime.now(UTC))
    return {"account": _json(new.account), "password": new.password.value}


@router.patch("/{username}")
async def change_account(request: Request, principal: Administrator, username: str, body: Change) -> dict[str, Any]:
    """Change what the body names. Disabling ends the account's sessions."""
    if body.username not in (None, username):
        raise AccountInvalid("username", "stays for ever: conversations name it")
    database, known = request.app.state.database, _known(request)
    return {"account": _json(await asyncio.to_thread(accounts.change_account, database, username, body.given(), known))}


@router.post("/{username}/password")
async def reset_password(request: Request, principal: Administrator, username: str) -> dict[str, Any]:
    """Give the account a new one-time password; its sessions, and a lock after wrong passwords, end."""
    password = await passwords.in_turn(accounts.reset_password, request.app.state.database, username)
    return {"password": password.value}


def _known(request: Request) -> KnownNames:
    desk: DeskSettings = request.app.state.desk_settings
    departments = [each.id for each in request.app.state.cases.work.settings.departments]
    return KnownNames([team.id for team in desk.teams], list(request.app.state.subject_titles), departments)


def _json(account: Account) -> dict[str, Any]:
    seen_at = account.last_seen_at.isoformat() if account.last_seen_at else None
    return {**asdict(account), "created_at": account.created_at.isoformat(), "last_seen_at": seen_at}
