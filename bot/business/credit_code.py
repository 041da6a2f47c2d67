"""The 18-character unified social credit code of an organisation."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_WEIGHT_BASE = 3


def is_credit_code(text: str) -> bool:
    """Whether the text is a code whose check character is right."""
    code = text.strip().upper()
    if len(code) != LENGTH or any(char not in ALPHABET for char in code):
        return False
    return code[-1] == check_character(code[:-1])


def check_character(body: str) -> str:
    """Return what follows these 17 characters of the alphabet. Source: GB 32100-2015, weights 3^i mod 31."""
    total = sum(ALPHABET.index(char) * pow(_WEIGHT_BASE, i, 31) for i, char in enumerate(body))
    return ALPHABET[(31 - total % 31) % 31]
