"""Named queries on wrong codes, and on what somebody has begun: a code written in a chat, a sign-in elsewhere."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.business.invitation import Tries
from bot.persistence.enterprise_tables import BindingFailureRow, IdentitySignInRow, PendingBindingRow


def get_tries(session: Session, key_sha256: str, now: datetime) -> BindingFailureRow:
    """Return the key's row, made now if there is none, locked until the transaction ends."""
    row = session.get(BindingFailureRow, key_sha256, with_for_update=True)
    if row is None:
        with suppress(IntegrityError), session.begin_nested():  # somebody else may make it at the same moment
            session.add(BindingFailureRow(key_sha256=key_sha256, failures=0, last_at=now))
        row = session.get_one(BindingFailureRow, key_sha256, with_for_update=True)
    return row


def tries_of(row: BindingFailureRow) -> Tries:
    return Tries(row.failures, row.last_at, row.locked_until)


def set_tries(row: BindingFailureRow, tries: Tries) -> None:
    assert tries.last_at is not None
    row.failures, row.last_at, row.locked_until = tries.failures, tries.last_at, tries.locked_until


def find_pending(session: Session, conversation_id: str, since: datetime) -> PendingBindingRow | None:
    """Return the code that was written in this conversation, unless that was before `since`."""
    row = session.get(PendingBindingRow, conversation_id)
    return row if row is not None and row.at > since else None


def set_pending(session: Session, conversation_id: str, code_sha256: str, at: datetime) -> None:
    """Keep a code just written, in place of one written before."""
    row = session.get(PendingBindingRow, conversation_id)
    if row is None:
        row = PendingBindingRow(conversation_id=conversation_id)
        session.add(row)
    row.code_sha256, row.credit_code, row.at = code_sha256, None, at


def forget_pending(session: Session, conversation_id: str) -> None:
    session.execute(delete(PendingBindingRow).where(PendingBindingRow.conversation_id == conversation_id))


def add_sign_in(session: Session, row: IdentitySignInRow) -> None:
    session.add(row)


def take_sign_in(session: Session, state_sha256: str, since: datetime) -> IdentitySignInRow | None:
    """Return the sign-in that was begun with this state, and use it up; None when there is none begun after `since`."""
    row = session.get(IdentitySignInRow, state_sha256, with_for_update=True)
    if row is None:
        return None
    session.delete(row)
    return row if row.begun_at > since else None


def forget_old(session: Session, failures_before: datetime, begun_before: datetime) -> None:
    session.execute(delete(BindingFailureRow).where(BindingFailureRow.last_at <= failures_before))
    session.execute(delete(PendingBindingRow).where(PendingBindingRow.at <= begun_before))
    session.execute(delete(IdentitySignInRow).where(IdentitySignInRow.begun_at <= begun_before))
