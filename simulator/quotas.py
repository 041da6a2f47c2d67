"""How many customer-service messages an account may send to a user.

Source: vendor page "Customer service messages: limits", read 2026-11. A message of the user: 5 within 48 hours; a menu click,
following or scanning: 3 within a minute; a click into a msgmenu counts as a menu click.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.errors import ApiRefused

OUTSIDE_WINDOW = 45015
USED_UP = 45047


@dataclass
class Allowance:
    """What one kind of contact allows."""

    limit: int
    lasts: timedelta
    left: int = 0
    until: datetime | None = None

    def grant(self, now: datetime) -> None:
        self.left, self.until = self.limit, now + self.lasts

    def is_open(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def as_json(self, now: datetime) -> dict[str, Any]:
        is_open = self.is_open(now)
        return {"left": self.left if is_open else 0, "until": self.until.isoformat() if is_open and self.until else None}


@dataclass
class Quota:
    """Both allowances of one user."""

    message: Allowance = field(default_factory=lambda: Allowance(5, timedelta(hours=48)))
    event: Allowance = field(default_factory=lambda: Allowance(3, timedelta(minutes=1)))

    def is_open(self, now: datetime) -> bool:
        return self.message.is_open(now) or self.event.is_open(now)

    def spend(self, now: datetime) -> None:
        """Take one, first from the window that closes soonest. Raises ApiRefused."""
        for allowance in (self.event, self.message):
            if allowance.is_open(now) and allowance.left > 0:
                allowance.left -= 1
                return
        raise ApiRefused(USED_UP if self.is_open(now) else OUTSIDE_WINDOW)

    def as_json(self, now: datetime) -> dict[str, Any]:
        return {"message": self.message.as_json(now), "event": self.event.as_json(now)}
