"""How long somebody will wait, from how long others really did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

ENOUGH_TO_TELL = 5
"""With fewer past chats than this, no time is named."""
MINUTE_S = 60.0


def expected_wait(
    position: int, free_slots: int, slots: int, pickups_s: Sequence[float], chats_s: Sequence[float]
) -> timedelta | None:
    """Return the expected wait of the one at this place (from 1), None when too little is known to name one.

    `free_slots` of `slots` chats could begin at once. `pickups_s`: how long recent users waited until somebody came while there
    was a free place; `chats_s`: how long recent chats lasted. Who is within the free places waits as long as others did;
    who is behind them waits until as many chats have ended, which `slots` work off side by side.
    """
    if len(pickups_s) < ENOUGH_TO_TELL:
        return None
    pickup = timedelta(seconds=median(pickups_s))
    behind = position - free_slots
    if behind <= 0:
        return pickup
    if slots == 0 or len(chats_s) < ENOUGH_TO_TELL:
        return None
    return pickup + timedelta(seconds=median(chats_s) * behind / slots)


def spoken(wait: timedelta) -> str:
    """Return the wait as it is told: rounded up to minutes, nothing more exact than can be known."""
    minutes = max(1, -(-int(wait.total_seconds()) // int(MINUTE_S)))
    if minutes <= 10:
        return f"大约{minutes}分钟"
    if minutes <= 60:
        return f"大约{-(-minutes // 5) * 5}分钟"
    return "可能超过1小时"
