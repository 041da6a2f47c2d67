"""Named queries on messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.business.ownership import BOT
from bot.persistence.tables import ConversationRow, MessageRow, OutboxRow


def append_message(session: Session, conversation: ConversationRow, message: MessageRow) -> MessageRow:
    """Give the message the conversation's next number and add it. The conversation row must be locked.

    What the user says waits for an answer while the bot is not to give it.
    """
    conversation.last_sequence += 1
    conversation.last_at = message.at
    if message.sender == "user" and conversation.owner != BOT:
        conversation.unanswered_since = conversation.unanswered_since or message.at
    elif message.sender == "agent":
        conversation.unanswered_since = None
    message.conversation_id = conversation.id
    message.sequence = conversation.last_sequence
    session.add(message)
    session.flush()
    return message


def find_inbound(session: Session, conversation_id: str, external_id: str) -> MessageRow | None:
    return session.scalar(
        select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.external_id == external_id)
    )


def find_message(session: Session, conversation_id: str, message_id: str) -> MessageRow | None:
    return session.scalar(select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.id == message_id))


def find_message_by_id(session: Session, message_id: str) -> MessageRow | None:
    return session.get(MessageRow, message_id)


def find_by_sequence(session: Session, conversation_id: str, sequence: int) -> MessageRow | None:
    return session.scalar(
        select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.sequence == sequence)
    )


def list_last_turn(session: Session, conversation_id: str, sequence: int, channel: str) -> Sequence[MessageRow]:
    """Return what bot or system said last before this number over this channel, in order; several when said as one turn."""
    last = session.scalar(
        select(MessageRow)
        .join(OutboxRow, OutboxRow.message_id == MessageRow.id)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence < sequence)
        .where(MessageRow.sender.in_(("bot", "system")))
        .where(OutboxRow.channel == channel)
        .order_by(MessageRow.sequence.desc())
        .limit(1)
    )
    if last is None:
        return []
    return list_replies(session, last.reply_to, conversation_id) if last.reply_to else [last]


def list_replies(session: Session, message_id: str, conversation_id: str) -> Sequence[MessageRow]:
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.reply_to == message_id)
        .order_by(MessageRow.sequence)
    ).all()


def list_messages_after(session: Session, conversation_id: str, sequence: int, limit: int) -> Sequence[MessageRow]:
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence > sequence)
        .order_by(MessageRow.sequence)
        .limit(limit)
    ).all()


def get_message(session: Session, message_id: str) -> MessageRow:
    return session.get_one(MessageRow, message_id)


def list_unhandled(session: Session, before: datetime, limit: int = 1000) -> Sequence[MessageRow]:
    """Return inbound messages that were accepted before a time and not yet answered, oldest first."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.handled_at.is_(None), MessageRow.external_id.is_not(None), MessageRow.at <= before)
        .order_by(MessageRow.at)
        .limit(limit)
    ).all()


def list_unhandled_until(session: Session, conversation_id: str, sequence: int) -> Sequence[MessageRow]:
    """Return the conversation's inbound messages up to this number that were not answered yet, in order."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence <= sequence)
        .where(MessageRow.handled_at.is_(None), MessageRow.external_id.is_not(None))
        .order_by(MessageRow.sequence)
    ).all()


def list_between(
    session: Session, conversation_id: str, after: int, before: int, limit: int, senders: Sequence[str]
) -> Sequence[MessageRow]:
    """Return what these said between two numbers, both left out; the newest ones when there are more than `limit`."""
    newest = session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence > after, MessageRow.sequence < before)
        .where(MessageRow.sender.in_(senders))
        .order_by(MessageRow.sequence.desc())
        .limit(limit)
    ).all()
    return newest[::-1]


def list_newest(session: Session, conversation_id: str, before: int | None, limit: int) -> Sequence[MessageRow]:
    """Return the newest messages, those before a number if one is given, in order."""
    found = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
    if before is not None:
        found = found.where(MessageRow.sequence < before)
    return session.scalars(found.order_by(MessageRow.sequence.desc()).limit(limit)).all()[::-1]


def has_agent_answered(session: Session, conversation_id: str, sequence: int) -> bool:
    """Return whether an agent has said anything after this number."""
    said = (MessageRow.conversation_id == conversation_id, MessageRow.sequence > sequence, MessageRow.sender == "agent")
    return session.scalar(select(MessageRow.id).where(*said).limit(1)) is not None


def has_agent_said(session: Session, conversation_id: str, since: datetime) -> bool:
    """Return whether an agent has said anything after this moment."""
    said = (MessageRow.conversation_id == conversation_id, MessageRow.at > since, MessageRow.sender == "agent")
    return session.scalar(select(MessageRow.id).where(*said).limit(1)) is not None


def last_user_message(session: Session, conversation_id: str) -> MessageRow | None:
    return session.scalar(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sender == "user")
        .order_by(MessageRow.sequence.desc())
        .limit(1)
    )
