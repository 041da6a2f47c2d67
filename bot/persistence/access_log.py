"""Named queries on who looked at what of somebody else's, and who tried in vain."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import AccessLogRow

SAME_LOOK = timedelta(minutes=10)
"""Looking again within this time is still the same look."""
ALLOWED, DENIED = "allowed", "denied"


def note_access(session: Session, username: str, action: str, conversation_id: str | None, now: datetime) -> None:
    """Write the access to a conversation down, unless the same was written down just before."""
    known = session.scalar(
        select(AccessLogRow.id)
        .where(AccessLogRow.username == username, AccessLogRow.conversation_id == conversation_id)
        .where(AccessLogRow.at > now - SAME_LOOK, AccessLogRow.action == action)
        .limit(1)
    )
    if known is None:
        session.add(AccessLogRow(username=username, action=action, conversation_id=conversation_id, at=now))


def note_attempt(
    session: Session, who: str, action: str, about: str, outcome: str, now: datetime, conversation_id: str | None = None
) -> None:
    """Write an attempt down, each one. `about`: an id, or a hash of what was asked for in vain; never words of a person."""
    session.add(AccessLogRow(username=who, action=action, about=about, outcome=outcome, conversation_id=conversation_id, at=now))


def note_look(session: Session, who: str, action: str, about: str, now: datetime) -> None:
    """Write down that something was looked at or changed, unless the same was written down just before."""
    known = session.scalar(
        select(AccessLogRow.id)
        .where(AccessLogRow.username == who, AccessLogRow.conversation_id.is_(None), AccessLogRow.at > now - SAME_LOOK)
        .where(AccessLogRow.about == about, AccessLogRow.action == action, AccessLogRow.outcome == ALLOWED)
        .limit(1)
    )
    if known is None:
        note_attempt(session, who, action, about, ALLOWED, now)
