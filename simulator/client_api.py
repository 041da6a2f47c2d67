"""What the page calls beside the phone: state, stream, log, and what can be switched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from simulator.accounts import Mode
from simulator.errors import ApiRefused, FaultInvalid, NotFollowing, SimulatorError, UploadRefused, UserUnknown
from simulator.journal import Signal
from simulator.platform_api import platform_of

HEARTBEAT_S = 15.0
STATUS = {UserUnknown: 404, NotFollowing: 409, UploadRefused: 422, FaultInvalid: 422}
SENTENCES = {UserUnknown: "没有这个用户，请刷新页面", NotFollowing: "请先关注公众号", FaultInvalid: "这项故障设置无效"}
router = APIRouter(prefix="/simulator")


class AccountChange(BaseModel):
    has_customer_service: bool | None = None
    mode: Mode | None = None


def explained(_: Request, error: Exception) -> JSONResponse:
    """Answer a SimulatorError with a sentence for people."""
    assert isinstance(error, SimulatorError)
    sentence = error.reason if isinstance(error, UploadRefused) else SENTENCES.get(type(error), "操作失败")
    code = "".join("_" + letter.lower() if letter.isupper() else letter for letter in type(error).__name__).lstrip("_")
    return JSONResponse({"error": {"code": code, "message": sentence}}, STATUS.get(type(error), 400))


@router.get("/state")
async def state(request: Request, openid: str = "") -> dict[str, Any]:
    """Everything the page shows; without a known openid no bubbles and an empty quota."""
    platform = platform_of(request)
    account, user = platform.account, platform.users.get(openid)
    names = ("name", "app_id", "mode", "has_customer_service", "callback_url")
    nothing = {"left": 0, "until": None}
    return {
        "account": {name: getattr(account, name) for name in names},
        "users": [each.as_json() for each in platform.users.values()],
        "menu": platform.menu,
        "faults": platform.faults.as_json(),
        "quota": user.quota.as_json(platform.clock()) if user else {"message": nothing, "event": nothing},
        "bubbles": [bubble.as_json() for bubble in user.bubbles] if user else [],
    }


@router.get("/stream")
async def stream(request: Request, openid: str = "") -> StreamingResponse:
    return StreamingResponse(_signals(request, openid), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get("/log")
async def log(request: Request, after: int = 0) -> dict[str, Any]:
    journal = platform_of(request).journal
    return {"entries": [entry.as_json() for entry in journal.after(after)], "counters": dict(journal.counters)}


@router.put("/faults")
async def set_faults(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """Set the named faults; the others stay."""
    faults = platform_of(request).faults
    faults.change(given)
    return faults.as_json()


@router.put("/account")
async def change_account(request: Request, given: AccountChange) -> dict[str, Any]:
    account = platform_of(request).account
    if given.has_customer_service is not None:
        account.has_customer_service = given.has_customer_service
    if given.mode is not None:
        account.mode = given.mode
    return {"mode": account.mode, "has_customer_service": account.has_customer_service}


@router.get("/media/{media_id}")
async def media(request: Request, media_id: str) -> Response:
    try:
        found = platform_of(request).media.get(media_id)
    except ApiRefused:
        return Response(status_code=404)
    return Response(found.content, media_type=found.content_type, headers={"X-Content-Type-Options": "nosniff"})


@router.post("/reset")
async def reset(request: Request) -> dict[str, Any]:
    platform_of(request).reset()
    return {}


async def _signals(request: Request, openid: str) -> AsyncIterator[str]:
    with platform_of(request).listeners.listen(openid) as queue:
        yield ": open\n\n"
        while not await request.is_disconnected():
            yield await _next_line(queue)


async def _next_line(queue: asyncio.Queue[Signal]) -> str:
    """Return the next signal as an event; a comment when there has been none for a while."""
    try:
        signal = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
    except TimeoutError:
        return ": still here\n\n"
    return f"event: {signal.kind}\ndata: {json.dumps(signal.data, ensure_ascii=False)}\n\n"
