"""How alike two short texts are, for showing what may be the same matter. Works on texts in normal form."""

from __future__ import annotations

SAME_MATTER = 0.35
"""From which share of common character pairs a case is shown as maybe the same. Errs on the side of showing."""


def likeness(one: str, other: str) -> float:
    """Return the share (0-1) of character pairs that both have, of all pairs that the shorter one has."""
    pairs, others = _pairs(one), _pairs(other)
    fewest = min(len(pairs), len(others))
    return len(pairs & others) / fewest if fewest else 0.0


def _pairs(text: str) -> set[str]:
    kept = "".join(char for char in text if char.isalnum())
    return {kept[i : i + 2] for i in range(len(kept) - 1)}
