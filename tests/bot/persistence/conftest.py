"""A database of its own for each test: SQLite, and PostgreSQL when YINGSHANG_TEST_POSTGRES_URL names one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.persistence.conversations import add_conversation
from bot.persistence.database import Database

POSTGRES_URL = os.environ.get("YINGSHANG_TEST_POSTGRES_URL")
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES_URL else [])])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'yingshang.db'}")
        yield database
        database.close()
    else:
        assert POSTGRES_URL is not None
        yield from _postgres_schema(POSTGRES_URL)


@pytest.fixture
def database(empty_database: Database) -> Database:
    empty_database.upgrade()
    return empty_database


@pytest.fixture
def conversation(database: Database) -> str:
    with database.session() as session:
        add_conversation(session, "c1", "widget", "0" * 64, NOW)
    return "c1"


def _postgres_schema(address: str) -> Iterator[Database]:
    url = make_url(address).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex}"
    owner = create_engine(url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = url.update_query_dict({"options": f"-csearch_path={schema}"})
    database = Database(own.render_as_string(hide_password=False))
    yield database
    database.close()
    with owner.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    owner.dispose()
