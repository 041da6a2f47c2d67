"""Who is at the desk, and whether they take chats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.business.roles import Permission, Principal
from bot.errors import HandoverRefused
from bot.persistence import presences, users
from bot.persistence.database import Database
from bot.persistence.presences import AWAY, READY
from bot.persistence.tables import AgentPresenceRow
from bot.services.live import DESK, Happening, LiveEvents


@dataclass(frozen=True)
class Presence:
    state: str
    """ready or away."""
    takes_automatically: bool


class Presences:
    """All of it runs in threads."""

    def __init__(self, database: Database, live: LiveEvents, now: Callable[[], datetime]) -> None:
        self._database = database
        self._live = live
        self._now = now

    def get(self, username: str) -> Presence:
        with self._database.session() as session:
            return as_presence(presences.find_presence(session, username))

    def change(self, principal: Principal, state: str, takes_automatically: bool) -> Presence:
        """Say whether one is there. Saying "ready" again after closing time means working overtime."""
        principal.require(Permission.TALK)
        if state not in (READY, AWAY):
            raise HandoverRefused("state_unknown")
        with self._database.session() as session:
            row = presences.get_presence(session, principal.username)
            row.state, row.takes_automatically = state, takes_automatically
            row.ready_since = self._now() if state == READY else None
            row.seen_at = self._now()
        self._live.tell_from_thread(DESK, Happening("presence", about=principal.username))
        return Presence(state, takes_automatically)

    def note_seen(self, username: str) -> None:
        """A desk of theirs is connected."""
        with self._database.session() as session:
            presences.get_presence(session, username).seen_at = self._now()

    def sign_off(self, username: str, now: datetime) -> None:
        """They signed out; who is still signed in elsewhere is still there."""
        with self._database.session() as session:
            if users.has_session(session, username, now):
                return
        self.leave(username)

    def leave(self, username: str) -> None:
        """They take no chats any more."""
        with self._database.session() as session:
            row = presences.find_presence(session, username)
            if row is None:
                return
            row.state, row.ready_since = AWAY, None
        self._live.tell_from_thread(DESK, Happening("presence", about=username))


def as_presence(row: AgentPresenceRow | None) -> Presence:
    return Presence(row.state, row.takes_automatically) if row else Presence(AWAY, takes_automatically=False)
