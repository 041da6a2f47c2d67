"""Named queries on accounts and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.persistence.tables import SessionRow, UserRow


def count_users(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(UserRow)) or 0


def find_user(session: Session, username: str) -> UserRow | None:
    return session.get(UserRow, username)


def find_session(session: Session, token_sha256: str, now: datetime) -> SessionRow | None:
    row = session.get(SessionRow, token_sha256)
    return row if row is not None and row.expires_at > now else None
