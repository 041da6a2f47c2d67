"""What appears on users' screens, and telling the open pages of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from simulator.customer_service import TYPING_LASTS
from simulator.journal import Journal, Listeners
from simulator.messages import Deed
from simulator.outcomes import Outcome
from simulator.timeline import Bubble, User

FAULT_LINE = "该公众号提供的服务出现故障，请稍后再试"


class Screens:
    """Bubbles, the typing hint and the quota of every user."""

    def __init__(self, clock: Callable[[], datetime], journal: Journal, listeners: Listeners) -> None:
        self._clock, self._journal, self._listeners = clock, journal, listeners
        self._ids = count(1)

    def show(self, user: User, **content: Any) -> Bubble:
        """Add a bubble with these fields."""
        bubble = Bubble(id=next(self._ids), at=self._clock(), **content)
        user.bubbles.append(bubble)
        self._journal.count(f"bubble:{bubble.via or bubble.sender}")
        self._listeners.tell(user.openid, "bubble", bubble.as_json)
        return bubble

    def show_deed(self, user: User, deed: Deed, number: str) -> Bubble | None:
        """Show what the user sent; None for what they do not see themselves."""
        if deed.kind is None:
            return None
        own = {"state": "sending", "message_id": number, "media_id": deed.media_id, "tail": deed.tail}
        return self.show(user, sender="user", kind=deed.kind, text=deed.text, **own)

    def show_outcome(self, user: User, deed: Deed, outcome: Outcome) -> None:
        """Show the passive reply or the system line; nothing to who has left meanwhile."""
        if outcome.result == "shown" and user.followed:
            answer = {"text": outcome.answer.text, "in_reply_to": outcome.number}
            self.show(user, sender="account", kind="text", via="passive", **answer)
        if outcome.result == "fault" and user.followed and deed.shows_failure:
            self.show(user, sender="system", kind="text", text=FAULT_LINE, in_reply_to=outcome.number)

    def mark_sent(self, user: User, bubble: Bubble) -> None:
        bubble.state = "sent"
        self._listeners.tell(user.openid, "bubble", bubble.as_json)

    def set_typing(self, user: User, is_typing: bool) -> None:
        was_typing = user.typing_until is not None
        user.typing_until = self._clock() + TYPING_LASTS if is_typing else None
        if is_typing or was_typing:
            self._listeners.tell(user.openid, "typing", lambda: {"active": is_typing})

    def tell_quota(self, user: User) -> None:
        self._listeners.tell(user.openid, "quota", lambda: user.quota.as_json(self._clock()))
