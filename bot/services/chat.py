"""The chat: store what comes in, let the bot answer, store what goes out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.business.choice import asks_for_the_rest, choose_option
from bot.business.handover import Reason
from bot.business.ownership import AGENT_PREFIX, Owner
from bot.business.payload import SHOW_PASSAGE, parse_payload
from bot.errors import ConversationNotFound, MessageRefused, ModelUnavailable, OwnerChanged
from bot.persistence import attachments, conversation_keys, conversations, inbound_calls, messages, outbox, presences
from bot.persistence.database import Database
from bot.persistence.tables import AttachmentRow, ConversationRow, MessageRow
from bot.services.assistant import Assistant, HeardTurn, InboundText, Reply, ReplyMessage
from bot.services.attachments import MEDIA, Attachments
from bot.services.conversation_locks import ConversationLocks
from bot.services.handover import Handovers
from bot.services.identity_words import IdentityWords
from bot.services.live import Happening, LiveEvents
from bot.services.message_text import CleanMessage, clean_message
from bot.services.ownership import SYSTEM

logger = logging.getLogger(__name__)
MESSAGES_PER_PAGE = 200
MAX_EXTERNAL_ID = 128
MAX_SEQUENCE = 2**31 - 1
LEFT_OVER_AT_ONCE = 8
TOLD_AT_MOST = 40
"""How many of the messages that people exchanged the bot is told when it goes on."""
FAILURES_UNTIL_GIVEN_UP = 10
SORRY = "抱歉，这条消息我处理不了，已经记下请工作人员查看。着急的话请拨打12345，也可以换个说法再问我。"
CALLS_REPEATED_FOR = timedelta(seconds=16)
"""How long a platform may repeat a call that got no answer: WeChat tries three times, five seconds each."""


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
    attachments: Mapping[str, AttachmentRow] = field(default_factory=dict)
    """What came beside the messages, by message id."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What agents are called."""
    is_closed: bool = False

    @property
    def agent_name(self) -> str | None:
        """What the agent is called who has the conversation now."""
        return self.names.get(self.owner.removeprefix(AGENT_PREFIX)) if self.owner.startswith(AGENT_PREFIX) else None


@dataclass(frozen=True)
class _Seen:
    """What is to be done about a message."""

    owner: Owner
    payload: str | None = None
    """Of the option that the text chooses."""
    meanwhile: tuple[HeardTurn, ...] = ()
    is_done: bool = False
    has_changed: bool = False
    """Whether it changed anything at the desk."""


