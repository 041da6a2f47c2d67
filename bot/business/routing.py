"""Which agent should have a waiting chat: who knows the matter and the user, speaks the language and has the least to do.

First come, first served within the same urgency. An agent is only given what they may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
DEFAULT_LANGUAGE = "zh-Hans"
UNDERSTOOD_BY_ALL = frozenset({"zh-Hans", "zh-Hant"})
"""Everybody reads both scripts; who lists the second is preferred for it."""


@dataclass(frozen=True)
class WaitingChat:
    conversation_id: str
    team: str
    priority: int
    requested_at: datetime
    subject: str | None = None
    language: str = DEFAULT_LANGUAGE
    known_to: str | None = None
    """The agent who talked with this user last."""


@dataclass(frozen=True)
class ReadyAgent:
    username: str
    teams: frozenset[str]
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    load: int = 0
    capacity: int = 5
    last_assigned_at: datetime | None = None

    @property
    def is_free(self) -> bool:
        return self.load < self.capacity


def in_order(waiting: Sequence[WaitingChat]) -> list[WaitingChat]:
    """Return the chats in the order in which they are to be served."""
    return sorted(waiting, key=lambda chat: (chat.priority, chat.requested_at, chat.conversation_id))


def choose_agent(chat: WaitingChat, agents: Iterable[ReadyAgent]) -> ReadyAgent | None:
    """Return the agent who should have the chat, None when nobody who may take it is free."""
    return min((agent for agent in agents if _is_able(agent, chat)), key=lambda agent: _cost(agent, chat), default=None)


def assign(
    waiting: Sequence[WaitingChat], agents: Sequence[ReadyAgent], before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return who should have which chat (conversation id → user name) as long as there are free agents.

    `before` is what was told last: it stays for each chat whose turn finds that agent still free, so that a change of one does
    not move all the others.
    """
    free: dict[str, ReadyAgent] = {agent.username: agent for agent in agents if agent.is_free}
    chosen: dict[str, str] = {}
    for chat in in_order(waiting):
        known = free.get((before or {}).get(chat.conversation_id, ""))
        agent = known if known is not None and _is_able(known, chat) else choose_agent(chat, free.values())
        if agent is not None:
            chosen[chat.conversation_id] = agent.username
            _count(free, agent)
    return chosen


def _is_able(agent: ReadyAgent, chat: WaitingChat) -> bool:
    return agent.is_free and chat.team in agent.teams and _understands(agent, chat.language)


def _count(free: dict[str, ReadyAgent], agent: ReadyAgent) -> None:
    """Note that the agent has one chat more; who is full is free no more."""
    busier = replace(agent, load=agent.load + 1)
    if busier.is_free:
        free[agent.username] = busier
    else:
        del free[agent.username]


def positions(waiting: Sequence[WaitingChat]) -> Mapping[str, int]:
    """Return each chat's place in its team's queue, from 1."""
    places: dict[str, int] = {}
    count: dict[str, int] = {}
    for chat in in_order(waiting):
        count[chat.team] = count.get(chat.team, 0) + 1
        places[chat.conversation_id] = count[chat.team]
    return places


def _understands(agent: ReadyAgent, language: str) -> bool:
    return language in UNDERSTOOD_BY_ALL or language in agent.languages


def _cost(agent: ReadyAgent, chat: WaitingChat) -> tuple[bool, bool, bool, float, datetime, str]:
    """Smaller is better: knows the user, knows the matter, the language, has least to do, waited longest for work."""
    knows_matter = chat.subject is not None and chat.subject in agent.skills
    return (
        agent.username != chat.known_to,
        not knows_matter,
        chat.language != DEFAULT_LANGUAGE and chat.language not in agent.languages,
        agent.load / agent.capacity,
        agent.last_assigned_at or LONG_AGO,
        agent.username,
    )
