"""Training just an NLU pipeline, for measuring it on other people's data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu as rasa_train_nlu
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLWriter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import ModelUnavailable


def train_nlu(pipeline: list[dict[str, Any]], examples: Sequence[tuple[str, str]], folder: Path) -> Agent:
    """Train the pipeline on (text, intent) pairs in the folder; return an agent that parses."""
    config = {"recipe": "default.v1", "assistant_id": "evaluation", "language": "zh", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    data = TrainingData([Message.build(text=text.lstrip("/") or text, intent=intent) for text, intent in examples])
    (folder / "nlu.yml").write_text(RasaYAMLWriter().dumps(data), encoding="utf-8")
    with redirect_stdout(sys.stderr):  # Rasa tells where the model lies; standard output is for the result alone
        archive = rasa_train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    if archive is None:
        raise ModelUnavailable("training the pipeline failed; the lines above say why")
    return Agent.load(archive)
