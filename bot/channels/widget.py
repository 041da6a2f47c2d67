"""The web widget's channel: HTTP and WebSocket in, chat service, JSON out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field

from bot.business.ownership import QUEUE
from bot.channels.files import file_response
from bot.errors import ConversationNotFound, StoreUnavailable
from bot.persistence.tables import AttachmentRow, MessageRow
from bot.services.attachments import Attachments
from bot.services.availability import Place
from bot.services.chat import Chat, Turn
from bot.services.desk_board import DeskBoard
from bot.services.live import Happening, LiveEvents
from bot.services.outbox import Delivery, Packet

CHANNEL = "widget"
POLL_S = 20.0
"""How often an open stream looks at the store without being told: another process may have written, and Redis lost the word.
Hundreds of users who wait look this often while nothing happens."""
HELLO_TIMEOUT_S = 10.0
MAX_FRAME = 1_000
TYPING_EVERY_S = 1.0
"""How often a page may say that its user goes on typing."""
CLOSE_BAD_TOKEN = 4401
CLOSE_TRY_AGAIN = 1013
router = APIRouter(prefix="/api/chat/conversations", tags=["chat"])


class StartConversation(BaseModel):
    pass


class PostMessage(BaseModel):
    text: str
    client_message_id: str = Field(min_length=1)
    payload: str | None = None


def chat_of(request: Request) -> Chat:
    chat: Chat = request.app.state.chat
    return chat


async def token_checked(
    conversation_id: str,
    chat: Annotated[Chat, Depends(chat_of)],
    authorization: Annotated[str, Header()] = "",
) -> str:
    """Return the conversation's id if the Bearer token is its key."""
    await chat.check_token(conversation_id, authorization.removeprefix("Bearer ").strip())
    return conversation_id


ChatDependency = Annotated[Chat, Depends(chat_of)]
ConversationId = Annotated[str, Depends(token_checked)]


@router.post("", status_code=201)
async def start_conversation(chat: ChatDependency, body: StartConversation | None = None) -> dict[str, str]:
    new = await chat.start(CHANNEL)
    return {"conversation_id": new.conversation_id, "token": new.token}


@router.post("/{conversation_id}/messages")
async def post_message(conversation_id: ConversationId, body: PostMessage, chat: ChatDependency) -> dict[str, Any]:
    return turn_json(await chat.post(conversation_id, body.text, body.client_message_id, body.payload, CHANNEL))


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: ConversationId, chat: ChatDependency, after: Annotated[str, Query()] = "0"
) -> dict[str, Any]:
    return turn_json(await chat.history(conversation_id, await chat.sequence_of(conversation_id, after)))


@router.get("/{conversation_id}/attachments/{attachment_id}")
async def show_attachment(request: Request, conversation_id: ConversationId, attachment_id: str) -> Response:
    """Return a file that came with a message."""
    attachments: Attachments = request.app.state.attachments
    if not attachment_id.isprintable():  # PostgreSQL refuses NUL in a text
        raise ConversationNotFound(conversation_id)
    media = await asyncio.to_thread(attachments.read, conversation_id, attachment_id)
    return file_response(media)


@router.websocket("/{conversation_id}/stream")
async def stream(websocket: WebSocket, conversation_id: str) -> None:
    """Send what is said, as it is said. The first frame from the client is {"type":"hello","token":…,"after":…}."""
    chat: Chat = websocket.app.state.chat
    await websocket.accept()
    try:
        after = await _greet(websocket, chat, conversation_id)
        state = websocket.app.state
        await _Stream(websocket, chat, state.live, state.desk_board, conversation_id, after).run()
    except ConversationNotFound:
        await websocket.close(CLOSE_BAD_TOKEN, "conversation or token unknown")
    except StoreUnavailable:
        await websocket.close(CLOSE_TRY_AGAIN, "temporarily unavailable")
    except WebSocketDisconnect:
        return


