"""Named queries on canned replies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.persistence.tables import CannedReplyRow

SHARED = ""
"""Owner of what everybody uses."""


def list_replies(session: Session, username: str) -> Sequence[CannedReplyRow]:
    """Return one's own and the shared ones, by shortcut."""
    return session.scalars(
        select(CannedReplyRow).where(CannedReplyRow.owner.in_((SHARED, username))).order_by(CannedReplyRow.shortcut)
    ).all()


def find_reply(session: Session, reply_id: int) -> CannedReplyRow | None:
    return session.get(CannedReplyRow, reply_id)


def find_by_shortcut(session: Session, owner: str, shortcut: str) -> CannedReplyRow | None:
    return session.scalar(select(CannedReplyRow).where(CannedReplyRow.owner == owner, CannedReplyRow.shortcut == shortcut))


def count_replies(session: Session, owner: str) -> int:
    return session.scalar(select(func.count()).select_from(CannedReplyRow).where(CannedReplyRow.owner == owner)) or 0


def add_reply(session: Session, reply: CannedReplyRow) -> CannedReplyRow:
    session.add(reply)
    session.flush()
    return reply


def remove_reply(session: Session, reply: CannedReplyRow) -> None:
    session.delete(reply)
