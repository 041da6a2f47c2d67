"""Training a Rasa model out of the project's files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import yaml
from rasa.model_training import train

from bot.dialogue.tensorflow_stand_in import ADVICE
from bot.errors import ModelUnavailable

TENSORFLOW_COMPONENTS = {
    "DIETClassifier",
    "ResponseSelector",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
    "ConveRTFeaturizer",
    "LanguageModelFeaturizer",
}


def train_model(project: Path, output: Path, name: str) -> Path:
    """Train on config.yml, domain.yml and data/ of the project; return the archive. Raises ModelUnavailable."""
    refuse_tensorflow(project / "config.yml")
    with tempfile.TemporaryDirectory(prefix="yingshang-cache-") as cache:
        os.environ.setdefault("RASA_CACHE_DIRECTORY", cache)
        result = train(
            domain=str(project / "domain.yml"),
            config=str(project / "config.yml"),
            training_files=[str(project / "data")],
            output=str(output),
            fixed_model_name=name,
            force_training=True,
        )
    if result.code != 0 or result.model is None:
        raise ModelUnavailable("training failed; the lines above say why")
    return Path(result.model)


def refuse_tensorflow(config: Path) -> None:
    """Raise ModelUnavailable when the config names a component that needs TensorFlow, and say what to use instead."""
    content = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    entries = [*(content.get("pipeline") or []), *(content.get("policies") or [])]
    for entry in entries:
        name = str(entry.get("name", "")) if isinstance(entry, dict) else str(entry)
        if name.rsplit(".", 1)[-1] in TENSORFLOW_COMPONENTS:
            raise ModelUnavailable(f"{config.name}: {ADVICE.format(name=name)}")
