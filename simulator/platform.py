"""The simulated platform: users, their screens, and what the account may do. Usable without HTTP; one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from simulator import customer_service, messages
from simulator.accounts import AccountSettings
from simulator.delivery import Courier, Pacing
from simulator.errors import ApiRefused, NotFollowing
from simulator.faults import Faults
from simulator.journal import Journal, Listeners
from simulator.media import MediaStore, silent_voice
from simulator.messages import Callback, Deed
from simulator.outcomes import Outcome
from simulator.people import People
from simulator.screens import Screens
from simulator.timeline import Bubble, User
from simulator.tokens import Codes, Tokens

NUMBERS_PER_MS = 1 << 20
"""Numbers start at the time, so that a platform started again never gives a MsgId twice."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sending:
    """A message on its way. `bubble` is None for an event, which the user does not see."""

    number: str
    bubble: Bubble | None
    delivery: asyncio.Task[Outcome]


class Platform:
    """One account's platform.

    `oauth_hosts` are the hosts that may learn who a reader is (default: the callback's); `base_url` is where the platform itself
    can be reached, for the addresses of pictures.
    """

    def __init__(
        self,
        account: AccountSettings,
        *,
        clock: Callable[[], datetime] = utc_now,
        pacing: Pacing | None = None,
        faults: Faults | None = None,
        oauth_hosts: set[str] | None = None,
        base_url: str = "",
    ) -> None:
        self.account, self.clock, self.base_url = account, clock, base_url
        self.faults = faults or Faults()
        self.oauth_hosts = oauth_hosts or {urlsplit(account.callback_url).hostname or ""}
        self.listeners = Listeners()
        self.journal = Journal(clock, self.listeners)
        self.courier = Courier(account, pacing or Pacing(), self.faults, self.journal, clock)
        self.tokens, self.codes = Tokens(account, self.faults, clock), Codes(clock)
        self.media, self.users = MediaStore(), People(clock)
        self.menu: dict[str, Any] | None = None
        self._screens = Screens(clock, self.journal, self.listeners)
        self._numbers = count(int(clock().timestamp() * 1000) * NUMBERS_PER_MS)
        self._deliveries: set[asyncio.Task[Outcome]] = set()

    def create_user(self, nickname: str | None = None, *, openid: str | None = None, followed: bool = False) -> User:
        """Return a new person; `followed` makes a follower of them without telling the product."""
        return self.users.add(nickname, openid, followed)

    def timeline(self, openid: str) -> list[Bubble]:
        """Return what is on this user's screen, oldest first. Raises UserUnknown."""
        return list(self.users.named(openid).bubbles)

    def start(self, openid: str, deed: Deed) -> Sending:
        """Do it, and deliver it behind. Raises UserUnknown, NotFollowing."""
        user, now = self.users.named(openid), self.clock()
        if not user.followed and not deed.is_event:
            raise NotFollowing(openid)
        self._grant(user, deed, now)
        number = str(next(self._numbers))
        self.journal.count("event" if deed.is_event else "message")
        bubble = self._screens.show_deed(user, deed, number)
        callback = Callback(number, openid, int(now.timestamp()), deed, self.account.original_id)
        task = asyncio.get_running_loop().create_task(self._deliver(user, callback, bubble))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)
        return Sending(number, bubble, task)

    async def do(self, openid: str, deed: Deed) -> Outcome:
        """Do it and wait until its delivery is over. Raises UserUnknown, NotFollowing."""
        return await self.start(openid, deed).delivery

    async def send_text(self, openid: str, text: str, menu_id: str | None = None) -> Outcome:
        """Write a text; with `menu_id` it is a click on that line of a menu."""
        return await self.do(openid, messages.text(text, menu_id))

    async def send_image(self, openid: str, content: bytes) -> Outcome:
        """Raises UploadRefused."""
        return await self.do(openid, self.image(content))

    async def send_voice(self, openid: str, content: bytes | int) -> Outcome:
        """Send an AMR file, or one with so many seconds of silence. Raises UploadRefused."""
        spoken = silent_voice(content) if isinstance(content, int) else content
        return await self.do(openid, messages.voice(self.media.put(spoken)))

    async def follow(self, openid: str, scene: str | None = None) -> Outcome:
        return await self.do(openid, self.following(openid, scene))

    async def unfollow(self, openid: str) -> Outcome:
        return await self.do(openid, self.leaving(openid))

    async def click(self, openid: str, key: str) -> Outcome:
        return await self.do(openid, messages.click(key))

    async def scan(self, openid: str, scene: str) -> Outcome:
        """Scan a code with a scene; who does not follow yet follows by it."""
        return await self.do(openid, self.scanning(openid, scene))

    def image(self, content: bytes) -> Deed:
        """Raises UploadRefused."""
        media = self.media.put(content)
        return messages.image(media, f"{self.base_url}/simulator/media/{media.id}")

    def following(self, openid: str, scene: str | None) -> Deed:
        """Make a follower of the user, and return what the product is told."""
        self.users.follow(openid, scene or "")
        return messages.follow(scene)

    def leaving(self, openid: str) -> Deed:
        self.users.unfollow(openid)
        return messages.unfollow()

    def scanning(self, openid: str, scene: str) -> Deed:
        return messages.scan(scene) if self.users.named(openid).followed else self.following(openid, scene)

    def send_custom(self, raw: bytes) -> Bubble:
        """Show a customer-service message of the account. Raises ApiRefused."""
        body, user = self._addressed(raw)
        content = customer_service.shown_content(body)
        if "media_id" in content:
            self.media.get(content["media_id"])
        if not user.followed:
            raise ApiRefused(43004)
        user.quota.spend(self.clock())
        self._screens.set_typing(user, False)
        bubble = self._screens.show(user, sender="account", via="api", **content)
        self._screens.tell_quota(user)
        return bubble

    def set_typing(self, raw: bytes) -> None:
        """Show or hide that the account is typing. Raises ApiRefused."""
        body, user = self._addressed(raw)
        self._screens.set_typing(user, customer_service.check_typing(body, user, self.clock()))

    async def settle(self) -> None:
        """Wait until every delivery is over."""
        while self._deliveries:
            await asyncio.wait(set(self._deliveries))

    async def close(self) -> None:
        for task in set(self._deliveries):
            task.cancel()
        await self.courier.close()

    def reset(self) -> None:
        """Forget users, menu, faults and log; the account and its tokens stay."""
        for task in self._deliveries:
            task.cancel()
        self.users.clear()
        self.menu = None
        self.faults.change(Faults().as_json())
        self.journal.clear()

    async def _deliver(self, user: User, callback: Callback, bubble: Bubble | None) -> Outcome:
        if bubble is not None:
            self._screens.mark_sent(user, bubble)
        outcome = await self.courier.deliver(callback, user)
        self._screens.show_outcome(user, callback.deed, outcome)
        return outcome

    def _grant(self, user: User, deed: Deed, now: datetime) -> None:
        user.last_seen_at = now
        if deed.grants is not None:
            (user.quota.message if deed.grants == "message" else user.quota.event).grant(now)
            self._screens.tell_quota(user)

    def _addressed(self, raw: bytes) -> tuple[dict[str, Any], User]:
        """Return the body and whom it is for. Raises ApiRefused."""
        if not self.account.has_customer_service:
            raise ApiRefused(48001)
        body = customer_service.read_body(raw)
        openid = body.get("touser")
        if not isinstance(openid, str) or openid not in self.users:
            raise ApiRefused(40003)
        return body, self.users[openid]
