"""Signing in and out of the desk, and finding who is signed in.

A session ends twelve hours after signing in, and two hours after its last use: a desk that is open in a browser uses it. What is
wrong is counted in the database before a password is looked at, so that many tries at once, other processes and restarts count.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business.account import normal_username
from bot.business.lockout import FORGIVEN_AFTER, Failures
from bot.business.password import check_password
from bot.business.roles import Principal, Role
from bot.errors import PasswordWeak, SignInLocked, SignInRefused, StoreConflict
from bot.persistence import access_log, users
from bot.persistence.database import Database, Session
from bot.persistence.tables import SessionRow, SignInFailureRow, UserRow
from bot.services import passwords
from bot.settings import Secret

LONGEST_SESSION = timedelta(hours=12)
UNUSED_SESSION = timedelta(hours=2)
MAX_TRIED = 128
NOTED_EVERY = timedelta(minutes=1)
"""How often the use of a session is written down."""


@dataclass(frozen=True)
class SignedIn:
    token: Secret
    """The session's only key; its hash is stored."""
    principal: Principal


def sign_in(database: Database, username: str, password: Secret, now: datetime) -> SignedIn:
    """Open a session. Hashes, see bot/services/passwords.py.

    Raises SignInRefused, the same for a wrong password, an unknown name and a disabled account; SignInLocked.
    """
    name = normal_username(username)
    password_hash = _checked(database, name or username, password, now)
    renewed = passwords.hash_password(password) if passwords.is_outdated(password_hash) else None
    token = Secret(secrets.token_urlsafe(32))
    with database.session() as session:
        user = users.find_user(session, name or "", for_update=True)
        if user is None or user.disabled or user.password_hash != password_hash:  # changed while we hashed
            raise SignInRefused
        user.password_hash = renewed or password_hash
        clear_lock(session, user.username)
        session.add(
            SessionRow(token_sha256=_hash(token.value), username=user.username, created_at=now, expires_at=_end(now, now))
        )
        return SignedIn(token, principal_of(user))


def sign_out(database: Database, token: Secret) -> None:
    with database.session() as session:
        users.end_session(session, _hash(token.value))


def find_principal(database: Database, token: Secret, now: datetime, is_use: bool = True) -> Principal | None:
    """Return who is signed in with this token; `is_use` prolongs the session."""
    if not token.value:
        return None
    with database.session() as session:
        row = users.find_session(session, _hash(token.value), now)
        user = users.find_user(session, row.username) if row else None
        if row is None or user is None or user.disabled:
            return None
        end = _end(row.created_at, now)
        if is_use and end - row.expires_at >= NOTED_EVERY:
            users.prolong_session(session, row.token_sha256, end)
        return principal_of(user)


def change_password(database: Database, username: str, old: Secret, new: Secret, token: Secret, now: datetime) -> None:
    """Change one's own password; sessions other than the token's end. Hashes, see bot/services/passwords.py.

    Raises PasswordWeak; SignInRefused and SignInLocked for the old one.
    """
    check_password(new.value, username)
    if new.value == old.value:
        raise PasswordWeak("same")
    old_hash = _checked(database, username, old, now)
    new_hash = passwords.hash_password(new)
    with database.session() as session:
        user = users.find_user(session, username, for_update=True)
        if user is None or user.disabled or user.password_hash != old_hash:
            raise SignInRefused
        user.password_hash, user.must_change_password = new_hash, False
        clear_lock(session, username)
        users.end_sessions_of(session, username, except_token_sha256=_hash(token.value))


def forget_old(database: Database, now: datetime) -> None:
    """Forget sessions that have ended and wrong passwords that are forgiven. For the housekeeper."""
    with database.session() as session:
        users.forget_expired_sessions(session, now)
        users.forget_failures(session, now - FORGIVEN_AFTER)


def clear_lock(session: Session, username: str) -> None:
    """Forget the name's wrong passwords, so that its owner may sign in at once."""
    users.clear_failures(session, _hash(username))


def note_denied(database: Database, username: str, tried: str, now: datetime) -> None:
    """Write down what an account tried that its role does not allow: method and path, nothing else."""
    about = "".join(filter(str.isprintable, tried))[:MAX_TRIED]  # PostgreSQL refuses NUL in a text
    with database.session() as session:
        access_log.note_attempt(session, f"agent:{username}", "forbidden", about, access_log.DENIED, now)


def principal_of(user: UserRow) -> Principal:
    return Principal(
        username=user.username,
        display_name=user.display_name or user.username,
        role=Role(user.role),
        teams=tuple(user.teams or ()),
        skills=tuple(user.skills or ()),
        languages=tuple(user.languages or ()),
        capacity=user.capacity,
        must_change_password=user.must_change_password,
        department=user.department,
    )


def _checked(database: Database, name: str, password: Secret, now: datetime) -> str:
    """Return the hash that the password was found to fit. Raises SignInRefused, SignInLocked."""
    try:
        password_hash = _count_and_find(database, name, now)
    except StoreConflict:  # the name's first two tries at the same moment
        password_hash = _count_and_find(database, name, now)
    if not passwords.is_right(password_hash, password) or password_hash is None:
        raise SignInRefused
    return password_hash


def _count_and_find(database: Database, name: str, now: datetime) -> str | None:
    """Count a try as wrong until it turns out to be right; return the account's hash, None without such an account."""
    with database.session() as session:
        row = users.find_failures(session, _hash(name))
        failures = Failures(row.failures, row.last_at, row.locked_until) if row else Failures()
        if left := failures.lock_left(now):
            raise SignInLocked(math.ceil(left.total_seconds()))
        _store(row or _added(session, name), failures.one_more(now))
        user = users.find_user(session, name) if normal_username(name) else None
        return user.password_hash if user else None


def _added(session: Session, name: str) -> SignInFailureRow:
    row = SignInFailureRow(name_sha256=_hash(name))
    session.add(row)
    return row


def _store(row: SignInFailureRow, failures: Failures) -> None:
    assert failures.last_at is not None
    row.failures, row.last_at, row.locked_until = failures.count, failures.last_at, failures.locked_until


def _end(created_at: datetime, used_at: datetime) -> datetime:
    return min(created_at + LONGEST_SESSION, used_at + UNUSED_SESSION)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
