"""What goes wrong on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from simulator.errors import FaultInvalid

MOST_LOST_ANSWERS = 2
"""Of three tries: the last one arrives."""


@dataclass
class Faults:
    """Everything is off at first. Shares are chances between 0 and 1."""

    api_errors: dict[str, list[int]] = field(default_factory=dict)
    """By path: errcodes, one per call, given without doing what was asked."""
    api_delay_s: dict[str, float] = field(default_factory=dict)
    """By path: the answer comes so much later; what was asked has been done by then."""
    api_drop: dict[str, int] = field(default_factory=dict)
    """By path: so many calls are cut without an answer."""
    when: Literal["before", "after"] = "after"
    """Whether a cut call is lost before or after its effect."""
    duplicate_share: float = 0.0
    """Of messages: the first one or two answers are lost, so the same message comes two or three times."""
    reorder_share: float = 0.0
    """Of messages: goes out after the user's next one."""
    drop_answer_share: float = 0.0
    """Of tries: the answer is lost."""
    callback_delay_s: float = 0.0
    """Before the first try of each message."""
    expire_old_token: bool = False
    """A forced renewal ends the old token at once instead of after five minutes."""
    seed: int | None = None
    _random: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def change(self, given: Mapping[str, Any]) -> None:
        """Set the named faults and leave the others. Raises FaultInvalid and changes nothing then."""
        for name, value in given.items():
            if name not in _CHECKS or not _CHECKS[name](value):
                raise FaultInvalid(name)
        for name, value in given.items():
            setattr(self, name, value)
        if "seed" in given:
            self._random = random.Random(self.seed)

    def next_error(self, path: str) -> int | None:
        codes = self.api_errors.get(path)
        return codes.pop(0) if codes else None

    def drops(self, path: str, when: Literal["before", "after"]) -> bool:
        """Say whether this call is cut now, and count it."""
        if when != self.when or self.api_drop.get(path, 0) < 1:
            return False
        self.api_drop[path] -= 1
        return True

    def lost_answers(self) -> int:
        return self._random.randint(1, MOST_LOST_ANSWERS) if self._happens(self.duplicate_share) else 0

    def drops_answer(self) -> bool:
        return self._happens(self.drop_answer_share)

    def reorders(self) -> bool:
        return self._happens(self.reorder_share)

    def as_json(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if not each.name.startswith("_")}

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 600


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_codes(value: object) -> bool:
    return isinstance(value, list) and all(_is_count(code) for code in value)


def _by_path(value: object, is_right: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(path, str) and is_right(each) for path, each in value.items())


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "api_errors": lambda value: _by_path(value, _is_codes),
    "api_delay_s": lambda value: _by_path(value, _is_number),
    "api_drop": lambda value: _by_path(value, _is_count),
    "when": lambda value: value in ("before", "after"),
    "duplicate_share": _is_share,
    "reorder_share": _is_share,
    "drop_answer_share": _is_share,
    "callback_delay_s": _is_number,
    "expire_old_token": lambda value: isinstance(value, bool),
    "seed": lambda value: value is None or _is_count(value),
}
