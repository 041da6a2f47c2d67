"""Named queries on what was said and is still to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.persistence.tables import ConversationRow, MessageRow, OutboxRow

OWED = ("pending", "sending", "held")
TO_SEND = ("pending", "sending")
Owed = tuple[OutboxRow, MessageRow]


def add_outbox(session: Session, message: MessageRow, channel: str, due_at: datetime) -> None:
    session.add(
        OutboxRow(
            message_id=message.id,
            conversation_id=message.conversation_id,
            channel=channel,
            status="pending",
            attempts=0,
            next_attempt_at=due_at,
            parts_sent=0,
        )
    )


def list_owed(session: Session, conversation_id: str, channel: str) -> Sequence[Owed]:
    """Return what this conversation has not received over this channel, in the order said."""
    found = session.execute(
        select(OutboxRow, MessageRow)
        .join(MessageRow, MessageRow.id == OutboxRow.message_id)
        .where(OutboxRow.conversation_id == conversation_id, OutboxRow.channel == channel, OutboxRow.status.in_(OWED))
        .order_by(OutboxRow.id)
    )
    return [(row, message) for row, message in found]


def lock_conversations_due(session: Session, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
    """Return (conversation, channel) whose first message to be sent is due, oldest first.

    The conversations stay locked; other senders pass them over.
    """
    heads = (
        select(func.min(OutboxRow.id)).where(OutboxRow.status.in_(TO_SEND)).group_by(OutboxRow.conversation_id, OutboxRow.channel)
    )
    due = (
        select(OutboxRow.conversation_id, OutboxRow.channel, OutboxRow.id)
        .where(OutboxRow.id.in_(heads), OutboxRow.next_attempt_at <= now)
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    found = session.execute(due).all()
    ids = sorted({conversation_id for conversation_id, _, _ in found})
    locked = set(session.scalars(select(ConversationRow.id).where(ConversationRow.id.in_(ids)).with_for_update(skip_locked=True)))
    return [(conversation_id, channel) for conversation_id, channel, _ in found if conversation_id in locked]


def get_outbox(session: Session, message_id: str, lock: bool = False) -> OutboxRow:
    found = select(OutboxRow).where(OutboxRow.message_id == message_id)
    return session.scalars(found.with_for_update() if lock else found).one()


def make_due(session: Session, conversation_id: str, channel: str, now: datetime) -> None:
    """Let be sent now what waited for the platform's own call, and what was held while the account might not send."""
    waited = (OutboxRow.status == "pending") & (OutboxRow.attempts == 0) & (OutboxRow.next_attempt_at > now)
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id, OutboxRow.channel == channel)
        .where(waited | (OutboxRow.status == "held"))
        .values(status="pending", next_attempt_at=now)
    )


def list_failures(session: Session, conversation_id: str, limit: int = 50) -> Sequence[OutboxRow]:
    """Return the newest deliveries of a conversation that failed or still wait, newest first."""
    return session.scalars(
        select(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id)
        .where((OutboxRow.status.in_(("failed", "held"))) | (OutboxRow.last_error.is_not(None)))
        .order_by(OutboxRow.id.desc())
        .limit(limit)
    ).all()


def is_agent_unheard(session: Session, conversation_id: str) -> bool:
    """Return whether the last thing that an agent said was tried and has not got through."""
    last = session.scalar(
        select(OutboxRow)
        .join(MessageRow, MessageRow.id == OutboxRow.message_id)
        .where(OutboxRow.conversation_id == conversation_id, MessageRow.sender == "agent")
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )
    return last is not None and (last.status in ("held", "failed") or (last.status == "pending" and last.last_error is not None))


def list_of(session: Session, message_ids: Sequence[str]) -> Sequence[OutboxRow]:
    """Return what is known of the delivery of these messages."""
    return session.scalars(select(OutboxRow).where(OutboxRow.message_id.in_(message_ids))).all()
