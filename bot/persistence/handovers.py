"""Named queries on handovers and on who had a conversation when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.persistence.tables import ConversationRow, HandoverRow, OwnershipChangeRow

WAITING, ACTIVE, UNATTENDED, ENDED = "waiting", "active", "unattended", "ended"
RECENT = 40
"""How many past chats a wait is told from."""


def find_open(session: Session, conversation_id: str) -> HandoverRow | None:
    """Return the handover that waits or is under way."""
    return session.scalar(
        select(HandoverRow).where(HandoverRow.conversation_id == conversation_id, HandoverRow.status.in_((WAITING, ACTIVE)))
    )


def find_unattended(session: Session, conversation_id: str) -> HandoverRow | None:
    """Return the request that nobody was there for and that nobody has dealt with since; there is at most one."""
    return session.scalar(
        select(HandoverRow)
        .where(HandoverRow.conversation_id == conversation_id, HandoverRow.status == UNATTENDED)
        .order_by(HandoverRow.id.desc())
        .limit(1)
    )


def find_last(session: Session, conversation_id: str) -> HandoverRow | None:
    return session.scalar(
        select(HandoverRow).where(HandoverRow.conversation_id == conversation_id).order_by(HandoverRow.id.desc()).limit(1)
    )


def find_last_ended(session: Session, conversation_id: str) -> HandoverRow | None:
    """Return the last handover in which an agent talked."""
    return session.scalar(
        select(HandoverRow)
        .where(HandoverRow.conversation_id == conversation_id, HandoverRow.status == ENDED, HandoverRow.taken_by.is_not(None))
        .order_by(HandoverRow.id.desc())
        .limit(1)
    )


def list_of(session: Session, conversation_id: str) -> Sequence[HandoverRow]:
    """Return the conversation's handovers, newest first."""
    return session.scalars(
        select(HandoverRow).where(HandoverRow.conversation_id == conversation_id).order_by(HandoverRow.id.desc()).limit(50)
    ).all()


def list_waiting(session: Session, team: str | None = None) -> Sequence[HandoverRow]:
    """Return who waits, in the order in which they are to be served; with `team`, in its queue only."""
    found = select(HandoverRow).where(HandoverRow.status == WAITING)
    if team is not None:
        found = found.where(HandoverRow.team == team)
    return session.scalars(found.order_by(HandoverRow.priority, HandoverRow.requested_at, HandoverRow.conversation_id)).all()


@dataclass(frozen=True)
class ActiveChat:
    """What is needed of a chat that an agent has, to see who was silent."""

    conversation_id: str
    team: str
    taken_by: str | None
    taken_at: datetime | None
    first_reply_at: datetime | None
    warned_at: datetime | None
    unanswered_since: datetime | None
    last_at: datetime


def list_active(session: Session) -> Sequence[ActiveChat]:
    """Return every chat that an agent has. Looked at all the time, so only these columns are read."""
    found = session.execute(
        select(
            HandoverRow.conversation_id,
            HandoverRow.team,
            HandoverRow.taken_by,
            HandoverRow.taken_at,
            HandoverRow.first_reply_at,
            HandoverRow.warned_at,
            ConversationRow.unanswered_since,
            ConversationRow.last_at,
        )
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .where(HandoverRow.status == ACTIVE)
    )
    return [ActiveChat(*row) for row in found]


def active_of(row: HandoverRow, conversation: ConversationRow) -> ActiveChat:
    return ActiveChat(
        conversation.id,
        row.team,
        row.taken_by,
        row.taken_at,
        row.first_reply_at,
        row.warned_at,
        conversation.unanswered_since,
        conversation.last_at,
    )


def loads(session: Session) -> Mapping[str, int]:
    """Return how many chats each agent has now."""
    counted = select(HandoverRow.taken_by, func.count()).where(HandoverRow.status == ACTIVE).group_by(HandoverRow.taken_by)
    return {username: count for username, count in session.execute(counted) if username}


def last_agents(session: Session, conversation_ids: Sequence[str]) -> Mapping[str, str]:
    """Return who talked with these users last (conversation id → user name)."""
    last = (
        select(func.max(HandoverRow.id))
        .where(HandoverRow.conversation_id.in_(conversation_ids), HandoverRow.taken_by.is_not(None))
        .group_by(HandoverRow.conversation_id)
    )
    found = session.execute(select(HandoverRow.conversation_id, HandoverRow.taken_by).where(HandoverRow.id.in_(last)))
    return {conversation_id: username for conversation_id, username in found if username}


def durations(session: Session, team: str, since: datetime) -> tuple[list[float], list[float]]:
    """Return, of the newest chats since then, how many seconds users waited for somebody, and how long the chats lasted."""
    found = session.execute(
        select(HandoverRow.requested_at, HandoverRow.taken_at, HandoverRow.ended_at)
        .where(HandoverRow.team == team, HandoverRow.taken_at.is_not(None), HandoverRow.requested_at >= since)
        .where(HandoverRow.reason != "step_in")
        .order_by(HandoverRow.requested_at.desc())
        .limit(RECENT)
    ).all()
    waits = [(taken_at - requested_at).total_seconds() for requested_at, taken_at, _ in found if taken_at]
    lasted = [(ended_at - taken_at).total_seconds() for _, taken_at, ended_at in found if taken_at and ended_at]
    return waits, lasted


def list_since(session: Session, since: datetime) -> Sequence[HandoverRow]:
    """Return what was asked for, taken or ended since then."""
    touched = or_(HandoverRow.requested_at >= since, HandoverRow.taken_at >= since, HandoverRow.ended_at >= since)
    return session.scalars(select(HandoverRow).where(touched)).all()


def add_change(session: Session, change: OwnershipChangeRow) -> None:
    session.add(change)
    session.flush()


def list_changes(session: Session, conversation_id: str, limit: int = 200) -> Sequence[OwnershipChangeRow]:
    """Return how the conversation changed hands, newest first."""
    return session.scalars(
        select(OwnershipChangeRow)
        .where(OwnershipChangeRow.conversation_id == conversation_id)
        .order_by(OwnershipChangeRow.version.desc())
        .limit(limit)
    ).all()


def end(row: HandoverRow, result: str, now: datetime) -> None:
    row.status, row.result, row.ended_at, row.escalate_at = ENDED, result, now, None
