"""One normal form for questions and texts, so that Traditional and Simplified, full and half width meet."""

from __future__ import annotations

import unicodedata
from functools import cache

import opencc

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


@cache
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)


def normalise(text: str) -> str:
    """Return lower-case Simplified text in NFKC form, without control characters, white space folded to one blank."""
    return normalise_with_offsets(text)[0]


def normalise_with_offsets(text: str) -> tuple[str, list[int]]:
    """Return the normal form and, for each of its characters, the offset of its origin in `text` (one more at the end)."""
    chars: list[str] = []
    offsets: list[int] = []
    for offset, original in enumerate(text):
        for char in unicodedata.normalize("NFKC", original).lower():
            if char.isspace():
                char = " "
                if not chars or chars[-1] == " ":
                    continue
            elif unicodedata.category(char) in _INVISIBLE:
                continue
            chars.append(char)
            offsets.append(offset)
    if chars and chars[-1] == " ":
        chars.pop()
        offsets.pop()
    folded = "".join(chars)
    simplified = to_simplified(folded)
    if len(simplified) != len(folded):  # a phrase rule changed the length: convert character by character
        simplified = "".join(to_simplified(char)[:1] or char for char in folded)
    offsets.append(len(text))
    return simplified, offsets


def to_simplified(text: str) -> str:
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    return str(_converter("s2t").convert(text))


def is_traditional(text: str) -> bool:
    """Whether the writer used Traditional characters: more of them changed by Traditional-to-Simplified than the reverse."""
    as_simplified = sum(a != b for a, b in zip(text, to_simplified(text), strict=False))
    if not as_simplified:
        return False
    as_traditional = sum(a != b for a, b in zip(text, to_traditional(text), strict=False))
    return as_simplified > as_traditional
