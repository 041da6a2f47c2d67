"""Accounts of agents and admins: the first admin, signing in and out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import SignInRefused
from bot.persistence import users
from bot.persistence.database import Database
from bot.persistence.tables import SessionRow, UserRow
from bot.settings import Secret

ADMIN = "admin"
SESSION_LENGTH = timedelta(hours=12)
_hasher = PasswordHasher()
_DUMMY_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b5dWRWJTmaaJObG"
"""Verified when the user is unknown, so that the answer takes as long as with a wrong password."""


def create_first_admin(database: Database, password: Secret | None, now: datetime) -> Secret | None:
    """Create the admin if there is no account yet. Return the password made for it, None if there was nothing to make."""
    with database.session() as session:
        if users.count_users(session):
            return None
        chosen = password or Secret(secrets.token_urlsafe(12))
        session.add(
            UserRow(
                username=ADMIN,
                password_hash=_hasher.hash(chosen.value),
                role=ADMIN,
                disabled=False,
                must_change_password=password is None,
                created_at=now,
            )
        )
    return chosen if password is None else None


def sign_in(database: Database, username: str, password: Secret, now: datetime) -> Secret:
    """Return a session's token. Raises SignInRefused."""
    with database.session() as session:
        user = users.find_user(session, username) if username.isprintable() else None  # PostgreSQL refuses NUL
        try:
            _hasher.verify(user.password_hash if user else _DUMMY_HASH, password.value)
        except (VerificationError, InvalidHashError):
            raise SignInRefused(username) from None
        if user is None or user.disabled:
            raise SignInRefused(username)
        token = Secret(secrets.token_urlsafe(32))
        expires_at = now + SESSION_LENGTH
        session.add(SessionRow(token_sha256=_hash(token), username=username, created_at=now, expires_at=expires_at))
        return token


def sign_out(database: Database, token: Secret, now: datetime) -> None:
    with database.session() as session:
        if row := users.find_session(session, _hash(token), now):
            session.delete(row)


def find_signed_in(database: Database, token: Secret, now: datetime) -> str | None:
    """Return the name of the user whose session this is."""
    with database.session() as session:
        row = users.find_session(session, _hash(token), now)
        user = users.find_user(session, row.username) if row else None
        return user.username if user and not user.disabled else None


def _hash(token: Secret) -> str:
    return hashlib.sha256(token.value.encode()).hexdigest()
