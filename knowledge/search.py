"""Search over texts: BM25 in several views of several fields.

The default finds words, pairs of characters and single characters side by side: words are precise, pairs survive wrong
cuts, characters survive typing errors. Measured on two public Chinese collections (see benchmarks/), the three together
beat each alone. Everything is in memory: a few thousand passages take some megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from knowledge.normalise import normalise
from knowledge.words import WordCutter, character_pairs, han_characters

FloatArray = npt.NDArray[np.float32]
Tokenise = Callable[[str], list[str]]

K1 = 1.2
B = 0.75
"""Robertson & Zaragoza 2009. Smaller K1 and larger B than the customary 1.5/0.75 did best on short official texts."""
PAIRS = 1
"""Position of the character pairs among the views."""
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class View:
    """One way to cut a text into tokens, and how much its score counts."""

    tokenise: Tokenise
    weight: float


def chinese_views(cutter: WordCutter) -> list[View]:
    def pairs(text: str) -> list[str]:
        return character_pairs(text) + _LATIN.findall(text)

    return [View(cutter.cut_for_search, 1.0), View(pairs, 1.0), View(han_characters, 0.5)]


class _Postings:
    """BM25 weights of one field in one view: (n_documents, n_tokens), float32."""

    def __init__(self, texts: Sequence[str], tokenise: Tokenise) -> None:
        self.vocabulary: dict[str, int] = {}
        rows, columns = [], []
        for row, text in enumerate(texts):
            for token in tokenise(text):
                rows.append(row)
                columns.append(self.vocabulary.setdefault(token, len(self.vocabulary)))
        shape = (len(texts), max(1, len(self.vocabulary)))
        counts = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
        counts.sum_duplicates()
        self.weights = _bm25(counts).tocsc()
        present = np.diff(self.weights.indptr)
        self._rarity = np.log(1 + (len(texts) - present + 0.5) / (present + 0.5)).astype(np.float32)
        self._unknown_rarity = float(np.log(1 + (len(texts) + 0.5) / 0.5))

    def holders(self, token: str) -> tuple[npt.NDArray[np.int32], float]:
        """Return the documents that hold the token, and how rare it is here (inverse document frequency)."""
        column = self.vocabulary.get(token)
        if column is None:
            return np.zeros(0, dtype=np.int32), self._unknown_rarity
        return self.weights.indices[self.weights.indptr[column] : self.weights.indptr[column + 1]], float(self._rarity[column])

    def scores(self, tokens: list[str]) -> FloatArray:
        total = np.zeros(self.weights.shape[0], dtype=np.float32)
        for column in {self.vocabulary[token] for token in tokens if token in self.vocabulary}:
            start, end = self.weights.indptr[column], self.weights.indptr[column + 1]
            total[self.weights.indices[start:end]] += self.weights.data[start:end]
        return total


def _bm25(counts: csr_matrix) -> csr_matrix:
    n_documents, n_tokens = counts.shape
    document_frequency = np.bincount(counts.indices, minlength=n_tokens)
    inverse = np.log(1 + (n_documents - document_frequency + 0.5) / (document_frequency + 0.5)).astype(np.float32)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    mean_length = lengths.sum() / max(1, n_documents) or 1.0
    rows = np.repeat(np.arange(n_documents), np.diff(counts.indptr))
    frequency = counts.data
    saturated = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * lengths[rows] / mean_length))
    weights = counts.copy()
    weights.data = (inverse[counts.indices] * saturated).astype(np.float32)
    return weights


class LexicalIndex:
    """Scores documents with named text fields against a question."""

    def __init__(self, documents: Sequence[Mapping[str, str]], field_weights: Mapping[str, float], cutter: WordCutter) -> None:
        self._views = chinese_views(cutter)
        self._size = len(documents)
        self._fields = {
            field: (
                weight,
                [_Postings([normalise(d.get(field, "")) for d in documents], v.tokenise) for v in self._views],
            )
            for field, weight in field_weights.items()
        }

    def scores(self, question: str) -> FloatArray:
        """Return one BM25 score per document, shape (n_documents,): unbounded, comparable only within one call."""
        text = normalise(question)
        cut = [(view.tokenise(text), view.weight) for view in self._views]
        total = np.zeros(self._size, dtype=np.float32)
        for field_weight, postings_of_views in self._fields.values():
            for (tokens, view_weight), postings in zip(cut, postings_of_views, strict=True):
                total += field_weight * view_weight * postings.scores(tokens)
        return total

    def held(self, question: str, fields: Sequence[str]) -> tuple[FloatArray, float]:
        """Return how much of the question each document holds in any of the fields, and how much there is to hold.

        Both are sums of the rarities of the question's character pairs: (n_documents,) and a number.
        """
        view = self._views[PAIRS]
        total, held = 0.0, np.zeros(self._size, dtype=np.float32)
        for token in set(view.tokenise(normalise(question))):
            found = [self._fields[field][1][PAIRS].holders(token) for field in fields]
            rarity = min(rarity for _, rarity in found)
            total += rarity
            held[np.unique(np.concatenate([documents for documents, _ in found]))] += rarity
        return held, total

    def best(self, question: str, limit: int = 10) -> list[tuple[int, float]]:
        """Return (position, score) of the best documents, best first, ties in the order given, scores above zero only."""
        scores = self.scores(question)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(int(i), float(scores[i])) for i in order if scores[i] > 0]
