"""Named queries on who is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.business.roles import TALKING_ROLES
from bot.persistence.tables import AgentPresenceRow, UserRow

READY, AWAY = "ready", "away"


def find_presence(session: Session, username: str) -> AgentPresenceRow | None:
    return session.get(AgentPresenceRow, username)


def get_presence(session: Session, username: str) -> AgentPresenceRow:
    """Return the agent's row, made now if there is none."""
    row = session.get(AgentPresenceRow, username)
    if row is None:
        row = AgentPresenceRow(username=username, state=AWAY, takes_automatically=False)
        session.add(row)
        session.flush()
    return row


def list_presences(session: Session) -> Sequence[tuple[UserRow, AgentPresenceRow | None]]:
    """Return every account that may talk, with where its owner is."""
    found = session.execute(
        select(UserRow, AgentPresenceRow)
        .outerjoin(AgentPresenceRow, AgentPresenceRow.username == UserRow.username)
        .where(UserRow.disabled.is_(False), UserRow.role.in_(TALKING_ROLES))
        .order_by(UserRow.username)
    )
    return [(user, presence) for user, presence in found]


def list_ready(session: Session, seen_since: datetime) -> Sequence[tuple[UserRow, AgentPresenceRow]]:
    """Return who is ready and was connected since that time."""
    found = session.execute(
        select(UserRow, AgentPresenceRow)
        .join(AgentPresenceRow, AgentPresenceRow.username == UserRow.username)
        .where(UserRow.disabled.is_(False), UserRow.role.in_(TALKING_ROLES))
        .where(AgentPresenceRow.state == READY, AgentPresenceRow.seen_at >= seen_since)
        .order_by(UserRow.username)
    )
    return [(user, presence) for user, presence in found]


def names(session: Session) -> dict[str, str]:
    """Return what each account is called."""
    found = session.execute(select(UserRow.username, UserRow.display_name))
    return {username: display_name or username for username, display_name in found}
