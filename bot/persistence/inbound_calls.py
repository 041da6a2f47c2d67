"""Named queries on a platform's calls: each message and event counts once, each signed call is accepted once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.persistence.tables import CallbackNonceRow, InboundCallRow


def find_call(session: Session, call_id: str) -> InboundCallRow | None:
    return session.get(InboundCallRow, call_id)


def get_call(session: Session, call_id: str) -> InboundCallRow:
    return session.get_one(InboundCallRow, call_id)


def find_call_of(session: Session, message_id: str) -> InboundCallRow | None:
    """Return the call that brought the message, None when it came another way."""
    return session.scalar(select(InboundCallRow).where(InboundCallRow.message_id == message_id))


def add_call(session: Session, call: InboundCallRow) -> None:
    session.add(call)
    session.flush()


def find_nonce(session: Session, digest: str) -> CallbackNonceRow | None:
    return session.get(CallbackNonceRow, digest)


def add_nonce(session: Session, digest: str, body_sha256: str, now: datetime) -> None:
    session.add(CallbackNonceRow(digest=digest, body_sha256=body_sha256, seen_at=now))
    session.flush()


def forget_calls_before(session: Session, calls: datetime, nonces: datetime) -> None:
    """Delete what no platform repeats any more. The messages themselves stay."""
    session.execute(delete(InboundCallRow).where(InboundCallRow.received_at < calls))
    session.execute(delete(CallbackNonceRow).where(CallbackNonceRow.seen_at < nonces))
