"""Named queries on accounts, their sessions, and wrong passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.business.roles import Role
from bot.persistence.tables import AgentPresenceRow, SessionRow, SignInFailureRow, UserRow


def find_user(session: Session, username: str, for_update: bool = False) -> UserRow | None:
    return session.get(UserRow, username, with_for_update=for_update or None)


def list_users(session: Session) -> Sequence[tuple[UserRow, datetime | None]]:
    """Return every account with the time when a desk of its owner was last connected, in the order of their names."""
    found = session.execute(
        select(UserRow, AgentPresenceRow.seen_at)
        .outerjoin(AgentPresenceRow, AgentPresenceRow.username == UserRow.username)
        .order_by(UserRow.username)
    )
    return [(user, seen_at) for user, seen_at in found]


def has_admin(session: Session) -> bool:
    """Return whether anybody administers, disabled or not."""
    return session.scalar(select(UserRow.username).where(UserRow.role == Role.ADMIN).limit(1)) is not None


def lock_enabled_admins(session: Session) -> set[str]:
    """Return who may administer; nobody else can change that until the transaction ends."""
    admins = select(UserRow).where(UserRow.role == Role.ADMIN, UserRow.disabled.is_(False)).order_by(UserRow.username)
    return {user.username for user in session.scalars(admins.with_for_update())}


def find_session(session: Session, token_sha256: str, now: datetime) -> SessionRow | None:
    row = session.get(SessionRow, token_sha256)
    return row if row is not None and row.expires_at > now else None


def has_session(session: Session, username: str, now: datetime) -> bool:
    """Return whether the account is signed in anywhere."""
    found = select(SessionRow.token_sha256).where(SessionRow.username == username, SessionRow.expires_at > now)
    return session.scalar(found.limit(1)) is not None


def prolong_session(session: Session, token_sha256: str, expires_at: datetime) -> None:
    """Let the session end later, if it has not been ended meanwhile."""
    session.execute(update(SessionRow).where(SessionRow.token_sha256 == token_sha256).values(expires_at=expires_at))


def end_session(session: Session, token_sha256: str) -> None:
    session.execute(delete(SessionRow).where(SessionRow.token_sha256 == token_sha256))


def end_sessions_of(session: Session, username: str, except_token_sha256: str = "") -> None:
    session.execute(delete(SessionRow).where(SessionRow.username == username, SessionRow.token_sha256 != except_token_sha256))


def forget_expired_sessions(session: Session, now: datetime) -> None:
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))


def find_failures(session: Session, name_sha256: str) -> SignInFailureRow | None:
    """Return the name's row, locked until the transaction ends."""
    return session.get(SignInFailureRow, name_sha256, with_for_update=True)


def clear_failures(session: Session, name_sha256: str) -> None:
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.name_sha256 == name_sha256))


def forget_failures(session: Session, before: datetime) -> None:
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.last_at <= before))
