"""How long a name is locked after wrong passwords, so that nobody guesses them by trying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES_UNTIL_LOCKED = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=4)
FORGIVEN_AFTER = timedelta(days=1)
"""Without a further wrong password. Longer than the longest lock, else waiting it out would begin anew."""


@dataclass(frozen=True)
class Failures:
    """Wrong passwords for one name, in a row."""

    count: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None

    def lock_left(self, now: datetime) -> timedelta | None:
        """Return for how long the name is still locked, None when it is not."""
        return self.locked_until - now if self.locked_until and self.locked_until > now else None

    def one_more(self, now: datetime) -> Failures:
        """Return what holds after another wrong password: every fifth in a row locks, twice as long as the one before."""
        is_forgiven = self.last_at is not None and now - self.last_at >= FORGIVEN_AFTER
        count = (0 if is_forgiven else self.count) + 1
        lock = lock_after(count)
        return Failures(count, now, now + lock if lock else None)


def lock_after(count: int) -> timedelta | None:
    """Return how long the `count`-th wrong password in a row locks, None when it does not."""
    locks, rest = divmod(count, FAILURES_UNTIL_LOCKED)
    if rest or not locks:
        return None
    doublings = min(locks - 1, (LONGEST_LOCK // FIRST_LOCK).bit_length() - 1)
    return FIRST_LOCK * (1 << doublings)
