"""The peer for search: textbook BM25 over words, nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log

K1, B = 1.5, 0.75
"""What the libraries take when nobody says otherwise."""


class PlainBm25:
    """Robertson & Zaragoza 2009 over texts that are already cut into words."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        mean_length = sum(map(len, documents)) / len(documents)
        for position, words in enumerate(documents):
            length_penalty = K1 * (1 - B + B * len(words) / mean_length)
            for word, count in Counter(words).items():
                self._postings[word].append((position, count * (K1 + 1) / (count + length_penalty)))
        self._n = len(documents)

    def best(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the positions of the best documents, best first, ties in the order given."""
        scores: dict[int, float] = defaultdict(float)
        for word in words:
            found = self._postings.get(word, [])
            rarity = log(1 + (self._n - len(found) + 0.5) / (len(found) + 0.5))
            for position, weight in found:
                scores[position] += rarity * weight
        return sorted(scores, key=lambda position: (-scores[position], position))[:limit]
