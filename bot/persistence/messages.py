"""Named queries on messages and the outbox."""

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


def list_unhandled(session: Session, limit: int = 1000) -> Sequence[MessageRow]:
    """Return inbound messages that were accepted and not yet answered, oldest first."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.handled_at.is_(None), MessageRow.sender == "user")
        .order_by(MessageRow.at)
        .limit(limit)
    ).all()


def add_outbox(session: Session, message: MessageRow, channel: str, now: datetime) -> None:
    session.add(
        OutboxRow(
            message_id=message.id,
            conversation_id=message.conversation_id,
            channel=channel,
            status="pending",
            attempts=0,
            next_attempt_at=now,
        )
    )


def list_due_outbox(session: Session, now: datetime, limit: int = 100) -> Sequence[OutboxRow]:
    return session.scalars(
        select(OutboxRow)
        .where(OutboxRow.status == "pending", OutboxRow.next_attempt_at <= now)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def get_outbox(session: Session, message_id: str) -> OutboxRow:
    return session.scalars(select(OutboxRow).where(OutboxRow.message_id == message_id)).one()


def list_unhandled_until(session: Session, conversation_id: str, sequence: int) -> Sequence[MessageRow]:
    """Return the conversation's inbound messages up to this number that were not answered yet, in order."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sequence <= sequence)
        .where(MessageRow.handled_at.is_(None), MessageRow.sender == "user")
        .order_by(MessageRow.sequence)
    ).all()
