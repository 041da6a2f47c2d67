"""Named queries on who may speak for which enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.persistence.enterprise_tables import BindingRow, EnterpriseRow
from bot.persistence.tables import ChannelUserRow, ConversationRow

EXPIRED = "expired"
"""Who ended a binding that nobody ended before another took its place."""


def holder_of(session: Session, conversation_id: str) -> str:
    """Return who writes in this conversation: the platform's user, or whoever has the page's key."""
    user = session.scalar(select(ChannelUserRow).where(ChannelUserRow.conversation_id == conversation_id))
    return f"{user.channel}:{user.account}:{user.user_id}" if user else f"conversation:{conversation_id}"


def find_live_binding(session: Session, holder: str, now: datetime) -> tuple[BindingRow, EnterpriseRow] | None:
    """Return the holder's binding with its enterprise, None when there is none that holds now."""
    row = session.execute(
        select(BindingRow, EnterpriseRow)
        .join(EnterpriseRow, EnterpriseRow.credit_code == BindingRow.credit_code)
        .where(BindingRow.holder == holder, BindingRow.revoked_at.is_(None), BindingRow.expires_at > now)
    ).first()
    return (row[0], row[1]) if row else None


def find_binding(session: Session, binding_id: str) -> BindingRow | None:
    """Return the binding, locked until the transaction ends."""
    return session.get(BindingRow, binding_id, with_for_update=True)


def add_binding(session: Session, row: BindingRow) -> None:
    """Add a binding in place of one that has expired. Raises StoreConflict later if the holder has one that holds."""
    gone = update(BindingRow).where(BindingRow.holder == row.holder, BindingRow.revoked_at.is_(None))
    expired = gone.where(BindingRow.expires_at <= row.created_at)
    session.execute(expired.values(revoked_at=BindingRow.expires_at, revoked_by=EXPIRED))
    session.add(row)
    session.flush()


def list_bindings_of(session: Session, credit_code: str, limit: int) -> Sequence[BindingRow]:
    """Return the enterprise's bindings, those that are over too, the newest first."""
    found = select(BindingRow).where(BindingRow.credit_code == credit_code)
    return session.scalars(found.order_by(BindingRow.created_at.desc()).limit(limit)).all()


def list_live_bindings_of(session: Session, credit_code: str, now: datetime) -> Sequence[BindingRow]:
    """Return the bindings of an enterprise that hold now, the newest first."""
    return session.scalars(
        select(BindingRow)
        .where(BindingRow.credit_code == credit_code, BindingRow.revoked_at.is_(None), BindingRow.expires_at > now)
        .order_by(BindingRow.created_at.desc())
    ).all()


def conversation_of(session: Session, holder: str) -> str | None:
    """Return where this holder reads us, None when there is no such conversation."""
    channel, _, rest = holder.partition(":")
    if channel == "conversation":
        return session.scalar(select(ConversationRow.id).where(ConversationRow.id == rest))
    account, _, user_id = rest.partition(":")
    user = session.get(ChannelUserRow, (channel, account, user_id))
    return user.conversation_id if user else None


def find_enterprise(session: Session, credit_code: str) -> EnterpriseRow | None:
    return session.get(EnterpriseRow, credit_code)


def add_enterprise(
    session: Session, credit_code: str, name: str, district: str | None, created_by: str, now: datetime
) -> EnterpriseRow:
    """Add an enterprise whose code was checked."""
    row = EnterpriseRow(credit_code=credit_code, name=name, district=district, created_by=created_by, created_at=now)
    session.add(row)
    session.flush()
    return row
