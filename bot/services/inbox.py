"""Accepting a platform's call: each message and event counts once, whoever of our processes gets the call, however often."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.business.allowance import Grant
from bot.business.payload import event_payload, parse_desk_payload, parse_payload
from bot.errors import MessageRefused, ReplayedCallback, StoreConflict
from bot.persistence import attachments, channel_users, conversations, inbound_calls, messages, outbox
from bot.persistence.database import Database
from bot.persistence.tables import (
    AttachmentRow,
    ChannelUserRow,
    ConversationRow,
    InboundCallRow,
    MessageRow,
    OutboxRow,
)
from bot.services.chat import CALLS_REPEATED_FOR
from bot.services.identity_words import IdentityWords
from bot.services.message_text import CleanMessage, clean_message
from bot.settings import MAX_KEPT_CHARACTERS

CALLS_KEPT_FOR = timedelta(days=2)
NONCES_KEPT_FOR = timedelta(minutes=15)
NOT_SUBSCRIBED = 43004
"""WeChat's number for a user who does not follow the account."""


@dataclass(frozen=True)
class Said:
    """What a call adds to the conversation."""

    text: str
    payload: str | None = None
    sender: str = "user"
    """system for what the user did without saying anything, such as following the account."""
    option_id: str = ""
    """Of the option that was pressed, as `option_id` made it."""
    media_kind: str | None = None
    media_id: str | None = None


@dataclass(frozen=True)
class PlatformCall:
    """One call of a platform: who, what, and what it allows us."""

    channel: str
    account: str
    user_id: str
    external_id: str
    kind: str
    sent_at: datetime
    """By the platform's clock; calls may come in another order."""
    said: Said | None
    """None = nothing to answer."""
    grants: Grant = Grant.NOTHING
    is_leaving: bool = False
    nonce: str = ""
    """What differs between any two signed calls, repetitions aside."""
    body: bytes = b""
    """The message itself, decrypted."""

    @property
    def id(self) -> str:
        return f"{self.channel}:{self.account}:{self.user_id}:{self.external_id}"


@dataclass(frozen=True)
class Accepted:
    """The call is stored; `message` is what it asks us to answer, None when it asks nothing."""

    call_id: str
    conversation_id: str
    message: MessageRow | None
    is_new: bool


class Inbox:
    """Stores calls, all that belongs to one in one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime], identity: IdentityWords | None = None) -> None:
        self._database = database
        self._now = now
        self._identity = identity or IdentityWords()
        self._closed: dict[str, datetime] = {}

    async def accept(self, call: PlatformCall) -> Accepted:
        """Store the call, or find that it is known. Raises ReplayedCallback for a signed call that was used already."""
        try:
            return await asyncio.to_thread(self._accept, call)
        except StoreConflict:  # the same call, or the user's first two, at the same moment elsewhere
            return await asyncio.to_thread(self._accept, call)

    def close(self, nonce: str) -> None:
        """The call's answer is written, so a copy of the call from now on is a replay.

        Kept in memory: a process that died before it had written its answer leaves the call open for whoever repeats it.
        """
        now = self._now()
        while self._closed and now - next(iter(self._closed.values())) > CALLS_REPEATED_FOR:  # the oldest stand first
            del self._closed[next(iter(self._closed))]
        self._closed[nonce] = now

    async def conversation_of(self, channel: str, account: str, user_id: str) -> str:
        """Return the user's conversation, begun now if there is none."""
        try:
            return await asyncio.to_thread(self._conversation_of, channel, account, user_id)
        except StoreConflict:
            return await asyncio.to_thread(self._conversation_of, channel, account, user_id)

    def forget_old(self) -> None:
        now = self._now()
        with self._database.session() as session:
            inbound_calls.forget_calls_before(session, now - CALLS_KEPT_FOR, now - NONCES_KEPT_FOR)

    def _accept(self, call: PlatformCall) -> Accepted:
        now = self._now()
        with self._database.session() as session:
            known = inbound_calls.find_call(session, call.id)
            self._check_nonce(session, call, known, now)
            if known is not None:
                message = messages.find_message_by_id(session, known.message_id) if known.message_id else None
                return Accepted(known.id, known.conversation_id, message, is_new=False)
            user = _user(session, call, now)
            conversation = conversations.get_conversation_for_update(session, user.conversation_id)
            _note_user(session, user, call, now)
            message = _say(session, conversation, call, self._identity, now) if call.said else None
            inbound_calls.add_call(
                session,
                InboundCallRow(
                    id=call.id,
                    conversation_id=conversation.id,
                    message_id=message.id if message else None,
                    kind=call.kind,
                    received_at=now,
                    answered_at=None if message else now,
                ),
            )
            return Accepted(call.id, conversation.id, message, is_new=True)

    def _check_nonce(self, session: Session, call: PlatformCall, known: InboundCallRow | None, now: datetime) -> None:
        """Let a signed call through once, and again as long as its sender may not have got its answer."""
        if not call.nonce:
            return
        digest, body = hashlib.sha256(call.nonce.encode(errors="replace")).hexdigest(), hashlib.sha256(call.body).hexdigest()
        nonce = inbound_calls.find_nonce(session, digest)
        if nonce is None:
            inbound_calls.add_nonce(session, digest, body, now)
            return
        is_open = known is not None and now - known.received_at < CALLS_REPEATED_FOR and call.nonce not in self._closed
        if nonce.body_sha256 != body or not is_open:
            raise ReplayedCallback(call.channel)

    def _conversation_of(self, channel: str, account: str, user_id: str) -> str:
        with self._database.session() as session:
            user = channel_users.find_channel_user(session, channel, account, user_id)
            return (user or _new_user(session, channel, account, user_id, self._now())).conversation_id


