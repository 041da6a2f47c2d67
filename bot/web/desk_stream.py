"""The desk's live stream: cards of conversations as they change, and what is said in those that are open on the screen.

A slow desk gets fewer, newer cards; of what is said it misses nothing, for that is read from the store in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from bot.business.roles import Permission, Principal
from bot.errors import ConversationNotFound, StoreConflict, StoreUnavailable
from bot.persistence.desk_lists import Card
from bot.services.desk_access import seen_by
from bot.services.desk_board import DeskBoard, News
from bot.services.desk_reading import DeskReading
from bot.services.desk_settings import DeskSettings
from bot.services.live import Happening, LiveEvents
from bot.services.presence import Presences
from bot.web.cross_site import is_own_origin
from bot.web.desk import counts_json
from bot.web.desk_json import delivery_json, entry_json, note_json, said_json
from bot.web.session import find_signed_in

logger = logging.getLogger(__name__)
CLOSE_SIGNED_OUT, CLOSE_FORBIDDEN = 4401, 4403
OPEN_AT_MOST = 20
HEARTBEAT_S = 20.0
"""How often the session is looked at again, and the agent noted as there."""
POLL_S = 8.0
"""How often an open conversation is looked at without being told of anything."""
MAX_FRAME = 4_000
NEWS = frozenset({"message", "owner"})
"""Kinds of happenings after which something may have been said."""
router = APIRouter(prefix="/api/desk", tags=["desk"])


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Live events for one open desk. Closes with 4401 without a session, with 4403 from a foreign page or for
    an account that may not see chats."""
    await websocket.accept()
    if not is_own_origin(websocket.headers, websocket.app.state.public_url):
        await websocket.close(CLOSE_FORBIDDEN, "foreign origin")
        return
    principal = await find_signed_in(websocket)
    if principal is None or principal.must_change_password:
        await websocket.close(CLOSE_SIGNED_OUT, "not signed in")
        return
    if not principal.may(Permission.READ):  # somebody of a department: signing in again would not help
        await websocket.close(CLOSE_FORBIDDEN, "not allowed")
        return
    with contextlib.suppress(WebSocketDisconnect):
        await _DeskStream(websocket, principal).run()


