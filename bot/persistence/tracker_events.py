"""Named queries on the dialogue engine's events: appended once, read back only as far as needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import TrackerEventRow, TrackerStateRow


def find_state(session: Session, conversation_id: str) -> TrackerStateRow | None:
    return session.get(TrackerStateRow, conversation_id)


def list_last_events(session: Session, conversation_id: str, limit: int) -> list[dict[str, Any]]:
    """Return the last events, oldest first."""
    rows = session.scalars(
        select(TrackerEventRow.data)
        .where(TrackerEventRow.conversation_id == conversation_id)
        .order_by(TrackerEventRow.sequence.desc())
        .limit(limit)
    ).all()
    return list(reversed(rows))


def append_events(session: Session, conversation_id: str, after: int, events: Sequence[dict[str, Any]]) -> None:
    session.add_all(
        TrackerEventRow(conversation_id=conversation_id, sequence=after + i, data=data) for i, data in enumerate(events, start=1)
    )


def save_state(session: Session, conversation_id: str, last_sequence: int, slots: dict[str, Any], now: datetime) -> None:
    session.merge(TrackerStateRow(conversation_id=conversation_id, last_sequence=last_sequence, slots=slots, updated_at=now))


def list_conversation_ids(session: Session) -> list[str]:
    return list(session.scalars(select(TrackerStateRow.conversation_id)).all())


def delete_conversation(session: Session, conversation_id: str) -> None:
    for row in session.scalars(select(TrackerEventRow).where(TrackerEventRow.conversation_id == conversation_id)):
        session.delete(row)
    if state := find_state(session, conversation_id):
        session.delete(state)