class Chat:
    """All of the chat's use cases. Database work runs in threads, so that the event loop stays free."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        locks: ConversationLocks,
        live: LiveEvents,
        now: Callable[[], datetime],
        handovers: Handovers,
        attachments: Attachments | None = None,
        identity: IdentityWords | None = None,
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._locks = locks
        self._live = live
        self._now = now
        self._handovers = handovers
        self._attachments = attachments
        self._identity = identity or IdentityWords()

    async def start(self, channel: str) -> NewConversation:
        new = NewConversation(uuid.uuid4().hex, secrets.token_urlsafe(32))
        await asyncio.to_thread(self._add_conversation, new, channel)
        return new

    async def check_token(self, conversation_id: str, token: str) -> None:
        """Raise ConversationNotFound unless the token is this conversation's key."""
        if not conversation_id.isprintable():
            raise ConversationNotFound(conversation_id)
        await asyncio.to_thread(self._check_token, conversation_id, token)

    async def post(
        self, conversation_id: str, text: str, external_id: str, payload: str | None = None, channel: str | None = None
    ) -> Turn:
        """Store the message and return the replies to it; the same external id again returns the same replies.

        `channel` is the way it came; None = the conversation's own.

        Raises MessageRefused for a text that cannot be a message. Once the message is stored it is not lost: if this call
        fails after that, repeating it or the next start answers it.
        """
        inbound = clean_message(text, payload)
        if not external_id or len(external_id) > MAX_EXTERNAL_ID or not external_id.isprintable():
            raise MessageRefused("client_message_id")
        async with self._locks.hold(conversation_id):
            stored = await asyncio.to_thread(self._store_inbound, conversation_id, inbound, external_id, channel)
            self._live.tell(conversation_id, Happening("message"))
            if stored.handled_at is None:
                await self._answer_until(stored)
            return await asyncio.to_thread(self._turn, stored)

    async def answer(self, message: MessageRow) -> None:
        """Answer a message that was stored, and before it those of its conversation that were stored earlier."""
        self._live.tell(message.conversation_id, Happening("message"))
        async with self._locks.hold(message.conversation_id):
            await self._answer_until(message)

    async def is_handled(self, message: MessageRow) -> bool:
        """Return whether nothing more will be said to the message."""
        return await asyncio.to_thread(self._is_handled, message)

    async def _answer_until(self, message: MessageRow) -> None:
        for unhandled in await asyncio.to_thread(self._list_unhandled_until, message):
            try:
                await self._answer(unhandled)
            except ModelUnavailable:
                raise
            except Exception:
                if not await asyncio.to_thread(self._gave_up, unhandled):
                    raise
                self._live.tell(message.conversation_id, Happening("owner"))

    async def history(self, conversation_id: str, after: int) -> Turn:
        return await asyncio.to_thread(self._history, conversation_id, after)

    async def sequence_of(self, conversation_id: str, after: str) -> int:
        """Return the number of the message that `after` names: a number, or a message's id. Unknown = from the start."""
        if after.isascii() and after.isdigit():
            return min(int(after[:20]), MAX_SEQUENCE)
        if not after.isprintable():  # PostgreSQL refuses NUL in a text
            return 0
        return await asyncio.to_thread(self._sequence_of, conversation_id, after)

    async def answer_left_over(self, older_than_s: float = 0.0) -> int:
        """Answer messages that were accepted and never answered, by this process or one that died; return their number.

        What this process is busy with is left to it.
        """
        before = self._now() - timedelta(seconds=older_than_s)
        left = [
            m for m in await asyncio.to_thread(self._list_unhandled, before) if not self._locks.is_held_here(m.conversation_id)
        ]
        at_once = asyncio.Semaphore(LEFT_OVER_AT_ONCE)
        await asyncio.gather(*(self._answer_again(message, at_once) for message in left))
        return len(left)

    async def _answer_again(self, message: MessageRow, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            try:
                await self.answer(message)
            except Exception as error:  # one message that fails again must not stop the others
                logger.warning("a left-over message could not be answered: %s", type(error).__name__)

    async def _answer(self, message: MessageRow) -> None:
        text, payload = await self._attachments.settle(message) if self._attachments else (message.text, message.payload)
        seen = await asyncio.to_thread(self._look, message, payload)
        if seen.is_done:
            self._live.tell(message.conversation_id, Happening("owner" if seen.has_changed else "message"))
            return
        self._live.tell(message.conversation_id, Happening("typing", active=True, who="bot"))
        try:
            inbound = InboundText(message.conversation_id, message.id, text, seen.payload, seen.meanwhile)
            reply = await self._assistant.reply_to(inbound)
            kind = await self._store_or_drop(message, reply, seen.owner)
        finally:
            self._live.tell(message.conversation_id, Happening("typing", active=False, who="bot"))
        self._live.tell(message.conversation_id, Happening(kind))

    async def _store_or_drop(self, message: MessageRow, reply: Reply, seen: Owner) -> str:
        """Store the reply and return what happened by it: a message, or a new owner as well."""
        try:
            has_changed = await asyncio.to_thread(self._store_reply, message, reply, seen)
            return "owner" if has_changed else "message"
        except OwnerChanged:  # a person took over meanwhile: the bot's words are dropped
            if await asyncio.to_thread(self._leave_to_owner, message):  # and has given it back already: begin again
                await self._answer(message)
            return "message"

    # What follows runs in threads.

    def _add_conversation(self, new: NewConversation, channel: str) -> None:
        with self._database.session() as session:
            conversations.add_conversation(session, new.conversation_id, channel, hash_of(new.token), self._now())

    def _check_token(self, conversation_id: str, token: str) -> None:
        with self._database.session() as session:
            row = conversations.find_conversation(session, conversation_id)
            if row is None:
                raise ConversationNotFound(conversation_id)
            if not hmac.compare_digest(row.token_sha256, hash_of(token)):
                conversation_keys.check_key(session, conversation_id, hash_of(token), self._now())

    def _store_inbound(self, conversation_id: str, inbound: CleanMessage, external_id: str, channel: str | None) -> MessageRow:
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, conversation_id)
            known = messages.find_inbound(session, conversation_id, external_id)
            if known is not None:
                return known
            now = self._now()
            said = self._identity.hide_code(session, conversation_id, inbound, now)
            row = MessageRow(
                id=uuid.uuid4().hex,
                sender="user",
                text=said.text,
                payload=said.payload,
                at=now,
                channel=channel if channel != conversation.channel else None,
                external_id=external_id,
            )
            return messages.append_message(session, conversation, row)

    def _store_reply(self, message: MessageRow, reply: Reply, seen: Owner) -> bool:
        """Store the reply and ask for a person if it says so; return whether that changed anything at the desk."""
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, message.conversation_id)
            if conversations.owner_of(conversation) != seen:
                raise OwnerChanged(message.conversation_id)
            asked = messages.get_message(session, message.id)
            if asked.handled_at is not None:  # whoever held the lock before us was taken for dead and was not
                return False
            now = self._now()
            due_at = self._due_at(session, message, now)
            for said in reply.messages:
                row = messages.append_message(session, conversation, _reply_row(message, reply, said, now))
                if said.text.strip():
                    outbox.add_outbox(session, row, message.channel or conversation.channel, due_at)
            conversation.heard_sequence = asked.sequence
            asked.handled_at = now
            reason = self._handovers.reason_for(reply, asked.text)
            if reason is not None:
                self._handovers.request(session, conversation, asked, reason, now, due_at)
            return reason is not None

    def _due_at(self, session: Session, message: MessageRow, now: datetime) -> datetime:
        """Return when the reply is to be sent: not while a platform's call may still take it along."""
        call = inbound_calls.find_call_of(session, message.id)
        return call.received_at + CALLS_REPEATED_FOR if call and call.answered_at is None else now

    def _gave_up(self, message: MessageRow) -> bool:
        """Count the failure; after many, say so and ask for a person, so that what was said later gets its turn."""
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, message.conversation_id)
            failed = messages.get_message(session, message.id)
            failed.failures += 1
            if failed.failures < FAILURES_UNTIL_GIVEN_UP or failed.handled_at is not None:
                return False
            now = self._now()
            if conversations.owner_of(conversation).is_bot:
                sorry = MessageRow(id=uuid.uuid4().hex, sender="bot", text=SORRY, at=now, reply_to=message.id, band="handover")
                messages.append_message(session, conversation, sorry)
                outbox.add_outbox(session, sorry, message.channel or conversation.channel, now)
                self._handovers.request(session, conversation, failed, Reason.UNANSWERABLE, now, by=SYSTEM)
            failed.handled_at = now
            logger.error("a message could not be answered after %s attempts and was given to a person", failed.failures)
            return True

    def _is_handled(self, message: MessageRow) -> bool:
        with self._database.reading() as session:
            return messages.get_message(session, message.id).handled_at is not None

    def _leave_to_owner(self, message: MessageRow) -> bool:
        """Leave the message to the person who has the conversation now; return whether it is the bot's again instead."""
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, message.conversation_id)
            conversation.heard_sequence = max(conversation.heard_sequence, message.sequence)
            asked = messages.get_message(session, message.id)
            if conversations.owner_of(conversation).is_bot and asked.handled_at is None:
                return True
            asked.handled_at = asked.handled_at or self._now()
            if asked.sender == "user" and not messages.has_agent_answered(session, conversation.id, asked.sequence):
                conversation.unanswered_since = conversation.unanswered_since or asked.at
            return False

    def _look(self, message: MessageRow, payload: str | None) -> _Seen:
        """Find out what is to be done about the message, and do it if the bot is not needed for it.

        It is not when a person has the chat, when the words are for the desk, and when they only ask for the rest of what was
        said and not yet delivered.
        """
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, message.conversation_id)
            asked, now = messages.get_message(session, message.id), self._now()
            owner = conversations.owner_of(conversation)
            if asked.handled_at is not None:
                return _Seen(owner, is_done=True)
            payload = payload or self._chosen(session, conversation, asked)
            words = self._handovers.words
            is_for_desk = self._hear(session, conversation, asked, payload, now)
            if asked.sender == "user" and not (is_for_desk and words.is_rating(asked.text, payload)):
                conversation.closed_at = None
            if is_for_desk:
                asked.handled_at = now
                return _Seen(owner, is_done=True, has_changed=True)
            is_rest = payload is None and asks_for_the_rest(asked.text) and self._owes(session, asked, conversation)
            if is_rest or not owner.is_bot:
                asked.handled_at = now
                return _Seen(owner, is_done=True)
            return _Seen(owner, payload=payload, meanwhile=self._meanwhile(session, conversation, asked))

    def _hear(
        self, session: Session, conversation: ConversationRow, asked: MessageRow, payload: str | None, now: datetime
    ) -> bool:
        """Deal with what is said about whom one speaks for, and to the desk; return whether that was all there was to do."""
        for words in (self._identity, self._handovers.words):
            if words.is_for_us(asked.text, payload):
                due_at = self._due_at(session, asked, now)
                if words.hear(session, conversation, asked, payload, now, due_at):
                    return True
        return False

    def _chosen(self, session: Session, conversation: ConversationRow, message: MessageRow) -> str | None:
        """Return the payload of the option that the text chooses."""
        channel = message.channel or conversation.channel
        last_turn = messages.list_last_turn(session, conversation.id, message.sequence, channel)
        return choose_option(message.text, [button for said in last_turn for button in said.buttons or []])

    def _meanwhile(self, session: Session, conversation: ConversationRow, message: MessageRow) -> tuple[HeardTurn, ...]:
        """Return what people said since the bot last listened, and which passages it was given to go on with."""
        span = (session, conversation.id, conversation.heard_sequence, message.sequence, TOLD_AT_MOST)
        said = messages.list_between(*span, senders=("user", "agent"))
        given = [notice for notice in messages.list_between(*span, senders=("system",)) if _row_of(notice)]
        told = [m for m in said if m.sender == "agent" or not self._is_settled(m)]
        return tuple(HeardTurn(m.sender, m.text, _row_of(m)) for m in sorted([*told, *given], key=lambda m: m.sequence))

    def _is_settled(self, message: MessageRow) -> bool:
        """Whether the words were for the desk, or about whom somebody speaks for: nothing that the bot need know."""
        return self._handovers.words.is_only_for_desk(message.text) or self._identity.is_only_for_binding(message)

    def _owes(self, session: Session, message: MessageRow, conversation: ConversationRow) -> bool:
        """Return whether something waits for the platform's call that brought this message."""
        if inbound_calls.find_call_of(session, message.id) is None:
            return False
        return bool(outbox.list_owed(session, message.conversation_id, message.channel or conversation.channel))

    def _turn(self, message: MessageRow) -> Turn:
        with self._database.reading() as session:
            conversation = conversations.find_conversation(session, message.conversation_id)
            assert conversation is not None, "its message was just stored"
            return Turn(messages.list_replies(session, message.id, message.conversation_id), conversation.owner)

    def _history(self, conversation_id: str, after: int) -> Turn:
        with self._database.reading() as session:
            conversation = conversations.find_conversation(session, conversation_id)
            if conversation is None:
                raise ConversationNotFound(conversation_id)
            found = messages.list_messages_after(session, conversation_id, after, MESSAGES_PER_PAGE)
            beside = attachments.list_attachments(session, [message.id for message in found if message.payload == MEDIA])
            concerns_agents = conversation.owner.startswith(AGENT_PREFIX) or any(message.author for message in found)
            return Turn(
                found,
                conversation.owner,
                {attachment.message_id: attachment for attachment in beside},
                presences.names(session) if concerns_agents else {},
                conversation.closed_at is not None,
            )

    def _sequence_of(self, conversation_id: str, message_id: str) -> int:
        with self._database.reading() as session:
            message = messages.find_message(session, conversation_id, message_id)
            return message.sequence if message else 0

    def _list_unhandled_until(self, message: MessageRow) -> Sequence[MessageRow]:
        """Return the message and what was accepted before it in its conversation and never answered, in order."""
        with self._database.reading() as session:
            return messages.list_unhandled_until(session, message.conversation_id, message.sequence)

    def _list_unhandled(self, before: datetime) -> Sequence[MessageRow]:
        with self._database.reading() as session:
            return messages.list_unhandled(session, before)


def _row_of(message: MessageRow) -> str | None:
    """Return the id of the row that an agent sent along, or gave the bot to go on with."""
    sent: list[str | None] = [source["row_id"] for source in message.sources or [] if source.get("row_id")]
    offered = [parse_payload(button["payload"]) for button in message.buttons or []] if message.sender == "system" else []
    sent += [button.value for button in offered if button and button.intent == SHOW_PASSAGE]
    return sent[0] if sent else None


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


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
