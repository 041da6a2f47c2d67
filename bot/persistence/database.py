"""Opening the database: SQLite or PostgreSQL, brought to the current schema."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session as Session
from sqlalchemy.orm import sessionmaker

from bot.errors import StoreConflict, StoreUnavailable

BUSY_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 3
LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS = 3_000, 10_000
"""Of PostgreSQL. Whoever waits for us is told to try again instead of waiting for ever."""
DATABASE_THREADS = 12
"""How many threads of a process use the database at once, and so how many connections are kept."""
READS = "yingshang_reads"
"""The execution option of a transaction that writes nothing."""
UPGRADE_LOCK = 5_927_100
"""Any number, the same in all processes."""
MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


class Database:
    """A pool of connections. `session()` is one transaction: committed at its end, rolled back by an exception.

    `reading()` is one that writes nothing, for what many ask all the time.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._next = threading.Lock()
        self._exclusive: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Yield a session in one transaction.

        Raises StoreUnavailable when the database does not answer, StoreConflict when another writer was first.
        """
        try:
            with self._turn(), self._sessions.begin() as session:
                yield session
        except IntegrityError as error:
            raise StoreConflict(type(error).__name__) from error
        except (OperationalError, InterfaceError, NoFreeConnection) as error:
            raise StoreUnavailable(type(error).__name__) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads, what was committed when it began. In SQLite nobody waits for it, nor it for anybody.

        Raises StoreUnavailable when the database does not answer.
        """
        try:
            with self._sessions.begin() as session:
                session.connection(execution_options={READS: True})
                yield session
        except (OperationalError, InterfaceError, NoFreeConnection) as error:
            raise StoreUnavailable(type(error).__name__) from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process into SQLite in turn: waiting inside SQLite is polling, and not fair."""
        if not self.is_sqlite:
            yield
            return
        if not self._next.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise StoreUnavailable("busy")
        try:
            yield
        finally:
            self._next.release()

    @contextmanager
    def exclusively(self, name: str) -> Iterator[None]:
        """Let one thread of all processes through at a time. For rare and slow things: it may wait long.

        SQLite means one process, so there a lock in memory does; a transaction would stop everybody who chats.
        """
        if self.is_sqlite:
            with self._exclusive[name]:
                yield
            return
        with self.engine.begin() as connection:
            _wait_as_long_as_it_takes(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
            yield

    def upgrade(self) -> None:
        """Bring the schema to the newest revision."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.engine.begin() as connection:
            if not self.is_sqlite:  # SQLite's transaction is a lock already; here two processes may start at once
                _wait_as_long_as_it_takes(connection)
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def is_ready(self) -> bool:
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1 FROM conversation LIMIT 1"))
        except (OperationalError, InterfaceError, ProgrammingError):  # PostgreSQL's word for a missing table is the last
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=DATABASE_THREADS,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
        )
        event.listen(engine, "connect", _configure_postgres)
        return engine
    engine = create_engine(
        parsed, hide_parameters=True, pool_size=DATABASE_THREADS, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _wait_as_long_as_it_takes(connection: Connection) -> None:
    """For this transaction only."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def _configure_postgres(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    connection.commit()


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediately(connection: Any) -> None:
    """Take the write lock at the start: a read that later wants to write would otherwise fail without waiting."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READS) else "BEGIN IMMEDIATE")
