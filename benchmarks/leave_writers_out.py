"""Cross-validation over the writers of data/nlu: train on all but one, test on that one.

The model has never seen the writer it is tested on, so this is nearer to new users than a random split.
Utterances that another writer wrote word for word are left out of the test.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from tqdm import tqdm

from benchmarks.figures import PROJECT, parser_for, print_figures
from bot.nlu.knowledge_examples import knowledge_examples
from bot.nlu.linear_model import LinearModel
from bot.nlu.linear_training import fit
from bot.nlu.text_features import TextFeatures
from knowledge.normalise import normalise
from knowledge.terms import dictionary_terms, read_term_groups
from knowledge.words import WordCutter, cutter_for

KNOWLEDGE = PROJECT / "knowledge"


@dataclass(frozen=True)
class Utterance:
    text: str
    """In normal form."""
    intent: str
    writer: str


def main() -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--writers", nargs="+", metavar="WRITER", help="leave out only these")
    options = parser.parse_args()
    utterances = list(read_utterances(PROJECT / "data" / "nlu"))
    writers = options.writers or sorted({utterance.writer for utterance in utterances})
    cutter = cutter_for(dictionary_terms(read_term_groups(KNOWLEDGE)))
    rows = [leave_out(writer, utterances, cutter) for writer in tqdm(writers, desc="writers", unit="writer")]
    print_figures([*rows, _all_together(rows)], options.json)
    return 0


def read_utterances(folder: Path) -> Iterator[Utterance]:
    """Yield the utterances of every file in Rasa's format."""
    for path in sorted(folder.glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            writer = str(group.get("metadata", {}).get("batch", ""))
            for line in group["examples"].splitlines():
                yield Utterance(normalise(line.strip().removeprefix("- ")), group["intent"], writer)


def leave_out(writer: str, utterances: Sequence[Utterance], cutter: WordCutter) -> dict[str, Any]:
    """Return how well this writer is understood by a model trained, as config.yml says, on the others."""
    training = [u for u in utterances if u.writer != writer]
    intents = {u.intent for u in training}
    training += [Utterance(normalise(q), i, "knowledge base") for q, i in knowledge_examples(str(KNOWLEDGE), intents)]
    known = {u.text for u in training}
    test = [u for u in utterances if u.writer == writer and u.text not in known and u.intent in intents]
    started = time.perf_counter()
    model, features = _train(training, cutter)
    train_s = time.perf_counter() - started
    ranks = [_rank(model, features, utterance) for utterance in test]
    return {
        "writer": writer,
        "n": len(test),
        "accuracy": round(sum(rank == 0 for rank in ranks) / len(ranks), 4),
        "top3": round(sum(rank < 3 for rank in ranks) / len(ranks), 4),
        "trained_on": len(training),
        "train_s": round(train_s, 1),
    }


def _train(training: Sequence[Utterance], cutter: WordCutter) -> tuple[LinearModel, TextFeatures]:
    settings = _classifier_settings()
    features = TextFeatures(cutter, int(settings["feature_bits"]))
    rows = features.fit_transform([u.text for u in training])
    labels, writers = [u.intent for u in training], [u.writer for u in training]
    return fit(rows, labels, writers, settings["regularisation"]), features


def _classifier_settings() -> dict[str, Any]:
    pipeline = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return next(component for component in pipeline if component["name"].endswith("LinearIntentClassifier"))


def _rank(model: LinearModel, features: TextFeatures, utterance: Utterance) -> int:
    """Return how many intents are more probable than the right one."""
    probabilities = model.probabilities(features.transform([utterance.text]))
    return int(np.sum(probabilities > probabilities[model.classes.index(utterance.intent)]))


def _all_together(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    n = sum(row["n"] for row in rows)
    means = {name: round(sum(row[name] * row["n"] for row in rows) / n, 4) for name in ("accuracy", "top3")}
    return {"writer": "all", "n": n, **means}


if __name__ == "__main__":
    sys.exit(main())
