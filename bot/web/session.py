"""Signing in and out of the desk."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.services import accounts
from bot.settings import Secret

COOKIE = "yingshang_session"
router = APIRouter(prefix="/api/session", tags=["sign-in"])


class Credentials(BaseModel):
    username: str = Field(max_length=64)
    password: str = Field(max_length=1024)


@router.post("")
async def sign_in(credentials: Credentials, request: Request, response: Response) -> dict[str, str]:
    token = await asyncio.to_thread(
        accounts.sign_in,
        request.app.state.database,
        credentials.username,
        Secret(credentials.password),
        datetime.now(UTC),
    )
    response.set_cookie(COOKIE, token.value, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
    return {"username": credentials.username}


@router.delete("", status_code=204)
async def sign_out(request: Request, response: Response, session: Annotated[str, Cookie(alias=COOKIE)] = "") -> None:
    await asyncio.to_thread(accounts.sign_out, request.app.state.database, Secret(session), datetime.now(UTC))
    response.delete_cookie(COOKIE, path="/")


async def signed_in_user(request: Request, session: Annotated[str, Cookie(alias=COOKIE)] = "") -> str:
    """Return who is signed in. Raises 401."""
    user = await asyncio.to_thread(accounts.find_signed_in, request.app.state.database, Secret(session), datetime.now(UTC))
    if user is None:
        raise HTTPException(401)
    return user


SignedInUser = Annotated[str, Depends(signed_in_user)]
