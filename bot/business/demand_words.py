"""What short texts are compared by: their single characters and pairs of them, each counting more the rarer it is.

That needs no dictionary and forgives a wrong character. Rare means rare among all demands and among those of the subject:
what everybody writes, and what everybody writes about this subject, says little. Texts are in normal form.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

Vector = Mapping[str, float]
"""Weights by gram, of length 1."""
COMPARED = 400
"""How many characters of a text are compared, from its beginning."""
SINGLE = 0.5
"""What a lone character counts, beside a pair's 1."""
UNHEARD = 0.3
"""What a gram counts that nobody else has used."""
BACKGROUND = 100
"""Texts imagined beside those that were seen, so that the first ones are judged with reserve."""
COMMON = 0.025
"""Share of the other subjects' demands from which on a word is everybody's, and tells nothing."""


@lru_cache(maxsize=8192)
def grams(text: str) -> frozenset[str]:
    """Return the Han characters of the text and the pairs of them; digits and Latin letters name single cases."""
    kept = "".join(char for char in text[:COMPARED] if char.isalpha() and not char.isascii())
    return frozenset(kept) | {kept[i : i + 2] for i in range(len(kept) - 1)}


class Usage:
    """How many of the texts seen use each gram."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = 0
        self.by_gram: Counter[str] = Counter()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        self.texts += 1
        self.by_gram.update(grams(text))

    def rarity(self, gram: str) -> float:
        return math.log((self.texts + BACKGROUND + 1) / (self.by_gram[gram] + 0.5))


@dataclass(frozen=True)
class Weighing:
    """What is common, among all demands and among those of one subject, which are part of all."""

    overall: Usage
    subject: Usage
    _known: dict[str, float] = field(default_factory=dict)

    def vector(self, text: str) -> Vector:
        """Return the text's weights by gram, of length 1; empty for a text without Chinese."""
        weights = {gram: self._weight(gram) for gram in sorted(grams(text))}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()}

    def rarity(self, gram: str) -> float:
        return math.sqrt(self.overall.rarity(gram) * self.subject.rarity(gram))

    def is_everybodys(self, gram: str) -> bool:
        """Whether those who ask about other subjects use it too."""
        others = self.overall.by_gram[gram] - self.subject.by_gram[gram]
        return others > COMMON * (self.overall.texts - self.subject.texts + BACKGROUND)

    def _weight(self, gram: str) -> float:
        if gram not in self._known:
            heard = 1.0 if self.overall.by_gram[gram] > 1 else UNHEARD
            self._known[gram] = self.rarity(gram) * heard * (SINGLE if len(gram) == 1 else 1.0)
        return self._known[gram]


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(gram, 0.0) for gram, weight in one.items())
