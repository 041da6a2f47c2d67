"""A tracker store whose cost does not grow with the conversation.

Rasa's own SQL store reads and replays a session's whole history for each message (10 ms at message 25, 56 ms at 275).
This one appends each event once and loads the slots plus the last few events, so message 1,000 costs what message 1 costs.
It is handed to `Agent` unwrapped: Rasa's fail-safe wrapper would turn a database outage into a conversation without memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.persistence import tracker_events as store
from bot.persistence.database import Database

KEPT_EVENTS = 24
"""About four turns: what rules and follow-ups can look back on."""
ACTIVE_LOOP = "active_loop"
"""Beside the slots: the form that is open, however long ago it was opened."""


class BoundedTrackerStore(TrackerStore):
    """Stores trackers in our database. The caller holds the conversation's lock; a second writer fails on the key."""

    def __init__(self, database: Database, now: Callable[[], datetime], domain: Domain | None = None) -> None:
        super().__init__(domain)
        self._database = database
        self._now = now

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with self._database.session() as session:
            state = store.find_state(session, sender_id)
            if state is None:
                return None
            stored, slots = store.list_last_events(session, sender_id, KEPT_EVENTS), dict(state.slots)
            last_sequence = state.last_sequence
        tracker = self.init_tracker(sender_id)
        kept = [event for event in _whole_turns([Event.from_parameters(data) for data in stored]) if self._is_to_replay(event)]
        loop = slots.pop(ACTIVE_LOOP, None)
        for event in self._opening(slots, None if any(isinstance(event, ActiveLoop) for event in kept) else loop):
            tracker.update(event)
        for event in kept:
            tracker.update(event, self.domain)
        if tracker.active_loop:
            tracker.active_loop.rejected = False  # what a form left to others was one message: the next is offered to it again
        _remember(tracker, len(tracker.events), last_sequence)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        seen, last_sequence = _remembered(tracker)
        new = list(tracker.events)[seen:]
        slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}
        if tracker.active_loop_name:
            slots[ACTIVE_LOOP] = tracker.active_loop_name
        with self._database.session() as session:
            store.append_events(session, tracker.sender_id, last_sequence, [event.as_dict() for event in new])
            store.save_state(session, tracker.sender_id, last_sequence + len(new), slots, self._now())
        _remember(tracker, seen + len(new), last_sequence + len(new))

    async def keys(self) -> Iterable[str]:
        with self._database.session() as session:
            return store.list_conversation_ids(session)

    async def delete(self, sender_id: str) -> None:
        with self._database.session() as session:
            store.delete_conversation(session, sender_id)

    def _is_to_replay(self, event: Event | None) -> bool:
        """Slots are remembered whole; a form that the model no longer has would stop every message."""
        if isinstance(event, ActiveLoop):
            return event.name is None or event.name in self.domain.form_names
        return event is not None and not isinstance(event, SlotSet)

    def _opening(self, slots: dict[str, Any], loop: str | None) -> list[Event]:
        """Return events that put a fresh tracker into the remembered state. What the model no longer has is left out."""
        known = {slot.name for slot in self.domain.slots}
        return [
            ActionExecuted(ACTION_SESSION_START_NAME),
            SessionStarted(),
            *(SlotSet(name, value) for name, value in slots.items() if name in known),
            *([ActiveLoop(loop)] if loop in self.domain.form_names else []),
            ActionExecuted(ACTION_LISTEN_NAME),
        ]


def _whole_turns(events: list[Event | None]) -> list[Event | None]:
    """Drop what precedes the first user message, so that no turn is seen from its middle."""
    first = next((i for i, event in enumerate(events) if isinstance(event, UserUttered)), len(events))
    return events[first:]


def _remember(tracker: DialogueStateTracker, seen: int, last_sequence: int) -> None:
    tracker.stored = (seen, last_sequence)


def _remembered(tracker: DialogueStateTracker) -> tuple[int, int]:
    return getattr(tracker, "stored", (0, 0))
