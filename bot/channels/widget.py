"""The web widget's channel: HTTP and WebSocket in, chat service, JSON out."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field

from bot.errors import ConversationNotFound, StoreUnavailable
from bot.persistence.tables import MessageRow
from bot.services.chat import Chat, Turn
from bot.services.live import Happening, LiveEvents

CHANNEL = "widget"
POLL_S = 3.0
"""How often an open stream looks at the store without being told: another process may have written."""
HELLO_TIMEOUT_S = 10.0
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
    return turn_json(await chat.post(conversation_id, body.text, body.client_message_id, body.payload))


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: ConversationId, chat: ChatDependency, after: Annotated[str, Query()] = "0"
) -> dict[str, Any]:
    return turn_json(await chat.history(conversation_id, await chat.sequence_of(conversation_id, after)))


@router.websocket("/{conversation_id}/stream")
async def stream(websocket: WebSocket, conversation_id: str) -> None:
    """Send what is said, as it is said. The first frame from the client is {"type":"hello","token":…,"after":…}."""
    chat: Chat = websocket.app.state.chat
    await websocket.accept()
    try:
        after = await _greet(websocket, chat, conversation_id)
        await _Stream(websocket, chat, websocket.app.state.live, conversation_id, after).run()
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

    def __init__(self, websocket: WebSocket, chat: Chat, live: LiveEvents, conversation_id: str, after: int) -> None:
        self._websocket = websocket
        self._chat = chat
        self._live = live
        self._conversation_id = conversation_id
        self._after = after
        self._owner = ""

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
            await self._websocket.send_json({"type": "typing", "active": waiting.result().active})
            return
        await self._send_news()

    async def _send_news(self) -> None:
        try:
            turn = await self._chat.history(self._conversation_id, self._after)
        except StoreUnavailable:
            return  # the next look finds what was said meanwhile
        for message in turn.messages:
            await self._websocket.send_json({"type": "message", "message": message_json(message)})
            self._after = message.sequence
        if turn.owner != self._owner:
            self._owner = turn.owner
            await self._websocket.send_json({"type": "owner", "owner": turn.owner})

    async def _read_until_closed(self) -> None:
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            continue


def turn_json(turn: Turn) -> dict[str, Any]:
    return {"messages": [message_json(message) for message in turn.messages], "owner": turn.owner}


def message_json(message: MessageRow) -> dict[str, Any]:
    """Return the contract's Message."""
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
    if message.sender == "user":
        body["client_message_id"] = message.external_id
    return body
