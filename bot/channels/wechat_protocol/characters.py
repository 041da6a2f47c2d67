"""Characters as people see them: a letter with its accents, an emoji with all its parts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINER = "\u200d"
JOINED_CATEGORIES = {"Mn", "Mc", "Me"}
JOINED_RANGES = (
    ("\u200c", "\u200d"),  # joiners
    ("\uff9e", "\uff9f"),  # half-width Japanese sound marks
    ("\U0001f3fb", "\U0001f3ff"),  # skin tones
    ("\U000e0020", "\U000e007f"),  # tags of regional flags
)
FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")


def split_characters(text: str) -> Iterator[str]:
    """Yield the characters in order; joined they are the text.

    Source: Unicode Standard Annex 29, grapheme clusters, without the rules for Hangul letters and Indic conjuncts.
    """
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not _belongs_to_previous(text, start, position):
            yield text[start:position]
            start = position


def _belongs_to_previous(text: str, start: int, position: int) -> bool:
    previous, character = text[position - 1], text[position]
    if previous == "\r" and character == "\n":
        return True
    if unicodedata.category(previous) == "Cc":
        return False
    if (previous == JOINER and not character.isascii()) or _is_joined(character):
        return True
    return position - start == 1 and _is_flag_letter(previous) and _is_flag_letter(character)


def _is_joined(character: str) -> bool:
    if character < "\u0300":
        return False
    return unicodedata.category(character) in JOINED_CATEGORIES or any(a <= character <= b for a, b in JOINED_RANGES)


def _is_flag_letter(character: str) -> bool:
    return FLAG_LETTERS[0] <= character <= FLAG_LETTERS[1]
