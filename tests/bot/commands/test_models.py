"""`models`: saying which one serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.services.models import ModelStore
from tests.bot.commands.running import run


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    store = ModelStore(tmp_path / "models")
    for model_id in ("20261122-100000", "20261122-110000"):
        archive = store.folder / f"{model_id}.tar.gz"
        archive.write_bytes(b"archive")
        store.sign(archive, "basis")
        store.promote(model_id)
    return tmp_path


def listed(capsys: pytest.CaptureFixture[str], data_dir: Path) -> list[str]:
    return run(capsys, "models", "list", "--data-dir", data_dir).out.splitlines()


def test_the_serving_model_is_marked(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    assert listed(capsys, data_dir) == ["  20261122-100000", "* 20261122-110000"]


def test_a_rollback_goes_to_the_one_before_and_a_promotion_back(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    assert run(capsys, "models", "rollback", "--data-dir", data_dir).status == 0
    assert listed(capsys, data_dir) == ["* 20261122-100000", "  20261122-110000"]

    assert run(capsys, "models", "promote", "20261122-110000", "--data-dir", data_dir).status == 0
    assert listed(capsys, data_dir) == ["  20261122-100000", "* 20261122-110000"]


def test_there_is_nothing_before_the_first(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    run(capsys, "models", "rollback", "--data-dir", data_dir)

    outcome = run(capsys, "models", "rollback", "--data-dir", data_dir)

    assert outcome.status == 1 and "no older model" in outcome.err


def test_a_model_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    outcome = run(capsys, "models", "promote", "no-such", "--data-dir", data_dir)

    assert outcome.status == 1 and "no-such" in outcome.err


def test_a_promotion_without_a_name_asks_for_one(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    outcome = run(capsys, "models", "promote", "--data-dir", data_dir)

    assert outcome.status != 0, "promoting nothing must not silently go back to an older model"
    assert listed(capsys, data_dir) == ["  20261122-100000", "* 20261122-110000"]
