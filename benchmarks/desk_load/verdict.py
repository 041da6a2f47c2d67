"""Judging what was seen: how late the desks were told, and whether anything was lost, said twice or in disorder."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.desk_load.installation import Account
from benchmarks.desk_load.journal import Change, Glimpse, Talk

Seen = tuple[int, Glimpse, float]


@dataclass(frozen=True)
class Update:
    """A desk that was to see a change, and how long that took."""

    kind: str
    desk: int
    since_sent_s: float
    since_answered_s: float
    """0 when the desk was told before whoever asked for the change."""


@dataclass(frozen=True)
class Updates:
    told: Sequence[Update]
    missing: Sequence[tuple[Change, int]]
    """Changes that a desk was never shown."""


def updates_of(
    changes: Iterable[Change], sightings: Iterable[Seen], accounts: Sequence[Account], numbers: Mapping[str, int]
) -> Updates:
    """Return how long each change took to each desk whose account may see the conversation as it was then.

    `numbers`: the messages' sequence by their client's id. A card shows a change if it is as new or newer: of several changes
    close together, desks are told of the last only.
    """
    by_conversation: defaultdict[str, list[Seen]] = defaultdict(list)
    for seen in sightings:
        by_conversation[seen[1].conversation_id].append(seen)
    told: list[Update] = []
    missing: list[tuple[Change, int]] = []
    for change in changes:
        first = _first_by_desk(change, by_conversation[change.conversation_id], numbers)
        shown = min(first.values(), key=lambda each: each[1])[0] if first else None
        for desk, account in enumerate(accounts):
            if shown is not None and not account.sees(shown.team, shown.taken_by):
                continue  # it may see the conversation later, when that goes to another team
            if desk not in first:
                missing.append((change, desk))
                continue
            at_s = first[desk][1]
            told.append(Update(change.kind, desk, at_s - change.sent_s, max(0.0, at_s - change.answered_s)))
    return Updates(told, missing)


def _first_by_desk(change: Change, seen: Iterable[Seen], numbers: Mapping[str, int]) -> dict[int, tuple[Glimpse, float]]:
    """Return the first card of each desk that shows the change."""
    sequence = change.sequence if change.sequence is not None else numbers.get(change.client_id or "", 0)
    version = change.version or 0
    first: dict[int, tuple[Glimpse, float]] = {}
    for desk, glimpse, at_s in seen:
        if desk not in first and glimpse.sequence >= sequence and glimpse.version >= version:
            first[desk] = (glimpse, at_s)
    return first


def history_faults(history: Sequence[Mapping[str, Any]], talk: Talk) -> Counter[str]:
    """Count what is wrong with a conversation: lost, doubled, out_of_order, stream_broken."""
    faults: Counter[str] = Counter()
    for sender, key in (("user", "client_message_id"), ("agent", "id")):
        accepted = [name for who, name in talk.confirmed if who == sender]
        stored = [message[key] for message in history if message["sender"] == sender]
        known, kept = set(accepted), set(stored)
        faults["lost"] += len(known - kept)
        faults["doubled"] += len(stored) - len(kept)
        faults["out_of_order"] += [name for name in dict.fromkeys(stored) if name in known] != [n for n in accepted if n in kept]
    written = sum(message["sender"] == "agent" for message in history)
    faults["doubled"] += max(0, written - talk.agent_messages_sent)
    numbers = [message["sequence"] for message in history]
    faults["out_of_order"] += numbers != list(range(1, len(history) + 1))
    heard = [number for number in talk.heard if number <= len(history)]  # something may be said while histories are read
    faults["stream_broken"] += heard != (numbers[: len(heard)] if talk.has_left else numbers)
    return faults


def wrong_places(queue: Sequence[Mapping[str, Any]], told: Mapping[str, tuple[str, int] | None]) -> list[str]:
    """Return the waiting conversations whose user was last told another place than the queue's order gives them."""
    wrong, waiting_before = [], Counter[str]()
    for entry in queue:
        team = entry["handover"]["team_title"]
        waiting_before[team] += 1
        conversation_id = entry["conversation_id"]
        if conversation_id in told and told[conversation_id] != (team, waiting_before[team]):
            wrong.append(conversation_id)
    return wrong


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them is not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
