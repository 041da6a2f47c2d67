"""Swapping models under a running conversation, and refusing one that was tampered with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bot.bootstrap import Services, build_services, load_current_model, load_stored_model, open_database
from bot.errors import ModelUnavailable
from bot.settings import Settings
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk


def test_a_conversation_goes_on_under_another_model_and_each_reply_names_its_own(app: RunningApp, talk: Talk) -> None:
    store = app.services.models
    current = store.find_current()
    assert current is not None
    twin = store.folder / "twin.tar.gz"
    shutil.copy(current.path, twin)
    first = talk.ask("信用修复怎么办")

    app.services.assistant.swap(load_stored_model(app.services, store.sign(twin, "basis")))
    second = talk.ask("要什么材料")
    app.services.assistant.swap(load_stored_model(app.services, current))

    assert second.topic == first.topic
    assert app.services.assistant.model_id == current.id


def test_messages_in_flight_during_a_swap_are_all_answered(app: RunningApp) -> None:
    current = app.services.models.find_current()
    assert current is not None
    loaded = load_stored_model(app.services, current)

    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(app.talk().ask, "信用修复怎么办") for _ in range(6)]
        for _ in range(20):
            app.services.assistant.swap(loaded)
        assert all(answer.result().sources for answer in answers)


def test_a_model_that_was_changed_is_not_loaded(copy_of_data_dir: Callable[[], Path]) -> None:
    folder = copy_of_data_dir()
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'yingshang.db'}", today=date(2026, 11, 22))
    services: Services = build_services(settings, open_database(settings))
    current = services.models.find_current()
    assert current is not None
    archive = current.path
    archive.write_bytes(archive.read_bytes() + b"x")

    with pytest.raises(ModelUnavailable, match="signature"):
        load_current_model(services)
    assert not services.assistant.is_ready
