"""What every desk and every waiting user is told as it changes: cards of conversations, places in the queue.

One per process. However many watch, a change is read from the store once; what comes close together is read together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.business.routing import assign
from bot.persistence import desk_lists, handovers, presences
from bot.persistence.database import Database, Session
from bot.persistence.desk_lists import Card
from bot.persistence.handovers import UNATTENDED, WAITING
from bot.services.availability import Availability, Place, as_waiting
from bot.services.background import BackgroundTask
from bot.services.live import DESK, Happening, LiveEvents

logger = logging.getLogger(__name__)
GATHER_S = 0.03
"""How long after a change others are waited for, to be read together."""
REFRESH_S = 10.0
"""How often waits are estimated anew while nothing happens."""
AGAIN_S = 1.0
IDS_IN_A_QUERY = 400
SHOWN = frozenset({"message", "owner", "entry"})
"""Kinds of happenings that change a card."""


@dataclass(frozen=True)
class QueueState:
    """The queues at one moment."""

    places: Mapping[str, Place] = field(default_factory=dict)
    """By conversation."""
    recommended: Mapping[str, str] = field(default_factory=dict)
    """Who should take which conversation."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """By team."""
    unattended: Mapping[str, int] = field(default_factory=dict)
    loads: Mapping[str, int] = field(default_factory=dict)
    """Chats by agent."""


@dataclass(frozen=True)
class News:
    """What changed since the last time."""

    cards: Mapping[str, Card]
    names: Mapping[str, str]
    queue: QueueState
    agents: Collection[str]
    """Whose presence changed."""
    shown: dict[str, str] = field(default_factory=dict)
    """What subscribers made of the cards, by conversation, so that it is made once for all of them."""


class Subscriber(Protocol):
    def tell(self, news: News) -> None:
        """Take note, without waiting."""
        ...


class DeskBoard:
    """Watches all conversations and tells its subscribers."""

    def __init__(
        self,
        database: Database,
        availability: Availability,
        live: LiveEvents,
        look_soon: Callable[[], None],
    ) -> None:
        """`look_soon` is called when a queue changed."""
        self._database = database
        self._availability = availability
        self._live = live
        self._look_soon = look_soon
        self._subscribers: set[Subscriber] = set()
        self._task = BackgroundTask(self._run)
        self.queue = QueueState()

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.add(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)

    async def _run(self) -> None:
        with self._live.watch() as watcher:
            changed: dict[str, set[str]] = {DESK: {"start"}}
            while True:
                try:
                    await self._tell(changed)
                    late: dict[str, set[str]] = {}
                except Exception as error:  # whatever it is, it is told with the next change
                    logger.warning("the desk is told later: %s", type(error).__name__)
                    late = changed
                changed = await watcher.wait(AGAIN_S if late else REFRESH_S)
                for conversation_id, kinds in late.items():
                    changed.setdefault(conversation_id, set()).update(kinds)
                if changed:
                    await asyncio.sleep(GATHER_S)
                    for conversation_id, kinds in (await watcher.wait(0)).items():
                        changed.setdefault(conversation_id, set()).update(kinds)

    async def _tell(self, changed: Mapping[str, set[str]]) -> None:
        desk = changed.get(DESK, set())
        concerns_queue = bool(desk) or any("owner" in kinds for kinds in changed.values())
        is_idle = not changed and not self.queue.places
        shown = [each for each, kinds in changed.items() if each != DESK and not kinds.isdisjoint(SHOWN)]
        ids = shown if self._subscribers else []
        if is_idle or not (ids or concerns_queue or not changed):
            return
        before = self.queue
        news = await asyncio.to_thread(self._read, ids, concerns_queue or not changed, bool(desk))
        self.queue = news.queue
        for conversation_id, place in news.queue.places.items():
            if before.places.get(conversation_id) != place:
                self._live.tell_here(conversation_id, Happening("queue"))
        if concerns_queue:
            self._look_soon()
        for subscriber in list(self._subscribers):
            subscriber.tell(news)

    def _read(self, ids: list[str], concerns_queue: bool, concerns_agents: bool) -> News:
        with self._database.reading() as session:
            queue = self._read_queue(session) if concerns_queue else self.queue
            moved = [
                each for each in queue.recommended.keys() | self.queue.recommended.keys()
                if queue.recommended.get(each) != self.queue.recommended.get(each)
            ] if self._subscribers else []  # fmt: skip
            wanted = list(dict.fromkeys([*ids, *moved]))
            cards: dict[str, Card] = {}
            for start in range(0, len(wanted), IDS_IN_A_QUERY):
                cards |= desk_lists.load_cards(session, wanted[start : start + IDS_IN_A_QUERY])
            names = presences.names(session) if cards or concerns_agents else {}
            return News(cards, names, queue, list(names) if concerns_agents else ())

    def _read_queue(self, session: Session) -> QueueState:
        waiting = handovers.list_waiting(session)
        agents = self._availability.ready_agents(session)
        known = handovers.last_agents(session, [row.conversation_id for row in waiting]) if agents else {}
        return QueueState(
            places=self._availability.places(session, waiting, agents),
            recommended=assign(
                [as_waiting(row, known.get(row.conversation_id)) for row in waiting], agents, self.queue.recommended
            ),
            waiting=desk_lists.count_by_team(session, WAITING),
            unattended=desk_lists.count_by_team(session, UNATTENDED),
            loads=handovers.loads(session),
        )
