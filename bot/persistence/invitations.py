"""Named queries on invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.persistence.enterprise_tables import InvitationRow


def find_by_code(session: Session, code_sha256: str) -> InvitationRow | None:
    """Return the invitation of this code, locked until the transaction ends."""
    return session.scalar(select(InvitationRow).where(InvitationRow.code_sha256 == code_sha256).with_for_update())


def find_invitation(session: Session, invitation_id: str) -> InvitationRow | None:
    """Return the invitation, locked until the transaction ends."""
    return session.get(InvitationRow, invitation_id, with_for_update=True)


def list_of(session: Session, credit_code: str, limit: int) -> Sequence[InvitationRow]:
    """Return the enterprise's invitations, the newest first."""
    found = select(InvitationRow).where(InvitationRow.credit_code == credit_code)
    return session.scalars(found.order_by(InvitationRow.created_at.desc()).limit(limit)).all()


def count_issued(session: Session, created_by: str, since: datetime) -> int:
    """Return how many somebody has issued since then."""
    found = select(func.count()).where(InvitationRow.created_by == created_by, InvitationRow.created_at > since)
    return session.scalar(found) or 0
