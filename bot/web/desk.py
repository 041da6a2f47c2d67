"""The desk's API: conversations, and what agents and supervisors do with them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from bot.business.roles import Principal
from bot.channels.files import file_response
from bot.errors import ConversationNotFound
from bot.persistence.desk_lists import Cursor
from bot.services.channel_users import ChannelUsers
from bot.services.desk import Desk
from bot.services.desk_access import seen_by
from bot.services.desk_board import DeskBoard
from bot.services.desk_reading import PAGE_AT_MOST, DeskReading
from bot.services.desk_settings import DeskSettings
from bot.web.desk_json import detail_json, entry_json, note_json, passage_json, said_json
from bot.web.session import Reader, Talker

router = APIRouter(prefix="/api/desk", tags=["desk"])


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def reading_of(request: Request) -> DeskReading:
    reading: DeskReading = request.app.state.desk_reading
    return reading


def board_of(request: Request) -> DeskBoard:
    board: DeskBoard = request.app.state.desk_board
    return board


def settings_of(request: Request) -> DeskSettings:
    settings: DeskSettings = request.app.state.desk_settings
    return settings


DeskDependency = Annotated[Desk, Depends(desk_of)]
Reading = Annotated[DeskReading, Depends(reading_of)]
Board = Annotated[DeskBoard, Depends(board_of)]
Settings = Annotated[DeskSettings, Depends(settings_of)]
Limit = Annotated[int, Query(ge=1, le=PAGE_AT_MOST)]


class Assignment(BaseModel):
    username: str = Field(max_length=64)


class Transfer(BaseModel):
    username: str | None = Field(default=None, max_length=64)
    team: str | None = Field(default=None, max_length=32)
    note: str = ""


class ReturnToBot(BaseModel):
    hint: str = ""
    passage: str | None = Field(default=None, max_length=200)


class Closing(BaseModel):
    result: str = Field(max_length=32)
    note: str = ""
    survey: bool = True


class Saying(BaseModel):
    text: str
    client_message_id: str = Field(min_length=1)
    passages: list[str] = Field(default_factory=list, max_length=10)


class Noting(BaseModel):
    text: str


class Tagging(BaseModel):
    tags: list[str] = Field(max_length=50)


class Done(BaseModel):
    note: str = ""


@router.get("/conversations")
async def list_conversations(
    principal: Reader,
    reading: Reading,
    board: Board,
    settings: Settings,
    kind: Annotated[Literal["queue", "mine", "all", "closed", "unattended"], Query(alias="list")] = "queue",
    q: str = "",
    before: str = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return one of the desk's lists; `before` is the `next` of the page before."""
    page = await asyncio.to_thread(reading.list_page, principal, kind, q, _cursor(before), limit)
    return {
        "entries": [entry_json(card, page.names, board.queue, settings) for card in page.cards],
        "next": f"{page.next[0].isoformat()}|{page.next[1]}" if page.next else None,
        "counts": counts_json(principal, board, settings),
    }


@router.get("/conversations/{conversation_id}")
async def show_conversation(
    request: Request,
    conversation_id: str,
    principal: Reader,
    reading: Reading,
    board: Board,
    settings: Settings,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    limit: Limit = 60,
) -> dict[str, Any]:
    """Return the conversation with its newest messages, or those before a number."""
    detail = await asyncio.to_thread(reading.detail, principal, conversation_id, before, limit)
    delivery = await _delivery(request, conversation_id) if detail.card.conversation.channel != "widget" else None
    return detail_json(detail, board.queue, settings) | {"delivery": delivery}


@router.post("/conversations/{conversation_id}/take")
async def take(request: Request, conversation_id: str, principal: Talker, desk: DeskDependency) -> dict[str, Any]:
    """Take a conversation that waits, or step into one that the bot has. 409 names who was faster."""
    await asyncio.to_thread(desk.take, principal, conversation_id)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/assign")
async def assign(
    request: Request, conversation_id: str, body: Assignment, principal: Talker, desk: DeskDependency
) -> dict[str, Any]:
    """(supervisors) Give the conversation to an agent, whoever has it."""
    await asyncio.to_thread(desk.assign, principal, conversation_id, body.username)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/transfer")
async def transfer(
    request: Request, conversation_id: str, body: Transfer, principal: Talker, desk: DeskDependency
) -> dict[str, Any]:
    """Pass a chat of one's own to another agent, or to a team's queue."""
    if body.username is not None:
        await asyncio.to_thread(desk.transfer, principal, conversation_id, body.username, body.note)
    else:
        await asyncio.to_thread(desk.transfer_to_team, principal, conversation_id, body.team or "", body.note)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/return")