class _DeskStream:
    """One open desk."""

    def __init__(self, websocket: WebSocket, principal: Principal) -> None:
        state = websocket.app.state
        self._websocket = websocket
        self._principal = principal
        self._settings: DeskSettings = state.desk_settings
        self._reading: DeskReading = state.desk_reading
        self._board: DeskBoard = state.desk_board
        self._live: LiveEvents = state.live
        self._presences: Presences = state.presences
        self._teams = seen_by(principal, self._settings).teams
        self._cards: dict[str, News] = {}
        """By conversation: the news that hold its card."""
        self._frames: list[dict[str, Any]] = []
        self._has_news = asyncio.Event()
        self._counts: dict[str, int] = {}
        self._followed: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        self._board.subscribe(self)
        tasks = [asyncio.create_task(work()) for work in (self._read, self._write, self._beat)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for error in filter(None, (task.exception() for task in done)):
                if not isinstance(error, WebSocketDisconnect):
                    logger.warning("a desk's stream ended: %s", type(error).__name__)
        finally:
            self._board.unsubscribe(self)
            for task in (*tasks, *self._followed.values()):
                task.cancel()
            await asyncio.gather(*tasks, *self._followed.values(), return_exceptions=True)

    def tell(self, news: News) -> None:
        """Take note of what the board tells."""
        for conversation_id, card in news.cards.items():
            if self._sees(card):
                self._cards[conversation_id] = news
        for username in news.agents:
            if username == self._principal.username:
                self._frames.append({"type": "presence", "username": username})
        counts = counts_json(self._principal, self._board, self._settings)
        if counts != self._counts:
            self._counts = counts
            self._send({"type": "counts", "counts": counts})
        self._has_news.set()

    def _sees(self, card: Card) -> bool:
        row = card.handover
        return self._teams is None or row is None or row.team in self._teams or row.taken_by == self._principal.username

    def _send(self, frame: dict[str, Any]) -> None:
        self._frames.append(frame)
        self._has_news.set()

    async def _write(self) -> None:
        """Send what there is, in order; of several cards of one conversation only the last."""
        presence = await self._presence()
        self._counts = counts_json(self._principal, self._board, self._settings)
        now = self._websocket.app.state.now().isoformat()
        await self._websocket.send_json({"type": "hello", "counts": self._counts, "presence": presence, "now": now})
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            frames, self._frames = self._frames, []
            cards, self._cards = self._cards, {}
            for conversation_id, news in cards.items():
                await self._websocket.send_text(_entry_frame(news, conversation_id, self._settings))
            for frame in frames:
                if frame["type"] == "presence":
                    frame["presence"] = await self._presence()
                await self._websocket.send_text(_dumps(frame))

    async def _presence(self) -> dict[str, Any]:
        found = await asyncio.to_thread(self._presences.get, self._principal.username)
        return {"state": found.state, "takes_automatically": found.takes_automatically}

    async def _beat(self) -> None:
        """Note that the agent is there, as long as they are signed in."""
        while True:
            with contextlib.suppress(StoreUnavailable, StoreConflict):
                principal = await find_signed_in(self._websocket)
                if principal is None or principal.must_change_password:
                    await self._websocket.close(CLOSE_SIGNED_OUT, "signed out")
                    return
                self._principal, self._teams = principal, seen_by(principal, self._settings).teams
                if principal.may(Permission.TALK):
                    await asyncio.to_thread(self._presences.note_seen, principal.username)
            await asyncio.sleep(HEARTBEAT_S)

    async def _read(self) -> None:
        while (received := await self._websocket.receive())["type"] != "websocket.disconnect":
            await self._hear(received.get("text") or "")

    async def _hear(self, text: str) -> None:
        try:
            frame = json.loads(text) if len(text) <= MAX_FRAME else None
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            self._send(_error("frame_invalid", "这条消息格式不对。"))
            return
        kind, conversation_id = frame.get("type"), frame.get("conversation_id")
        if kind == "ping":
            self._send({"type": "pong"})
        elif not isinstance(conversation_id, str) or not conversation_id.isprintable():
            self._send(_error("frame_invalid", "这条消息格式不对。"))
        elif kind == "open":
            await self._open(conversation_id, frame.get("after"))
        elif kind == "leave":
            self._leave(conversation_id)
        elif kind == "typing" and conversation_id in self._followed and self._principal.may(Permission.TALK):
            self._live.tell(conversation_id, Happening("typing", frame.get("active") is True, "agent", self._principal.username))

    async def _open(self, conversation_id: str, after: object) -> None:
        """Begin to tell of a conversation; permission is asked for here, and written down."""
        self._leave(conversation_id)
        if len(self._followed) >= OPEN_AT_MOST:
            self._leave(next(iter(self._followed)))
        try:
            await asyncio.to_thread(self._reading.check_may_follow, self._principal, conversation_id)
        except ConversationNotFound:
            self._send(_error("conversation_not_found", "找不到这个会话，或者您没有权限查看。", conversation_id))
            return
        except StoreUnavailable:
            self._send(_error("temporarily_unavailable", "系统暂时忙不过来，请过几秒再试。", conversation_id))
            return
        sequence = after if isinstance(after, int) and 0 <= after < 2**31 else 0
        self._followed[conversation_id] = asyncio.create_task(self._follow(conversation_id, sequence))

    def _leave(self, conversation_id: str) -> None:
        task = self._followed.pop(conversation_id, None)
        if task is not None:
            task.cancel()

    async def _follow(self, conversation_id: str, after: int) -> None:
        """Tell of what is said, typed, noted and delivered in one conversation."""
        with self._live.listen(conversation_id) as happenings:
            after = await self._tell_said(conversation_id, after)
            while True:
                happened: list[Happening] = []
                with contextlib.suppress(TimeoutError):
                    happened.append(await asyncio.wait_for(happenings.get(), POLL_S))
                    happened.extend(happenings.get_nowait() for _ in range(happenings.qsize()))
                kinds = {happening.kind for happening in happened}
                if "owner" in kinds and not await self._may_still_follow(conversation_id):
                    return
                if not happened or kinds & NEWS:
                    after = await self._tell_said(conversation_id, after)
                for happening in happened:
                    with contextlib.suppress(StoreUnavailable):
                        await self._tell_beside(conversation_id, happening)

    async def _may_still_follow(self, conversation_id: str) -> bool:
        """Look again whether they may see the conversation, now that it has passed to others; if not, say so and let go."""
        try:
            await asyncio.to_thread(self._reading.check_may_follow, self._principal, conversation_id)
        except ConversationNotFound:
            self._send(_error("conversation_not_found", "这个会话已转给别的组，您不能再查看。", conversation_id))
            self._followed.pop(conversation_id, None)
            return False
        except StoreUnavailable:
            pass  # the next change asks again
        return True

    async def _tell_said(self, conversation_id: str, after: int) -> int:
        """Send what was said after a number; return the number of the last message sent."""
        try:
            said, names = await asyncio.to_thread(self._reading.said_after, conversation_id, after)
        except StoreUnavailable:
            return after  # the next look finds it
        for message in said_json(said, names):
            self._send({"type": "message", "conversation_id": conversation_id, "message": message})
            after = message["sequence"]
        return after

    def _tell_typing(self, conversation_id: str, happening: Happening) -> None:
        if happening.about != self._principal.username:  # one's own typing is no news
            frame = {"type": "typing", "conversation_id": conversation_id, "who": happening.who, "active": happening.active}
            self._send(frame)

    async def _tell_beside(self, conversation_id: str, happening: Happening) -> None:
        if happening.kind == "typing":
            self._tell_typing(conversation_id, happening)
        elif happening.kind == "delivery" and (row := await asyncio.to_thread(self._reading.delivery_of, happening.about)):
            frame = {"type": "delivery", "conversation_id": conversation_id, "message_id": happening.about}
            self._send(frame | {"delivery": delivery_json(row)})
        elif happening.kind == "note" and (found := await asyncio.to_thread(self._reading.note_of, int(happening.about))):
            self._send({"type": "note", "conversation_id": conversation_id, "note": note_json(*found)})


def _entry_frame(news: News, conversation_id: str, settings: DeskSettings) -> str:
    """Return the frame with the conversation's card, the same for everybody who is told of these news."""
    if conversation_id not in news.shown:
        entry = entry_json(news.cards[conversation_id], news.names, news.queue, settings)
        news.shown[conversation_id] = _dumps({"type": "entry", "entry": entry})
    return news.shown[conversation_id]


def _error(code: str, message: str, conversation_id: str | None = None) -> dict[str, Any]:
    return {"type": "error", "conversation_id": conversation_id, "code": code, "message": message}


def _dumps(frame: Mapping[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
