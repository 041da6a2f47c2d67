"""The users of one account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulator.accounts import random_word
from simulator.errors import UserUnknown
from simulator.quotas import Quota
from simulator.timeline import User

NICKNAMES = ("张经理", "李会计", "王老板", "陈店长", "刘主任", "赵工", "孙律师", "周女士", "吴先生", "郑总")
COLORS = ("#5b8def", "#e8804c", "#4caf7d", "#b06ad4", "#d9a13b", "#4bb3c4", "#d4637d", "#7b8a9a")
OPENID_CHARACTERS = 28


class People(dict[str, User]):
    """By openid, in the order in which they came."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def add(self, nickname: str | None, openid: str | None, followed: bool) -> User:
        position = len(self)
        user = User(
            openid=openid or "o" + random_word(OPENID_CHARACTERS - 1),
            nickname=nickname or NICKNAMES[position % len(NICKNAMES)],
            color=COLORS[position % len(COLORS)],
        )
        self[user.openid] = user
        if followed:
            self.follow(user.openid, "")
        return user

    def named(self, openid: str) -> User:
        """Raises UserUnknown."""
        if openid not in self:
            raise UserUnknown(openid)
        return self[openid]

    def follow(self, openid: str, scene: str) -> None:
        user = self.named(openid)
        user.followed, user.followed_at, user.scene = True, self._clock(), scene

    def unfollow(self, openid: str) -> None:
        """Close every window: nothing can be sent to who has left."""
        user = self.named(openid)
        user.followed, user.quota, user.typing_until = False, Quota(), None
