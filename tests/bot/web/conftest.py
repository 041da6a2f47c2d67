"""The application without a model: enough for health, sign-in, limits and files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.bootstrap import now
from bot.services.accounts import create_first_admin
from bot.settings import Secret
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.running_app import RunningApp, services_without_model, serving, with_assistant

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    services = services_without_model(tmp_path_factory.mktemp("web"))
    create_first_admin(services.database, Secret(PASSWORD), now())
    with serving(with_assistant(services, EchoAssistant())) as running:
        yield running
