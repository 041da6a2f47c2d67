"""What a user sees, and the users."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulator.quotas import Quota

Sender = Literal["user", "account", "system"]
Kind = Literal["text", "menu", "image", "voice", "video", "location", "link"]
Via = Literal["passive", "api"]


@dataclass(kw_only=True)
class Bubble:
    """One entry of a chat.

    `text` of a voice is its seconds, of a link title, description and address on three lines, of a menu its head;
    `tail` of a location is `latitude,longitude`.
    """

    id: int
    """Increasing over all users."""
    sender: Sender
    kind: Kind
    text: str
    at: datetime
    options: list[dict[str, str]] = field(default_factory=list)
    """Of a menu: `id` and `content` each."""
    via: Via | None = None
    in_reply_to: str | None = None
    """The number of the message or event that was answered passively, or that nobody answered."""
    media_id: str | None = None
    state: Literal["sending", "sent", "failed"] | None = None
    """Of a user's own bubble."""
    tail: str = ""
    message_id: str | None = None
    """MsgId of a user's own bubble."""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(eq=False)
class User:
    """One person with a phone."""

    openid: str
    nickname: str
    color: str
    followed: bool = False
    followed_at: datetime | None = None
    scene: str = ""
    """Of the code that was scanned to follow."""
    bubbles: list[Bubble] = field(default_factory=list)
    quota: Quota = field(default_factory=Quota)
    last_seen_at: datetime | None = None
    """Of the last message or event."""
    typing_until: datetime | None = None
    held: asyncio.Event | None = None
    """Set when a message that waits for the next one may go."""

    def as_json(self) -> dict[str, Any]:
        return {"openid": self.openid, "nickname": self.nickname, "followed": self.followed, "color": self.color}
