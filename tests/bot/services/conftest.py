"""What tests of single services share: an empty database of each kind, a clock, and a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.bootstrap import open_database
from bot.persistence.database import Database
from bot.settings import Settings
from tests.fixtures.clock import Clock
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.office import Office, empty


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(any_database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(Settings(data_dir=tmp_path, database_url=any_database_url))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database of each kind, in turn, for all tests of a module that have an office."""
    folder = tmp_path_factory.mktemp("office")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'yingshang.db'}"
        if request.param == "postgresql":
            if find_postgres() is None:
                pytest.skip("YINGSHANG_TEST_POSTGRES_URL is not set")
            url = stack.enter_context(fresh_postgres_database()).render_as_string(hide_password=False)
        opened = open_database(Settings(data_dir=folder, database_url=url))
        stack.callback(opened.close)
        yield opened


@pytest.fixture
def office(office_database: Database) -> Office:
    """An empty desk on a Monday at ten in the morning: within its hours, and nobody is there yet."""
    empty(office_database)
    return Office(office_database)
