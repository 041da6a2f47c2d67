"""What commands share: settings, database, knowledge and a model, made when they are missing."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from bot.bootstrap import KNOWLEDGE, Services, build_services, load_current_model, now, open_database
from bot.cli import ARITHMETIC_THREADS
from bot.errors import ModelUnavailable
from bot.services.knowledge import load_knowledge
from bot.services.models import ModelStore, StoredModel, training_basis
from bot.settings import PROJECT, Settings, environment_with_dotenv, read_settings


def settings_of(options: argparse.Namespace) -> Settings:
    return read_settings(environment_with_dotenv(), getattr(options, "data_dir", None), getattr(options, "today", None))


FAILURE_TAIL = 2_000
"""Characters of a failed training's output that are shown."""


@contextmanager
def apart(settings: Settings) -> Iterator[Settings]:
    """Yield the same settings with a database of their own, gone afterwards: trying things out leaves no conversations."""
    with tempfile.TemporaryDirectory(prefix="yingshang-") as folder:
        yield replace(settings, database_url=f"sqlite:///{folder}/apart.db")


def say(*parts: str) -> None:
    """Tell somebody who waits what is going on; results go to standard output, this does not."""
    print(*parts, sep="", file=sys.stderr, flush=True)


def ready_services(settings: Settings) -> Services:
    """Return services with knowledge loaded and a model that answers; trains one if there is none."""
    services = build_services(settings, open_database(settings))
    make_ready(services)
    return services


def make_ready(services: Services) -> None:
    """Load what the services answer with: the knowledge files and a model, which is trained if there is none that fits.

    Processes that start together do this one after the other, so that one loads and trains for all.
    """
    with services.database.exclusively("setup"):
        loaded = load_knowledge(services.database, KNOWLEDGE, now())
        if loaded.added or loaded.changed or loaded.withdrawn:
            say(f"知识库已更新：新增{loaded.added}篇，修改{loaded.changed}篇，撤下{loaded.withdrawn}篇。")
        current = services.models.find_current()
        if current is None or services.models.is_stale(current, training_basis(PROJECT)):
            say("还没有训练好的模型，" if current is None else "程序已更新，", "正在训练模型，大约需要一分钟……")
            train_and_promote(services.models)
    services.knowledge.base()
    load_current_model(services)


def train_and_promote(models: ModelStore) -> StoredModel:
    """Train in a process of its own, sign, promote. Raises ModelUnavailable."""
    name = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    command = [sys.executable, "-m", "bot.commands.train_process", str(PROJECT), str(models.folder), name]
    finished = _run_showing_time(command)
    archive = Path(models.folder) / f"{name}.tar.gz"
    if finished.returncode or not archive.exists():
        say(finished.stderr.strip()[-FAILURE_TAIL:])
        raise ModelUnavailable("training failed; the lines above say why")
    stored = models.sign(archive, training_basis(PROJECT))
    models.promote(stored.id)
    return stored


def _run_showing_time(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the command, showing how long it has taken; its own words are kept back, for they matter only if it fails."""
    kept = {name: value for name, value in os.environ.items() if name not in ARITHMETIC_THREADS}
    environment = {**kept, "PYTHONWARNINGS": "ignore"}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        tqdm(desc="训练", bar_format="{desc}：已用 {elapsed}", leave=False) as clock,
    ):
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=said, stderr=said)
        while process.poll() is None:
            clock.refresh()
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
        said.seek(0)
        return subprocess.CompletedProcess(command, process.returncode, stderr=said.read())
