"""Named queries on who looked at whose conversation."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import AccessLogRow

SAME_LOOK = timedelta(minutes=10)
"""Looking again within this time is still the same look."""


def note_access(session: Session, username: str, action: str, conversation_id: str | None, now: datetime) -> None:
    """Write the access down, unless the same was written down just before."""
    known = session.scalar(
        select(AccessLogRow.id)
        .where(AccessLogRow.username == username, AccessLogRow.conversation_id == conversation_id)
        .where(AccessLogRow.at > now - SAME_LOOK, AccessLogRow.action == action)
        .limit(1)
    )
    if known is None:
        session.add(AccessLogRow(username=username, action=action, conversation_id=conversation_id, at=now))
