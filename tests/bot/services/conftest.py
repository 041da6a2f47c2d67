"""What tests of single services share: an empty database of each kind, and a clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap import open_database
from bot.persistence.database import Database
from bot.settings import Settings
from tests.fixtures.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(any_database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(Settings(data_dir=tmp_path, database_url=any_database_url))
    yield opened
    opened.close()
