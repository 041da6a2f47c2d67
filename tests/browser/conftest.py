"""A real Chromium, the system's own: Playwright's download is never used."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.bootstrap import build_services, load_current_model, open_database
from bot.settings import Settings
from tests.browser.desk_page import DeskPage
from tests.browser.devices import COMPUTER, PHONE, TIMEOUT_MS, visiting
from tests.browser.office import KillableServer, Office, database_in, employ
from tests.browser.widget_page import WidgetPage
from tests.fixtures.running_app import serving

ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
WORKING_MORNING = "2026-11-23T10:00"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.fail("No Chromium found: apt-get install chromium fonts-noto-cjk")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor with a phone: nothing stored, no script error left unnoticed."""
    with visiting(browser, **PHONE) as context:
        yield context


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


@pytest.fixture
def widget(page: Page, server_url: str) -> WidgetPage:
    opened = WidgetPage(page, server_url)
    opened.open()
    return opened


@pytest.fixture(scope="session")
def morning(copy_of_data_dir: Callable[[], Path]) -> Iterator[tuple[KillableServer, Office]]:
    """`yingshang serve` on a working morning, and its desk."""
    folder = copy_of_data_dir()
    database = database_in(folder)
    employ(database)
    server = KillableServer(folder, WORKING_MORNING)
    try:
        server.wait_until_ready()
        yield server, Office(server.url, database)
    finally:
        server.stop()
        database.close()


@pytest.fixture
def office(morning: tuple[KillableServer, Office]) -> Iterator[Office]:
    """The desk on a working morning, with nobody waiting."""
    _, office = morning
    yield office
    office.send_everybody_home()


@pytest.fixture
def browsers(office: Office) -> Iterator[ExitStack]:
    """What is opened during a test and closed after it, before everybody goes home."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def sit_down(browser: Browser, browsers: ExitStack, office: Office) -> Callable[..., DeskPage]:
    """Open the desk of somebody who is signed in, on a computer of their own."""

    def sit(username: str, at: Office = office, **device: Any) -> DeskPage:
        context = browsers.enter_context(visiting(browser, **{**COMPUTER, **device}))
        context.add_cookies([at.cookie_of(username)])  # type: ignore[list-item]
        desk = DeskPage(context.new_page(), at.url)
        desk.open()
        return desk

    return sit


@pytest.fixture
def arrive(browser: Browser, browsers: ExitStack, office: Office) -> Callable[..., WidgetPage]:
    """Open the chat page of somebody new, on a phone of their own."""

    def come(at: Office = office) -> WidgetPage:
        widget = WidgetPage(browsers.enter_context(visiting(browser, **PHONE)).new_page(), at.url)
        widget.open()
        return widget

    return come


@pytest.fixture(scope="module")
def holiday(copy_of_data_dir: Callable[[], Path]) -> Iterator[Office]:
    """The desk on the first day of the National Day holiday."""
    with open_on(datetime(2026, 10, 1, 10), copy_of_data_dir()) as office:
        yield office


@pytest.fixture(scope="module")
def saturday(copy_of_data_dir: Callable[[], Path]) -> Iterator[Office]:
    """The desk on a Saturday that is worked instead of a day of that holiday."""
    with open_on(datetime(2026, 10, 10, 10), copy_of_data_dir()) as office:
        yield office


@contextmanager
def open_on(moment: datetime, folder: Path) -> Iterator[Office]:
    """The desk at a moment of another day, served by this process."""
    settings = Settings(folder, f"sqlite:///{folder / 'yingshang.db'}", today=moment.date(), moment=moment)
    services = build_services(settings, open_database(settings))
    employ(services.database)
    load_current_model(services)
    with serving(services) as app:
        yield Office(app.url, services.database)