async def _greet(websocket: WebSocket, chat: Chat, conversation_id: str) -> int:
    """Check the token from the header or the first frame; return the number after which the client wants messages."""
    token = websocket.headers.get("authorization", "").removeprefix("Bearer ").strip()
    after = websocket.query_params.get("after", "0")
    if not token:
        try:
            hello = await asyncio.wait_for(websocket.receive_json(), HELLO_TIMEOUT_S)
            token, after = str(hello["token"]), str(hello.get("after", 0))
        except (TimeoutError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ConversationNotFound(conversation_id) from None
    await chat.check_token(conversation_id, token)
    return await chat.sequence_of(conversation_id, after)


class _Stream:
    """One open stream: tells of messages after the last one told, of typing and of a change of owner."""

    def __init__(
        self, websocket: WebSocket, chat: Chat, live: LiveEvents, board: DeskBoard, conversation_id: str, after: int
    ) -> None:
        self._websocket = websocket
        self._chat = chat
        self._live = live
        self._board = board
        self._conversation_id = conversation_id
        self._after = after
        self._owner: tuple[str, bool] | None = None
        self._place: Place | None = None
        self._is_typing, self._typed_at = False, 0.0

    async def run(self) -> None:
        with self._live.listen(self._conversation_id) as happenings:
            reader = asyncio.create_task(self._read_until_closed())
            try:
                await self._send_news()
                while not reader.done():
                    await self._wait(happenings, reader)
            finally:
                reader.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await reader

    async def _wait(self, happenings: asyncio.Queue[Happening], reader: asyncio.Task[None]) -> None:
        waiting = asyncio.create_task(happenings.get())
        done, _ = await asyncio.wait({waiting, reader}, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
            if reader in done:
                return
        elif waiting.result().kind == "typing":
            await self._send_typing(waiting.result())
            return
        elif waiting.result().kind == "queue":
            await self._send_place()
            return
        await self._send_news()

    async def _send_news(self) -> None:
        try:
            turn = await self._chat.history(self._conversation_id, self._after)
        except StoreUnavailable:
            return  # the next look finds what was said meanwhile
        for message in turn.messages:
            shown = message_json(message, turn.attachments.get(message.id), turn.names)
            await self._websocket.send_json({"type": "message", "message": shown})
            self._after = message.sequence
        if (turn.owner, turn.is_closed) != self._owner:
            self._owner = (turn.owner, turn.is_closed)
            frame = {"type": "owner", "owner": turn.owner, "agent_name": turn.agent_name, "is_closed": turn.is_closed}
            await self._websocket.send_json(frame)
        await self._send_place()

    async def _send_typing(self, happening: Happening) -> None:
        if happening.who != "user":
            await self._websocket.send_json({"type": "typing", "active": happening.active, "who": happening.who})

    async def _send_place(self) -> None:
        """Tell who waits where they are, as soon as that is known and when it changes."""
        place = self._board.queue.places.get(self._conversation_id) if self._owner and self._owner[0] == QUEUE else None
        if place is not None and place != self._place:
            wait_s = int(place.wait.total_seconds()) if place.wait else None
            frame = {"type": "queue", "position": place.position, "expected_wait_s": wait_s, "team": place.team}
            await self._websocket.send_json(frame)
        self._place = place

    async def _read_until_closed(self) -> None:
        while (frame := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._hear(frame.get("text") or "")

    def _hear(self, text: str) -> None:
        """Take note that the user is typing; whatever else a page may say is said by HTTP."""
        try:
            said = json.loads(text[:MAX_FRAME])
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict) or said.get("type") != "typing":
            return
        active, now = said.get("active") is True, time.monotonic()
        if active != self._is_typing or now - self._typed_at > TYPING_EVERY_S:
            self._is_typing, self._typed_at = active, now
            self._live.tell(self._conversation_id, Happening("typing", active=active, who="user"))


def turn_json(turn: Turn) -> dict[str, Any]:
    shown = [message_json(message, turn.attachments.get(message.id), turn.names) for message in turn.messages]
    return {"messages": shown, "owner": turn.owner}


def message_json(
    message: MessageRow, attachment: AttachmentRow | None = None, names: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the contract's Message; `names`: what agents are called."""
    body: dict[str, Any] = {
        "id": message.id,
        "sequence": message.sequence,
        "sender": message.sender,
        "text": message.text,
        "at": message.at.isoformat(),
        "buttons": message.buttons or [],
        "sources": message.sources or [],
        "band": message.band,
        "intent": message.intent,
    }
    if message.author is not None:
        body["author_name"] = names.get(message.author, "")
    if message.sender == "user":
        body["client_message_id"] = message.external_id
    if attachment is not None:
        body["attachments"] = [_attachment_json(attachment)]
    return body


def _attachment_json(attachment: AttachmentRow) -> dict[str, Any]:
    path = f"/api/chat/conversations/{attachment.conversation_id}/attachments/{attachment.id}"
    return {
        "kind": attachment.kind,
        "state": attachment.state,
        "url": path if attachment.state == "stored" else None,
        "size_bytes": attachment.size_bytes,
    }


class WidgetDelivery:
    """The widget's side of the outbox: open streams are told to look, closed ones find it in the history."""

    def __init__(self, live: LiveEvents) -> None:
        self._live = live

    def pack(self, delivery: Delivery) -> list[Packet]:
        return [Packet(None, tuple(message.message_id for message in delivery.messages))]

    async def send(self, delivery: Delivery, packet: Packet) -> None:
        self._live.tell(delivery.conversation_id, Happening("message"))
