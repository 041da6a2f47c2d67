"""When a text holds: dates decide what may be served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Validity:
    """The days from `starts` to `ends`, both included. None = no bound on that side."""

    starts: date | None = None
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)

    def is_over_on(self, day: date) -> bool:
        return self.ends is not None and self.ends < day
