"""A server with agents who are signed in already, on an empty database beside a copy of the model."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.server import copied
from benchmarks.wechat_storm.processes import LOG_TAIL, ProductProcess
from bot.business.roles import Role
from bot.persistence.database import Database
from bot.persistence.tables import SessionRow, UserRow

MOMENT = "2026-11-23T09:30"
"""A working day on which the desk is open, whenever this runs."""
TEAMS: Sequence[tuple[str, ...] | None] = (None, ("hotline",), ("credit",), None, ("hotline", "ip"))
"""Of the agents in turn, so that not everybody sees everything; None = all teams."""
CAPACITY = 5
SUPERVISOR = "supervisor"
NO_PASSWORD = "!"


@dataclass(frozen=True)
class Account:
    """Somebody at a desk, and the cookie of their session."""

    username: str
    role: Role
    teams: tuple[str, ...] | None
    """None = all."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def sees(self, team: str | None, taken_by: str | None) -> bool:
        """Return whether the desk is to show them such a conversation."""
        if self.role is Role.SUPERVISOR or self.teams is None or team is None:
            return True
        return team in self.teams or taken_by == self.username


class DeskProcess(ProductProcess):
    """The server."""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def check_runs(self) -> None:
        """Raise SystemExit with the end of its log when it has ended."""
        if self._process is None or self._process.poll() is not None:
            raise SystemExit(f"the server has ended:\n{self.log.read_text(encoding='utf-8', errors='replace')[-LOG_TAIL:]}")


@dataclass(frozen=True)
class Installation:
    process: DeskProcess
    accounts: Sequence[Account]
    """The supervisor is the last."""


def accounts_for(agents: int) -> list[Account]:
    """Return so many agents, and a supervisor, who sees everything."""
    staff = [Account(f"agent{number:02}", Role.AGENT, TEAMS[number % len(TEAMS)]) for number in range(agents)]
    return [*staff, Account(SUPERVISOR, Role.SUPERVISOR, None)]


@contextmanager
def installed(data_dir: Path, agents: int) -> Iterator[Installation]:
    """Yield what can be started; stop it in the end and leave nothing behind."""
    accounts = accounts_for(agents)
    with copied(data_dir) as copy:
        url = f"sqlite:///{copy / 'desk_load.db'}"
        _enter(url, accounts)
        process = DeskProcess("desk", copy, {"YINGSHANG_DATABASE_URL": url, "YINGSHANG_TODAY": MOMENT})
        process.start()
        try:
            yield Installation(process, accounts)
        finally:
            process.stop()


def _enter(url: str, accounts: Sequence[Account]) -> None:
    """Write accounts and sessions into a new database: a sign-in by password is slow on purpose, and not what is measured."""
    database, now = Database(url), datetime.now(UTC)
    database.upgrade()
    with database.session() as session:
        session.add_all(_user(account, now) for account in accounts)
        session.flush()
        session.add_all(_session(account, now) for account in accounts)
    database.close()


def _user(account: Account, now: datetime) -> UserRow:
    return UserRow(
        username=account.username,
        password_hash=NO_PASSWORD,
        role=account.role.value,
        display_name=f"坐席 {account.username}",
        teams=list(account.teams) if account.teams else None,
        capacity=CAPACITY,
        disabled=False,
        must_change_password=False,
        created_at=now,
    )


def _session(account: Account, now: datetime) -> SessionRow:
    hashed = hashlib.sha256(account.token.encode()).hexdigest()
    return SessionRow(token_sha256=hashed, username=account.username, created_at=now, expires_at=now + timedelta(hours=2))