def option_id(sequence: int, number: int) -> str:
    """Return the id under which a platform shows an option: the message's number and the option's, from 1."""
    return f"{sequence}.{number}"


def _user(session: Session, call: PlatformCall, now: datetime) -> ChannelUserRow:
    found = channel_users.find_channel_user(session, call.channel, call.account, call.user_id)
    return found or _new_user(session, call.channel, call.account, call.user_id, now)


def _new_user(session: Session, channel: str, account: str, user_id: str, now: datetime) -> ChannelUserRow:
    conversation_id = uuid.uuid4().hex
    conversations.add_conversation(session, conversation_id, channel, conversations.NO_TOKEN, now)
    session.flush()
    return channel_users.add_channel_user(session, channel, account, user_id, conversation_id, now)


def _note_user(session: Session, user: ChannelUserRow, call: PlatformCall, now: datetime) -> None:
    user.seen_at = now
    if call.sent_at >= user.subscription_at:
        user.is_subscribed, user.subscription_at = not call.is_leaving, call.sent_at
    channel_users.set_allowance(user, channel_users.allowance_of(user).grant(call.grants, now))
    if not user.is_subscribed:
        for row, _ in outbox.list_owed(session, user.conversation_id, call.channel):
            _give_up(row)


def _give_up(row: OutboxRow) -> None:
    row.status, row.last_error, row.error_code = "failed", "Unsubscribed", NOT_SUBSCRIBED


def _say(
    session: Session, conversation: ConversationRow, call: PlatformCall, identity: IdentityWords, now: datetime
) -> MessageRow:
    assert call.said is not None
    said = identity.hide_code(session, conversation.id, _readable(call.said), now)
    message = MessageRow(
        id=uuid.uuid4().hex,
        sender=call.said.sender,
        text=said.text,
        payload=_payload_of_option(session, conversation.id, call.said.option_id) or said.payload,
        at=now,
        external_id=call.external_id,
    )
    messages.append_message(session, conversation, message)
    if call.said.media_kind:
        attachments.add_attachment(
            session,
            AttachmentRow(
                id=uuid.uuid4().hex,
                message_id=message.id,
                conversation_id=conversation.id,
                kind=call.said.media_kind,
                media_id=call.said.media_id,
                state="pending" if call.said.media_id else "failed",
                created_at=now,
            ),
        )
    return message


def _readable(said: Said) -> CleanMessage:
    """Return what is to be stored. A platform's message cannot be sent back, so an unfit one is stored as what it is."""
    try:
        return CleanMessage(clean_message(said.text, None).text, said.payload)
    except MessageRefused as error:
        kept = "".join(char for char in said.text if char.isprintable() or char == "\n")[:MAX_KEPT_CHARACTERS]
        return CleanMessage(kept, said.payload or event_payload("too_long" if error.reason == "too_long" else "unreadable"))


def _payload_of_option(session: Session, conversation_id: str, option: str) -> str | None:
    """Return what the pressed option sends, None when there is none such: then its title counts as said."""
    sequence, _, number = option.partition(".")
    if not (sequence.isascii() and sequence.isdigit() and number.isascii() and number.isdigit()) or len(option) > 16:
        return None
    said = messages.find_by_sequence(session, conversation_id, min(int(sequence), 2**31 - 1))
    buttons: list[Mapping[str, str]] = list(said.buttons or []) if said else []
    payload = buttons[int(number) - 1]["payload"] if 1 <= int(number) <= len(buttons) else None
    return payload if payload and (parse_payload(payload) or parse_desk_payload(payload)) else None
