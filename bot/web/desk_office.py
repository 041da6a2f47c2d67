"""The desk's API around the conversations: set-up, presence, canned replies, the supervisor's overview."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot.persistence.tables import CannedReplyRow
from bot.services.canned_replies import CannedReplies, Wording
from bot.services.desk_reading import DeskReading
from bot.services.desk_settings import REASON_TITLES, Team
from bot.services.overview import Overviews
from bot.services.presence import Presences
from bot.web.session import Reader, Talker

router = APIRouter(prefix="/api/desk", tags=["desk"])


class PresenceChange(BaseModel):
    state: str = Field(max_length=16)
    takes_automatically: bool = False


class CannedReplyBody(BaseModel):
    shortcut: str = Field(max_length=100)
    title: str = Field(max_length=200)
    text: str
    shared: bool = False

    def wording(self) -> Wording:
        return Wording(self.shortcut, self.title, self.text)


def canned_replies_of(request: Request) -> CannedReplies:
    replies: CannedReplies = request.app.state.canned_replies
    return replies


Replies = Annotated[CannedReplies, Depends(canned_replies_of)]


@router.get("/setup")
async def show_setup(request: Request, principal: Reader) -> dict[str, Any]:
    """Return what a desk needs once: teams, words for codes, colleagues."""
    state = request.app.state
    reading: DeskReading = state.desk_reading
    settings = state.desk_settings
    agents = await asyncio.to_thread(reading.list_agents, principal)
    return {
        "teams": [_team_json(team) for team in settings.teams],
        "reasons": dict(REASON_TITLES),
        "results": dict(settings.results),
        "tags": list(settings.tags),
        "agents": agents,
        "subjects": dict(state.subject_titles),
        "now": state.now().isoformat(),
    }


@router.put("/presence")
async def change_presence(request: Request, principal: Talker, body: PresenceChange) -> dict[str, Any]:
    """Say whether one takes chats, and whether they may be given without asking."""
    presences: Presences = request.app.state.presences
    changed = await asyncio.to_thread(presences.change, principal, body.state, body.takes_automatically)
    return {"presence": asdict(changed)}


@router.get("/canned-replies")
async def list_canned_replies(principal: Reader, replies: Replies) -> dict[str, Any]:
    found = await asyncio.to_thread(replies.list_for, principal)
    return {"replies": [_reply_json(row) for row in found]}


@router.post("/canned-replies", status_code=201)
async def add_canned_reply(principal: Talker, replies: Replies, body: CannedReplyBody) -> dict[str, Any]:
    """Add a reply of one's own or, for supervisors, a shared one."""
    return {"reply": _reply_json(await asyncio.to_thread(replies.add, principal, body.wording(), body.shared))}


@router.put("/canned-replies/{reply_id}")
async def change_canned_reply(reply_id: int, principal: Talker, replies: Replies, body: CannedReplyBody) -> dict[str, Any]:
    changed = await asyncio.to_thread(replies.change, principal, reply_id, body.wording(), body.shared)
    return {"reply": _reply_json(changed)}


@router.delete("/canned-replies/{reply_id}", status_code=204)
async def remove_canned_reply(reply_id: int, principal: Talker, replies: Replies) -> None:
    await asyncio.to_thread(replies.remove, principal, reply_id)


@router.get("/overview")
async def show_overview(request: Request, principal: Reader) -> dict[str, Any]:
    """Return the live figures of teams and agents. For supervisors, admins and read-only accounts."""
    overviews: Overviews = request.app.state.overviews
    return asdict(await asyncio.to_thread(overviews.read, principal))


def _team_json(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "title": team.title,
        "hours": team.hours.weekly_text,
        "promised_wait_s": team.promised_wait_s,
        "next": team.next_team,
    }


def _reply_json(row: CannedReplyRow) -> dict[str, Any]:
    return {"id": row.id, "owner": row.owner, "shortcut": row.shortcut, "title": row.title, "text": row.text}
