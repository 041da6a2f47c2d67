"""What a platform lets us send a user unasked: a number of messages within a time, granted by what the user does.

WeChat Official Accounts: 5 messages within 48 hours of the user's last message; 3 within one minute of a menu click, a follow, a
scan or a press on an option. Source: the customer-service message page of WeChat's documentation, read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

AFTER_MESSAGE = (5, timedelta(hours=48))
AFTER_EVENT = (3, timedelta(minutes=1))


class Grant(StrEnum):
    """What a user's doing allows."""

    MESSAGE = "message"
    EVENT = "event"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Window:
    """`left` messages until a time."""

    left: int = 0
    until: datetime | None = None

    def left_at(self, now: datetime) -> int:
        return self.left if self.until is not None and now < self.until else 0


@dataclass(frozen=True)
class Allowance:
    """Both windows of a user. The one that ends sooner is used up first."""

    message: Window = Window()
    event: Window = Window()

    def grant(self, grant: Grant, now: datetime) -> Allowance:
        if grant is Grant.MESSAGE:
            return replace(self, message=Window(AFTER_MESSAGE[0], now + AFTER_MESSAGE[1]))
        if grant is Grant.EVENT:
            return replace(self, event=Window(AFTER_EVENT[0], now + AFTER_EVENT[1]))
        return self

    def left(self, now: datetime) -> int:
        return self.message.left_at(now) + self.event.left_at(now)

    def until(self, now: datetime) -> datetime | None:
        """Return when the last of what is left is lost, None when nothing is left."""
        ends = [window.until for window in (self.message, self.event) if window.until and window.left_at(now)]
        return max(ends, default=None)

    def spend(self, now: datetime) -> Allowance:
        """Count one message that was sent. With nothing left by our count, the platform has the last word."""
        if self.event.left_at(now):
            return replace(self, event=replace(self.event, left=self.event.left - 1))
        return replace(self, message=replace(self.message, left=max(0, self.message.left - 1)))

    def exhausted(self) -> Allowance:
        """The platform says that nothing is left."""
        return replace(self, message=replace(self.message, left=0), event=replace(self.event, left=0))
