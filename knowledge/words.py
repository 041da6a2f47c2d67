"""Cutting Chinese text into words, with our own terms in the dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import rjieba

TERM_FREQUENCY = 20_000
"""High enough that a term of ours wins against the words it is made of."""

_HAN_RUN = re.compile(r"[㐀-鿿]+")
_WORD = re.compile(r"\w")


def _free_default_dictionary() -> None:
    """Let go of the dictionary that rjieba makes at import, 26 MB that nobody here uses: its module-level functions."""
    for name, value in list(vars(rjieba).items()):
        if isinstance(value, rjieba.Jieba) or isinstance(getattr(value, "__self__", None), rjieba.Jieba):
            delattr(rjieba, name)


@lru_cache(maxsize=2)
def cutter_for(terms: tuple[str, ...]) -> WordCutter:
    """Return the cutter with these terms: one for all who share a dictionary, since each takes 26 MB."""
    return WordCutter(terms)


class WordCutter:
    """Cuts normalised text into words. Each instance has its own dictionary; the library's global one is not touched."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        _free_default_dictionary()
        self._jieba: Any = rjieba.Jieba()
        for term in terms:
            self._jieba.add_word(term, TERM_FREQUENCY, None)

    def cut(self, text: str) -> list[str]:
        """Return the words of the text in order, blanks included, so that their concatenation is the text."""
        return list(self._jieba.cut(text))

    def cut_for_search(self, text: str) -> list[str]:
        """Return the words that hold a letter or digit, long words also as the shorter words inside them."""
        return [word for word in self._jieba.cut_for_search(text) if _WORD.search(word)]


def character_pairs(text: str) -> list[str]:
    """Return the overlapping pairs of Han characters; a lone character stands for itself."""
    pairs: list[str] = []
    for match in _HAN_RUN.finditer(text):
        run = match.group()
        pairs.extend(run[i : i + 2] for i in range(len(run) - 1) or [])
        if len(run) == 1:
            pairs.append(run)
    return pairs


def han_characters(text: str) -> list[str]:
    return [char for match in _HAN_RUN.finditer(text) for char in match.group()]
