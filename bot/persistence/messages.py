"""Named queries on messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import ConversationRow, MessageRow, OutboxRow


def append_message(session: Session, conversation: ConversationRow, message: MessageRow) -> MessageRow:
    """Give the message the conversation's next number and add it. The conversation row must be locked."""
    conversation.last_sequence += 1
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
    """Return what the bot said last before this number over this channel, in order; several when it answered with several."""
    last = session.scalar(
        select(MessageRow)
        .join(OutboxRow, OutboxRow.message_id == MessageRow.id)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence < sequence, MessageRow.sender == "bot")
        .where(OutboxRow.channel == channel)
        .order_by(MessageRow.sequence.desc())
        .limit(1)
    )
    return list_replies(session, last.reply_to, conversation_id) if last and last.reply_to else []


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
