"""The chat: store what comes in, let the bot answer, store what goes out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.business.ownership import Owner
from bot.business.payload import parse_payload
from bot.errors import ConversationNotFound, MessageRefused, OwnerChanged
from bot.persistence import conversations, handovers, messages
from bot.persistence.database import Database
from bot.persistence.tables import ConversationRow, MessageRow
from bot.services.assistant import Assistant, InboundText, Reply, ReplyMessage
from bot.services.conversation_locks import ConversationLocks
from bot.services.live import Happening, LiveEvents
from bot.settings import MAX_TEXT_CHARACTERS

logger = logging.getLogger(__name__)
MESSAGES_PER_PAGE = 200
MAX_EXTERNAL_ID = 128
MAX_SEQUENCE = 2**31 - 1


@dataclass(frozen=True)
class NewConversation:
    conversation_id: str
    token: str
    """The only key to the conversation; just its hash is stored."""


@dataclass(frozen=True)
class Turn:
    """An answered message: what was said to it and who owns the conversation now."""

    messages: Sequence[MessageRow]
    owner: str


class Chat:
    """All of the chat's use cases. Database work runs in threads, so that the event loop stays free."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        locks: ConversationLocks,
        live: LiveEvents,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._locks = locks
        self._live = live
        self._now = now

    async def start(self, channel: str) -> NewConversation:
        new = NewConversation(uuid.uuid4().hex, secrets.token_urlsafe(32))
        await asyncio.to_thread(self._add_conversation, new, channel)
        return new

    async def check_token(self, conversation_id: str, token: str) -> None:
        """Raise ConversationNotFound unless the token is this conversation's key."""
        if not conversation_id.isprintable():
            raise ConversationNotFound(conversation_id)
        await asyncio.to_thread(self._check_token, conversation_id, token)

    async def post(self, conversation_id: str, text: str, external_id: str, payload: str | None = None) -> Turn:
        """Store the message and return the replies to it; the same external id again returns the same replies.

        Raises MessageRefused for a text that cannot be a message. Once the message is stored it is not lost: if this call
        fails after that, repeating it or the next start answers it.
        """
        inbound = clean_message(text, payload)
        if not external_id or len(external_id) > MAX_EXTERNAL_ID or not external_id.isprintable():
            raise MessageRefused("client_message_id")
        async with self._locks.hold(conversation_id):
            stored = await asyncio.to_thread(self._store_inbound, conversation_id, inbound, external_id)
            self._live.tell(conversation_id, Happening("message"))
            if stored.handled_at is None:
                for message in await asyncio.to_thread(self._list_unhandled_until, stored):
                    await self._answer(message)
            return await asyncio.to_thread(self._turn, stored)

    async def history(self, conversation_id: str, after: int) -> Turn:
        return await asyncio.to_thread(self._history, conversation_id, after)

    async def sequence_of(self, conversation_id: str, after: str) -> int:
        """Return the number of the message that `after` names: a number, or a message's id. Unknown = from the start."""
        if after.isascii() and after.isdigit():
            return min(int(after[:20]), MAX_SEQUENCE)
        if not after.isprintable():  # PostgreSQL refuses NUL in a text
            return 0
        return await asyncio.to_thread(self._sequence_of, conversation_id, after)

    async def answer_left_over(self) -> int:
        """Answer messages that were accepted before a crash; return their number."""
        left = await asyncio.to_thread(self._list_unhandled)
        for message in left:
            async with self._locks.hold(message.conversation_id):
                try:
                    await self._answer(message)
                except Exception as error:  # one message that fails again must not stop the start for all
                    logger.warning("a left-over message could not be answered: %s", type(error).__name__)
        return len(left)

    async def _answer(self, message: MessageRow) -> None:
        seen = await asyncio.to_thread(self._owner_of, message.conversation_id)
        if not seen.is_bot:
            await asyncio.to_thread(self._mark_handled, message)
            return
        self._live.tell(message.conversation_id, Happening("typing", active=True))
        try:
            inbound = InboundText(message.conversation_id, message.id, message.text, message.payload)
            reply = await self._assistant.reply_to(inbound)
            try:
                await asyncio.to_thread(self._store_reply, message, reply, seen)
            except OwnerChanged:  # a person took over meanwhile: the bot's words are dropped
                await asyncio.to_thread(self._mark_handled, message)
        finally:
            self._live.tell(message.conversation_id, Happening("typing", active=False))
        self._live.tell(message.conversation_id, Happening("message"))

    # What follows runs in threads.

    def _add_conversation(self, new: NewConversation, channel: str) -> None:
        with self._database.session() as session:
            conversations.add_conversation(session, new.conversation_id, channel, _hash(new.token), self._now())

    def _check_token(self, conversation_id: str, token: str) -> None:
        with self._database.session() as session:
            row = conversations.find_conversation(session, conversation_id)
            if row is None or not hmac.compare_digest(row.token_sha256, _hash(token)):
                raise ConversationNotFound(conversation_id)

    def _store_inbound(self, conversation_id: str, inbound: CleanMessage, external_id: str) -> MessageRow:
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, conversation_id)
            known = messages.find_inbound(session, conversation_id, external_id)
            if known is not None:
                return known
            row = MessageRow(
                id=uuid.uuid4().hex,
                sender="user",
                text=inbound.text,
                payload=inbound.payload,
                at=self._now(),
                external_id=external_id,
            )
            return messages.append_message(session, conversation, row)

    def _store_reply(self, message: MessageRow, reply: Reply, seen: Owner) -> None:
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, message.conversation_id)
            if conversations.owner_of(conversation) != seen:
                raise OwnerChanged(message.conversation_id)
            now = self._now()
            for said in reply.messages:
                row = messages.append_message(session, conversation, _reply_row(message, reply, said, now))
                messages.add_outbox(session, row, conversation.channel, now)
            if reply.handover_reason:
                self._request_person(session, conversation, reply.handover_reason, now)
            session.merge(message).handled_at = now

    def _request_person(self, session: Session, conversation: ConversationRow, reason: str, now: datetime) -> None:
        if handovers.find_open_request(session, conversation.id) is None:
            handovers.add_request(session, conversation.id, reason, now)

    def _mark_handled(self, message: MessageRow) -> None:
        with self._database.session() as session:
            session.merge(message).handled_at = self._now()

    def _owner_of(self, conversation_id: str) -> Owner:
        with self._database.session() as session:
            row = conversations.find_conversation(session, conversation_id)
            if row is None:
                raise ConversationNotFound(conversation_id)
            return conversations.owner_of(row)

    def _turn(self, message: MessageRow) -> Turn:
        with self._database.session() as session:
            conversation = conversations.find_conversation(session, message.conversation_id)
            assert conversation is not None, "its message was just stored"
            return Turn(messages.list_replies(session, message.id, message.conversation_id), conversation.owner)

    def _history(self, conversation_id: str, after: int) -> Turn:
        with self._database.session() as session:
            conversation = conversations.find_conversation(session, conversation_id)
            if conversation is None:
                raise ConversationNotFound(conversation_id)
            found = messages.list_messages_after(session, conversation_id, after, MESSAGES_PER_PAGE)
            return Turn(found, conversation.owner)

    def _sequence_of(self, conversation_id: str, message_id: str) -> int:
        with self._database.session() as session:
            message = messages.find_message(session, conversation_id, message_id)
            return message.sequence if message else 0

    def _list_unhandled_until(self, message: MessageRow) -> Sequence[MessageRow]:
        """Return the message and what was accepted before it in its conversation and never answered, in order."""
        with self._database.session() as session:
            return messages.list_unhandled_until(session, message.conversation_id, message.sequence)

    def _list_unhandled(self) -> Sequence[MessageRow]:
        with self._database.session() as session:
            return messages.list_unhandled(session)


@dataclass(frozen=True)
class CleanMessage:
    text: str
    payload: str | None


def clean_message(text: str, payload: str | None) -> CleanMessage:
    """Return the message fit to be stored: control characters gone, a button's payload checked. Raises MessageRefused."""
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    kept = kept.strip()
    if not any(unicodedata.category(char)[0] not in "CZ" for char in kept):  # nothing that can be seen
        raise MessageRefused("empty")
    if len(kept) > MAX_TEXT_CHARACTERS:
        raise MessageRefused("too_long")
    if payload is not None and parse_payload(payload) is None:
        raise MessageRefused("payload")
    return CleanMessage(kept, payload)


def _reply_row(message: MessageRow, reply: Reply, said: ReplyMessage, now: datetime) -> MessageRow:
    buttons: list[Any] = [dict(button) for button in said.buttons]
    sources: list[Any] = [dict(source) for source in said.sources]
    return MessageRow(
        id=uuid.uuid4().hex,
        sender="bot",
        text=said.text,
        at=now,
        reply_to=message.id,
        buttons=buttons,
        sources=sources,
        band=said.band,
        intent={"name": reply.intent, "confidence": reply.confidence},
        model_id=reply.model_id,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
