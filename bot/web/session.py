"""Signing in and out of the desk, and who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from bot.business.roles import Permission, Principal, permissions_of
from bot.errors import PasswordChangeRequired
from bot.persistence import presences
from bot.persistence.database import Database
from bot.services import passwords, sessions
from bot.services.desk_settings import DeskSettings
from bot.settings import Secret

COOKIE = "yingshang_session"
router = APIRouter(prefix="/api/session", tags=["sign-in"])


class Credentials(BaseModel):
    username: str = Field(max_length=64)
    password: str = Field(max_length=1024)


class PasswordChange(BaseModel):
    old: str = Field(max_length=1024)
    new: str = Field(max_length=1024)


async def find_signed_in(connection: HTTPConnection, is_use: bool = True) -> Principal | None:
    """Return whose cookie came with a call or a WebSocket; `is_use` prolongs the session."""
    database, token = connection.app.state.database, _token_of(connection)
    return await asyncio.to_thread(sessions.find_principal, database, token, datetime.now(UTC), is_use)


async def signed_in_anyhow(request: Request) -> Principal:
    """Return who is signed in, also while they must change their password. Raises 401."""
    principal = await find_signed_in(request)
    if principal is None:
        raise HTTPException(401)
    return principal


async def signed_in(principal: Annotated[Principal, Depends(signed_in_anyhow)]) -> Principal:
    """Return who may use the desk. Raises 401, PasswordChangeRequired."""
    if principal.must_change_password:
        raise PasswordChangeRequired
    return principal


SignedIn = Annotated[Principal, Depends(signed_in)]


def requires(permission: Permission) -> Callable[..., Awaitable[Principal]]:
    """Return a dependency that lets through who may. What somebody else tried is written down, then refused."""

    async def check(request: Request, principal: SignedIn) -> Principal:
        if not principal.may(permission):
            tried, now = f"{request.method} {request.url.path}", datetime.now(UTC)
            await asyncio.to_thread(sessions.note_denied, request.app.state.database, principal.username, tried, now)
        principal.require(permission)
        return principal

    return check


async def signed_in_user(principal: SignedIn) -> str:
    return principal.username


CaseReader = Annotated[Principal, Depends(requires(Permission.CASES))]
"""Whoever may see cases: departments too. These five raise PermissionDenied beside what SignedIn raises."""
Reader = Annotated[Principal, Depends(requires(Permission.READ))]
Talker = Annotated[Principal, Depends(requires(Permission.TALK))]
Supervisor = Annotated[Principal, Depends(requires(Permission.SUPERVISE))]
Administrator = Annotated[Principal, Depends(requires(Permission.ADMINISTER))]
SignedInUser = Annotated[str, Depends(signed_in_user)]
SignedInAnyhow = Annotated[Principal, Depends(signed_in_anyhow)]


@router.post("")
async def sign_in(credentials: Credentials, request: Request, response: Response) -> dict[str, Any]:
    """Open a session in place of the one that the browser may have."""
    database: Database = request.app.state.database
    password = Secret(credentials.password)
    opened = await passwords.in_turn(sessions.sign_in, database, credentials.username, password, datetime.now(UTC))
    await asyncio.to_thread(sessions.sign_out, database, _token_of(request))
    response.set_cookie(COOKIE, opened.token.value, httponly=True, samesite="strict", secure=_comes_by_https(request), path="/")
    return await _me(request, opened.principal)


@router.get("")
async def show_me(request: Request, principal: SignedInAnyhow) -> dict[str, Any]:
    return await _me(request, principal)


@router.delete("", status_code=204)
async def sign_out(request: Request, response: Response) -> None:
    """End the session; who has left every desk takes no chats any more."""
    principal = await find_signed_in(request, is_use=False)
    await asyncio.to_thread(sessions.sign_out, request.app.state.database, _token_of(request))
    if principal is not None:
        await asyncio.to_thread(request.app.state.presences.sign_off, principal.username, datetime.now(UTC))
    response.delete_cookie(COOKIE, path="/")


@router.put("/password", status_code=204)
async def change_password(request: Request, principal: SignedInAnyhow, change: PasswordChange) -> None:
    """Change one's own password; one's other sessions end."""
    await passwords.in_turn(
        sessions.change_password,
        request.app.state.database,
        principal.username,
        Secret(change.old),
        Secret(change.new),
        _token_of(request),
        datetime.now(UTC),
    )


def _token_of(connection: HTTPConnection) -> Secret:
    return Secret(connection.cookies.get(COOKIE, ""))


def _comes_by_https(request: Request) -> bool:
    """Return whether the browser came by https: a proxy on this machine says so, or it is our public address."""
    public = urlsplit(request.app.state.public_url)
    return request.url.scheme == "https" or (public.scheme == "https" and request.headers.get("host") == public.netloc)


async def _me(request: Request, principal: Principal) -> dict[str, Any]:
    """Return the contract's Me."""
    desk: DeskSettings = request.app.state.desk_settings
    titles = {team.id: team.title for team in desk.teams}
    return {
        "username": principal.username,
        "display_name": principal.display_name,
        "role": principal.role,
        "department": _department(request, principal.department),
        "teams": [{"id": team, "title": titles.get(team, team)} for team in principal.teams],
        "skills": principal.skills,
        "languages": principal.languages,
        "capacity": principal.capacity,
        "must_change_password": principal.must_change_password,
        "presence": await asyncio.to_thread(_presence, request.app.state.database, principal.username),
        "permissions": permissions_of(principal.role),
    }


def _department(request: Request, department_id: str | None) -> dict[str, Any] | None:
    settings = request.app.state.cases.work.settings
    return {"id": department_id, "title": settings.title_of(department_id)} if department_id else None


def _presence(database: Database, username: str) -> dict[str, Any]:
    with database.session() as session:
        row = presences.find_presence(session, username)
        return {"state": row.state if row else presences.AWAY, "takes_automatically": bool(row and row.takes_automatically)}