async def return_to_bot(
    request: Request, conversation_id: str, body: ReturnToBot, principal: Talker, desk: DeskDependency
) -> dict[str, Any]:
    """Give a chat of one's own back to the bot, with a hint what comes next."""
    await asyncio.to_thread(desk.return_to_bot, principal, conversation_id, body.hint, body.passage)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/close")
async def close(request: Request, conversation_id: str, body: Closing, principal: Talker, desk: DeskDependency) -> dict[str, Any]:
    """End a chat with its result; the user is asked how it was."""
    await asyncio.to_thread(desk.close, principal, conversation_id, body.result, body.note, body.survey)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/done")
async def mark_done(
    request: Request, conversation_id: str, body: Done, principal: Talker, desk: DeskDependency
) -> dict[str, Any]:
    """A request that nobody was there for was dealt with in another way."""
    await asyncio.to_thread(desk.mark_done, principal, conversation_id, body.note)
    return await _entry(request, principal, conversation_id)


@router.post("/conversations/{conversation_id}/messages")
async def say(conversation_id: str, body: Saying, principal: Talker, desk: DeskDependency, reading: Reading) -> dict[str, Any]:
    """Write to the user. The same client_message_id again is the same message."""
    message = await asyncio.to_thread(desk.say, principal, conversation_id, body.text, body.client_message_id, body.passages)
    return {"message": said_json(*await asyncio.to_thread(reading.said_of, message))[0]}


@router.post("/conversations/{conversation_id}/notes")
async def add_note(conversation_id: str, body: Noting, principal: Talker, desk: DeskDependency) -> dict[str, Any]:
    """Leave a note for colleagues."""
    note = await asyncio.to_thread(desk.note, principal, conversation_id, body.text)
    return {"note": note_json(note, principal.display_name)}


@router.put("/conversations/{conversation_id}/tags")
async def set_tags(
    request: Request, conversation_id: str, body: Tagging, principal: Talker, desk: DeskDependency
) -> dict[str, Any]:
    await asyncio.to_thread(desk.tag, principal, conversation_id, body.tags)
    return await _entry(request, principal, conversation_id)


@router.get("/conversations/{conversation_id}/attachments/{attachment_id}")
async def show_attachment(conversation_id: str, attachment_id: str, principal: Reader, reading: Reading) -> Response:
    """Return a file that the user sent."""
    if not attachment_id.isprintable():  # PostgreSQL refuses NUL in a text
        raise ConversationNotFound(conversation_id)
    return file_response(await asyncio.to_thread(reading.attachment, principal, conversation_id, attachment_id))


@router.get("/conversations/{conversation_id}/delivery")
async def show_delivery(request: Request, conversation_id: str, principal: Reader, reading: Reading) -> dict[str, Any]:
    """Return whether the user can be reached on their platform, what may still be sent, and what did not get through.

    404 for a conversation that did not come from a platform.
    """
    await asyncio.to_thread(reading.check_may_follow, principal, conversation_id)
    users: ChannelUsers = request.app.state.channel_users
    failures = await asyncio.to_thread(users.failures, conversation_id)
    return await _delivery(request, conversation_id) | {"failures": [asdict(failure) for failure in failures]}


@router.get("/articles")
async def find_articles(
    principal: Reader, reading: Reading, q: str = "", limit: Annotated[int, Query(ge=1, le=20)] = 8
) -> dict[str, Any]:
    """Return the passages, tasks and notes nearest to the words."""
    return {"passages": [passage_json(row) for row in await asyncio.to_thread(reading.find_passages, principal, q, limit)]}


def counts_json(principal: Principal, board: DeskBoard, settings: DeskSettings) -> dict[str, int]:
    """Return how many conversations are in the lists that call for somebody."""
    teams = seen_by(principal, settings).teams
    queue = board.queue
    return {
        "queue": sum(n for team, n in queue.waiting.items() if teams is None or team in teams),
        "mine": queue.loads.get(principal.username, 0),
        "unattended": sum(n for team, n in queue.unattended.items() if teams is None or team in teams),
    }


async def _entry(request: Request, principal: Principal, conversation_id: str) -> dict[str, Any]:
    card, names = await asyncio.to_thread(reading_of(request).card, principal, conversation_id)
    return {"entry": entry_json(card, names, board_of(request).queue, settings_of(request))}


async def _delivery(request: Request, conversation_id: str) -> dict[str, Any]:
    users: ChannelUsers = request.app.state.channel_users
    recipient = await users.recipient(conversation_id)
    return {
        "is_subscribed": recipient.is_subscribed,
        "may_send": await users.may_account_send(),
        "left": recipient.left,
        "left_until": recipient.left_until.isoformat() if recipient.left_until else None,
    }


def _cursor(before: str) -> Cursor | None:
    """Return the place that a `next` names, None for the beginning or for what is no such place."""
    at, _, conversation_id = before.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC), conversation_id) if conversation_id.isprintable() else None
