"""Hashed n-gram features of a text in four views: character n-grams within words and across, words, and pinyin syllables.

Hashing keeps the size fixed however many utterances there are, and needs no vocabulary in memory. Pinyin lets homophones
meet (公式期, 公示期), a frequent kind of typing error. Rare features are kept: dropping those seen once costs 0.6 points.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from knowledge.spelling import pinyin_syllables
from knowledge.words import WordCutter

FloatArray = npt.NDArray[np.float32]
NGrams = Callable[[str], Iterator[str]]


@dataclass(frozen=True)
class FeatureView:
    """One way to see a text: its n-grams."""

    name: str
    ngrams: NGrams


def feature_views(cutter: WordCutter) -> tuple[FeatureView, ...]:
    def words(text: str) -> list[str]:
        return [word for word in cutter.cut(text) if word.strip()]

    return (
        FeatureView("characters within words", lambda text: _within_words(text, 5)),
        FeatureView("characters", lambda text: _character_ngrams(text, 4)),
        FeatureView("words", lambda text: _ngrams(words(text), 2)),
        FeatureView("pinyin", lambda text: _ngrams(pinyin_syllables(text), 3)),
    )


class TextFeatures:
    """Turns normalised texts into rows of TF-IDF weights, float32 (n_texts, n_views * 2**bits), each view of length one."""

    def __init__(self, cutter: WordCutter, bits: int, idf: Sequence[FloatArray] | None = None) -> None:
        self._bits = bits
        self._views = feature_views(cutter)
        self.idf = list(idf) if idf is not None else None

    @property
    def width(self) -> int:
        return len(self._views) << self._bits

    def fit_transform(self, texts: Sequence[str]) -> csr_matrix:
        """Learn how rare each feature is, and return the rows."""
        counts = [self._count(view, texts) for view in self._views]
        self.idf = [_inverse_document_frequency(count) for count in counts]
        return self._weigh(counts)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        return self._weigh([self._count(view, texts) for view in self._views])

    def _count(self, view: FeatureView, texts: Sequence[str]) -> csr_matrix:
        mask = (1 << self._bits) - 1
        columns, counts, ends = array("i"), array("f"), array("q", [0])
        for text in texts:
            found = Counter(crc32(ngram.encode()) & mask for ngram in view.ngrams(text))
            columns.extend(found.keys())
            counts.extend(found.values())
            ends.append(len(columns))
        shape = (len(texts), 1 << self._bits)
        return csr_matrix((np.asarray(counts), np.asarray(columns), np.asarray(ends)), shape=shape, dtype=np.float32)

    def _weigh(self, counts: list[csr_matrix]) -> csr_matrix:
        assert self.idf is not None, "fit_transform comes first, or idf is given"
        for count, idf in zip(counts, self.idf, strict=True):
            count.data = ((1 + np.log(count.data)) * idf[count.indices]).astype(np.float32)
            _make_unit_length(count)
        return hstack(counts, format="csr", dtype=np.float32)


def _make_unit_length(rows: csr_matrix) -> None:
    squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    lengths = np.sqrt(np.where(squares > 0, squares, 1))
    rows.data = (rows.data / np.repeat(lengths, np.diff(rows.indptr))).astype(np.float32)


def _inverse_document_frequency(counts: csr_matrix) -> FloatArray:
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + document_frequency)) + 1, dtype=np.float32)


def _ngrams(tokens: Sequence[str], longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(tokens) - length + 1):
            yield " ".join(tokens[start : start + length])


def _character_ngrams(text: str, longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _within_words(text: str, longest: int) -> Iterator[str]:
    """Yield the n-grams of each blank-separated word with a blank at both ends, so that beginnings and ends differ."""
    for word in text.split():
        yield from _character_ngrams(f" {word} ", longest)
