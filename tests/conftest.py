"""What every test may use: a trained model, the services on a copy of its data, the application on a real port."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import bot.dialogue  # noqa: F401  puts the TensorFlow stand-in in place before any test imports Rasa
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.running_app import RunningApp, serving, start_server
from tests.fixtures.talk import Talk
from tests.fixtures.trained_model import trained_models_dir

if TYPE_CHECKING:
    from bot.bootstrap import Services

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def today() -> date:
    """The day that tests are served on, whatever the calendar says."""
    return TODAY


@pytest.fixture(scope="session")
def trained_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the knowledge loaded and a model promoted. Copy it before writing to it."""
    from bot.bootstrap import KNOWLEDGE, open_database
    from bot.services.knowledge import load_knowledge
    from bot.settings import Settings

    folder = tmp_path_factory.mktemp("trained")
    shutil.copytree(trained_models_dir(), folder / "models")
    database = open_database(Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'yingshang.db'}"))
    load_knowledge(database, KNOWLEDGE, datetime(2026, 11, 22, tzinfo=UTC))
    database.close()
    return folder


@pytest.fixture(scope="session")
def copy_of_data_dir(trained_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Make a data folder of one's own."""

    def copy() -> Path:
        return Path(shutil.copytree(trained_data_dir, tmp_path_factory.mktemp("data") / "var"))

    return copy


@pytest.fixture(scope="session")
def make_services(copy_of_data_dir: Callable[[], Path]) -> Callable[[date], Services]:
    """Build the services, model loaded, on a data folder of their own, serving what holds on a day."""
    from bot.bootstrap import build_services, load_current_model, open_database
    from bot.settings import Settings

    def make(day: date = TODAY) -> Services:
        folder = copy_of_data_dir()
        settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'yingshang.db'}", today=day)
        services = build_services(settings, open_database(settings))
        load_current_model(services)
        return services

    return make


@pytest.fixture(scope="module")
def app(make_services: Callable[[date], Services], today: date) -> Iterator[RunningApp]:
    """The application on a real port, one per test module."""
    with serving(make_services(today)) as running:
        yield running


@pytest.fixture(scope="module")
def services(app: RunningApp) -> Services:
    """The services behind `app`."""
    return app.services


@pytest.fixture(scope="module")
def client(app: RunningApp) -> httpx.Client:
    return app.client


@pytest.fixture
def talk(client: httpx.Client) -> Talk:
    """A conversation that was just begun."""
    return Talk.start(client)


@pytest.fixture(scope="session")
def server_url(copy_of_data_dir: Callable[[], Path], today: date) -> Iterator[str]:
    """The address of `yingshang serve`, running as a process of its own."""
    server = start_server(copy_of_data_dir(), "--today", today.isoformat())
    try:
        server.wait_until_ready()
        yield server.url
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, in turn; PostgreSQL where YINGSHANG_TEST_POSTGRES_URL names one."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'yingshang.db'}"
    elif find_postgres() is None:
        pytest.skip("YINGSHANG_TEST_POSTGRES_URL is not set")
    else:
        with fresh_postgres_database() as url:
            yield url.render_as_string(hide_password=False)
