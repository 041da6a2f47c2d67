"""Mending homophones: pinyin keyboards turn 公示期 into 公式期 and 纳税 into 纳睡."""

from __future__ import annotations

import os
from collections.abc import Iterable

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read when pypinyin is imported: without phrases it takes 10 MB, not 56
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import lazy_pinyin

SHORTEST_TERM = 3
LONGEST_TERM = 10


def pinyin_syllables(text: str) -> list[str]:
    """Return the toneless pinyin of each Han character, and runs of other characters as they are."""
    return list(lazy_pinyin(text))


class TermSpeller:
    """Puts a known term in the place of a text that sounds the same and shares at least half of its characters."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms: dict[tuple[str, ...], str] = {}
        self._known: set[str] = set()
        for term in terms:
            if SHORTEST_TERM <= len(term) <= LONGEST_TERM and _is_han(term):
                self._terms.setdefault(tuple(pinyin_syllables(term)), term)
                self._known.add(term)
        self._lengths = sorted({len(term) for term in self._known}, reverse=True)

    def mend(self, text: str) -> str:
        """Return the text with misspelt terms mended; same length. Longest terms win, from the left."""
        syllables = [pinyin_syllables(char)[0] if _is_han(char) else char for char in text]
        mended, position = list(text), 0
        while position < len(text):
            length = self._mend_at(text, syllables, mended, position)
            position += length or 1
        return "".join(mended)

    def _mend_at(self, text: str, syllables: list[str], mended: list[str], position: int) -> int:
        """Mend a term that begins here; return its length, 0 if there is none."""
        for length in self._lengths:
            end = position + length
            written = text[position:end]
            if len(written) < length:
                continue
            if written in self._known:
                return length
            term = self._terms.get(tuple(syllables[position:end]))
            if term is not None and 2 * sum(a == b for a, b in zip(term, written, strict=True)) >= length:
                mended[position:end] = term
                return length
        return 0


def _is_han(text: str) -> bool:
    return all("一" <= char <= "鿿" for char in text)
