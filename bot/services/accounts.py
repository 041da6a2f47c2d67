"""Accounts of those who work at the desk: the first admin, and what admins do with the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.business.account import LANGUAGES, check_capacity, check_display_name, check_names, check_username
from bot.business.roles import Role
from bot.errors import AccountInvalid, AccountNotFound, LastAdmin, StoreConflict, UsernameTaken
from bot.persistence import presences, users
from bot.persistence.database import Database, Session
from bot.persistence.tables import UserRow
from bot.services import passwords, sessions
from bot.settings import Secret

ADMIN = "admin"
"""User name of the first admin."""
ADMIN_TITLE = "管理员"


@dataclass(frozen=True)
class Account:
    """An account as admins see it."""

    username: str
    display_name: str
    role: str
    department: str | None
    teams: list[str]
    skills: list[str]
    languages: list[str]
    capacity: int
    disabled: bool
    must_change_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    """When a desk of theirs was last connected."""


@dataclass(frozen=True)
class NewAccount:
    account: Account
    password: Secret
    """Good until its owner changes it, which comes before everything else."""


@dataclass(frozen=True)
class AccountChange:
    """What an account gets; None = what it has, or the default of a new one."""

    display_name: str | None = None
    role: str | None = None
    department: str | None = None
    """Needed for the role department, and for no other; "" = none."""
    teams: list[str] | None = None
    skills: list[str] | None = None
    languages: list[str] | None = None
    capacity: int | None = None
    disabled: bool | None = None


@dataclass(frozen=True)
class KnownNames:
    """What accounts may refer to; None = not known here, so nothing is refused."""

    teams: Collection[str] | None = None
    skills: Collection[str] | None = None
    departments: Collection[str] | None = None


def create_first_admin(database: Database, password: Secret | None, now: datetime) -> Secret | None:
    """Create the admin if nobody administers yet. Return the password made for it, None if there was nothing to make."""
    with database.session() as session:
        if users.has_admin(session) or users.find_user(session, ADMIN):
            return None
        chosen = password or passwords.one_time_password()
        row = _new_row(ADMIN, Role.ADMIN, passwords.hash_password(chosen), now)
        row.must_change_password, row.display_name = password is None, ADMIN_TITLE
        session.add(row)
    return chosen if password is None else None


def list_accounts(database: Database) -> list[Account]:
    """Return every account, in the order of their user names."""
    with database.session() as session:
        return [_account(user, seen_at) for user, seen_at in users.list_users(session)]


def create_account(database: Database, username: str, new: AccountChange, known: KnownNames, now: datetime) -> NewAccount:
    """Raises AccountInvalid, UsernameTaken. Hashes, see bot/services/passwords.py."""
    check_username(username)
    _check(new, known)
    password = passwords.one_time_password()
    row = _new_row(username, Role.AGENT, passwords.hash_password(password), now)
    _apply(row, new)
    try:
        with database.session() as session:
            if users.find_user(session, username):
                raise UsernameTaken(username)
            session.add(row)
    except StoreConflict:  # made elsewhere at the same moment
        raise UsernameTaken(username) from None
    return NewAccount(_account(row, None), password)


def change_account(database: Database, username: str, change: AccountChange, known: KnownNames) -> Account:
    """Return the account as it is now. Raises AccountNotFound, AccountInvalid, LastAdmin. Disabling ends its sessions."""
    _check(change, known)
    with database.session() as session:
        admins = users.lock_enabled_admins(session)
        user = _get_user(session, username)
        _apply(user, change)
        if admins == {username} and (user.disabled or user.role != Role.ADMIN):
            raise LastAdmin(username)
        if user.disabled:
            users.end_sessions_of(session, username)
        presence = presences.find_presence(session, username)
        return _account(user, presence.seen_at if presence else None)


def reset_password(database: Database, username: str) -> Secret:
    """Return a new one-time password; sessions and a lock of the account end. Hashes. Raises AccountNotFound."""
    password = passwords.one_time_password()
    password_hash = passwords.hash_password(password)
    with database.session() as session:
        user = _get_user(session, username)
        user.password_hash, user.must_change_password = password_hash, True
        users.end_sessions_of(session, username)
        sessions.clear_lock(session, username)
    return password


def _get_user(session: Session, username: str) -> UserRow:
    user = users.find_user(session, username, for_update=True) if username.isprintable() else None  # PostgreSQL refuses NUL
    if user is None:
        raise AccountNotFound(username)
    return user


def _check(change: AccountChange, known: KnownNames) -> None:
    if change.role is not None and change.role not in set(Role):
        raise AccountInvalid("role", f"must be {', '.join(Role)}")
    if change.display_name is not None:
        check_display_name(change.display_name)
    if change.capacity is not None:
        check_capacity(change.capacity)
    check_names("teams", change.teams or (), known.teams)
    check_names("skills", change.skills or (), known.skills)
    check_names("languages", change.languages or (), LANGUAGES)
    check_names("department", [change.department] if change.department else [], known.departments)


def _apply(row: UserRow, change: AccountChange) -> None:
    """Set what is given. Raises AccountInvalid for somebody of a department that is not named."""
    for name, value in vars(change).items():
        if value is not None:
            setattr(row, name, value)
    if row.role != Role.DEPARTMENT:
        row.department = None
    elif not row.department:
        raise AccountInvalid("department", "must be given for the role department")


def _new_row(username: str, role: Role, password_hash: str, now: datetime) -> UserRow:
    return UserRow(
        username=username,
        password_hash=password_hash,
        role=role.value,
        display_name="",
        capacity=5,
        disabled=False,
        must_change_password=True,
        created_at=now,
    )


def _account(user: UserRow, seen_at: datetime | None) -> Account:
    return Account(
        username=user.username,
        display_name=user.display_name or user.username,
        role=user.role,
        department=user.department,
        teams=list(user.teams or ()),
        skills=list(user.skills or ()),
        languages=list(user.languages or ()),
        capacity=user.capacity,
        disabled=user.disabled,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        last_seen_at=seen_at,
    )
