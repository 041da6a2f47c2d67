"""The peer for intents: what one writes first, TF-IDF of words and word pairs with logistic regression."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.commands.evaluate_intents import OUT_OF_SCOPE
from knowledge.words import WordCutter

Example = tuple[str, ...]
"""text, intent"""


def evaluate_tfidf(train: Sequence[Example], test: Sequence[Example]) -> dict[str, float]:
    """Return in-scope accuracy of the best intent (nothing is rejected), training time and time per message."""
    cutter = WordCutter()
    model = make_pipeline(
        TfidfVectorizer(tokenizer=lambda text: _words(cutter, text), token_pattern=None, ngram_range=(1, 2)),
        LogisticRegression(C=10.0, max_iter=1000),
    )
    started = time.perf_counter()
    model.fit([text for text, _ in train], [intent for _, intent in train])
    trained = time.perf_counter()
    in_scope = [(text, intent) for text, intent in test if intent != OUT_OF_SCOPE]
    right = sum(model.predict([text])[0] == intent for text, intent in in_scope)
    answered = time.perf_counter()
    return {
        "in_scope_accuracy": round(right / len(in_scope), 4),
        "train_s": round(trained - started, 2),
        "ms_per_message": round(1000 * (answered - trained) / len(in_scope), 3),
    }


def _words(cutter: WordCutter, text: str) -> list[str]:
    return [word for word in cutter.cut(text) if word.strip()]
