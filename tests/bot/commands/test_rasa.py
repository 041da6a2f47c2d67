"""`rasa …` passes through to Rasa's own command line, and the conversations of tests/conversations hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT

pytestmark = pytest.mark.slow


def rasa(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "bot.cli", "rasa", *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_rasa_answers_with_its_own_help_and_its_own_errors() -> None:
    assert "usage: rasa" in rasa("--help").stdout
    unknown = rasa("fly")
    assert unknown.returncode != 0 and "invalid choice" in unknown.stderr


def test_the_project_is_valid_in_rasas_eyes() -> None:
    done = rasa("data", "validate", "--domain", "domain.yml", "--data", "data")

    assert done.returncode == 0, done.stderr[-2000:]
    assert "No story structure conflicts found" in done.stdout + done.stderr


def test_the_conversations_go_as_written_intents_entities_and_actions(trained_data_dir: Path, tmp_path: Path) -> None:
    """With --e2e Rasa compares intents and entities too; without it only actions."""
    model = next((trained_data_dir / "models").glob("*.tar.gz"))

    done = rasa(
        *("test", "core", "--e2e", "--stories", "tests/conversations", "--model", model),
        *("--out", tmp_path, "--no-plot", "--fail-on-prediction-errors"),
    )

    failed = tmp_path / "failed_test_stories.yml"
    said = failed.read_text(encoding="utf-8") if failed.exists() else done.stderr[-2000:]
    assert done.returncode == 0 and "predicted:" not in said, said
