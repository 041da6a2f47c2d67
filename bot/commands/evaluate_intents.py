"""`evaluate-intents`: train the product's own NLU pipeline on one file and test it on another."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tqdm import tqdm

from bot.commands.input_files import read_tsv
from bot.errors import FileInvalid
from bot.settings import PROJECT

OUT_OF_SCOPE = "oos"
HEADER_NAMES = {"intent", "label"}
"""What the second column of a header line says; files without a header are read as well."""


@dataclass(frozen=True)
class Prediction:
    intent: str
    confidence: float
    rejected: bool
    """By the pipeline's own threshold."""


def evaluate_intents(options: argparse.Namespace) -> int:
    """Print how well the pipeline does.

    in_scope_accuracy: best intent right, of the rows that have one. accuracy: of all rows, a rejected one counting as `oos`.
    oos_recall: of the `oos` rows, how many were rejected or called so; null without such rows. macro_f1 over all labels.
    The threshold is the pipeline's own (fitted in training) or, with --dev, the best on that file.
    """
    train, test = _examples(options.train), _examples(options.test)
    with tempfile.TemporaryDirectory(prefix="yingshang-intents-") as folder:
        started = time.perf_counter()
        agent = _train(train, Path(folder))
        train_s = time.perf_counter() - started
        threshold = None if options.dev is None else _best_threshold(agent, _examples(options.dev))
        started = time.perf_counter()
        predictions = _predict(agent, [text for text, _ in test])
        ms = 1000 * (time.perf_counter() - started) / len(test)
    result = score([label for _, label in test], predictions, threshold)
    result |= {"train_s": round(train_s, 2), "ms_per_message": round(ms, 3)}
    print(json.dumps(result) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0


def score(labels: Sequence[str], predictions: Sequence[Prediction], threshold: float | None) -> dict[str, Any]:
    """Return the contract's measures; `threshold` None = the pipeline's own rejection."""
    said = [_said(prediction, threshold) for prediction in predictions]
    in_scope = [(label, p.intent) for label, p in zip(labels, predictions, strict=True) if label != OUT_OF_SCOPE]
    outside = [answer for label, answer in zip(labels, said, strict=True) if label == OUT_OF_SCOPE]
    return {
        "n": len(labels),
        "in_scope_accuracy": round(sum(a == b for a, b in in_scope) / len(in_scope), 4) if in_scope else None,
        "accuracy": round(sum(a == b for a, b in zip(labels, said, strict=True)) / len(labels), 4),
        "oos_recall": round(sum(a == OUT_OF_SCOPE for a in outside) / len(outside), 4) if outside else None,
        "macro_f1": round(_macro_f1(labels, said), 4),
        "threshold": "fitted in training" if threshold is None else round(threshold, 4),
    }


def _said(prediction: Prediction, threshold: float | None) -> str:
    rejected = prediction.rejected if threshold is None else prediction.confidence < threshold
    return OUT_OF_SCOPE if rejected else prediction.intent


def _macro_f1(labels: Sequence[str], said: Sequence[str]) -> float:
    pairs: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])  # true positives, said, labelled
    for label, answer in zip(labels, said, strict=True):
        pairs[label][2] += 1
        pairs[answer][1] += 1
        pairs[label][0] += label == answer
    scores = [2 * hit / (n_said + n_labelled) for hit, n_said, n_labelled in pairs.values() if n_labelled]
    return sum(scores) / len(scores)


def _examples(path: Path) -> list[tuple[str, str]]:
    rows = read_tsv(path, 2)
    if rows and rows[0][1].strip().lower() in HEADER_NAMES:
        rows = rows[1:]
    if not rows:
        raise FileInvalid(str(path), "file", "has no rows")
    return [(text, label) for text, label in rows if text.strip()]


def _train(examples: Sequence[tuple[str, str]], folder: Path) -> Any:
    """Train on config.yml's pipeline, without the product's own knowledge, and return Rasa's agent."""
    from bot.dialogue.nlu_only import train_nlu  # Rasa takes seconds to import; reading the files comes first

    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        component.pop("knowledge", None)
    return train_nlu(config["pipeline"], examples, folder)


def _predict(agent: Any, texts: Sequence[str]) -> list[Prediction]:
    async def predict() -> list[Prediction]:
        bar = tqdm(texts, desc="识别", unit="条")
        return [_prediction(await agent.parse_message(text.lstrip("/") or text)) for text in bar]

    return asyncio.run(predict())


def _prediction(parsed: dict[str, Any]) -> Prediction:
    ranking = [entry for entry in parsed.get("intent_ranking") or [] if entry["name"] != "nlu_fallback"]
    if not ranking:
        return Prediction(OUT_OF_SCOPE, 0.0, rejected=True)
    return Prediction(ranking[0]["name"], ranking[0]["confidence"], parsed["intent"]["name"] == "nlu_fallback")


def _best_threshold(agent: Any, examples: Sequence[tuple[str, str]]) -> float | None:
    """Return the threshold with the best accuracy on these rows; None when none of them is out of scope."""
    labels = [label for _, label in examples]
    if OUT_OF_SCOPE not in labels:
        return None
    predictions = _predict(agent, [text for text, _ in examples])
    candidates = sorted({0.0, *(prediction.confidence for prediction in predictions)})
    step = max(1, len(candidates) // 200)
    return max(candidates[::step], key=lambda t: float(score(labels, predictions, t)["accuracy"]))
