"""Named queries on requests for a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import HandoverRequestRow

OPEN = "open"


def find_open_request(session: Session, conversation_id: str) -> HandoverRequestRow | None:
    return session.scalar(
        select(HandoverRequestRow).where(HandoverRequestRow.conversation_id == conversation_id, HandoverRequestRow.status == OPEN)
    )


def add_request(session: Session, conversation_id: str, reason: str, now: datetime) -> None:
    session.add(HandoverRequestRow(conversation_id=conversation_id, reason=reason, status=OPEN, at=now))
