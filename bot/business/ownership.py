"""Who speaks in a conversation: the bot, the queue that waits for a person, or one agent. And who may change that, how.

A conversation has one owner at a time. Each change has a name, and is one of the table below; there are no others. Closing gives
the conversation back to the bot, so that whoever writes again is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import TransitionRefused

BOT = "bot"
QUEUE = "queue"
AGENT_PREFIX = "agent:"


@dataclass(frozen=True)
class Owner:
    """One owner at a time. `version` grows by one with each change; a change names the version it saw."""

    name: str
    version: int

    def __post_init__(self) -> None:
        is_agent = self.name.startswith(AGENT_PREFIX) and self.name.removeprefix(AGENT_PREFIX).strip()
        if self.name not in (BOT, QUEUE) and not is_agent:
            raise ValueError(f"no such owner: {self.name!r}")

    @property
    def is_bot(self) -> bool:
        return self.name == BOT

    @property
    def agent(self) -> str | None:
        """The agent's user name, None when no agent has it."""
        return self.name.removeprefix(AGENT_PREFIX) if self.kind is Kind.AGENT else None

    @property
    def kind(self) -> Kind:
        return Kind(self.name) if self.name in (BOT, QUEUE) else Kind.AGENT

    def passes_to(self, name: str) -> Owner:
        return Owner(name, self.version + 1)


class Kind(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Actor(StrEnum):
    """Who causes a change."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"
    """The agent whose conversation it is or becomes."""
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    """Time, rules, routing."""


class Transition(StrEnum):
    REQUEST = "request"
    """A person is asked for."""
    STEP_IN = "step_in"
    """An agent goes into a talk with the bot."""
    TAKE = "take"
    ASSIGN = "assign"
    """A waiting chat is given to an agent."""
    TRANSFER = "transfer"
    TRANSFER_TEAM = "transfer_team"
    REASSIGN = "reassign"
    ESCALATE = "escalate"
    """Nobody came in time: the next team's queue."""
    RELEASE = "release"
    """The agent is gone: back to the queue."""
    RETURN = "return"
    WITHDRAW = "withdraw"
    """The user does not want to wait any more."""
    GIVE_UP = "give_up"
    """Nobody is there any more."""
    CLOSE = "close"
    EXPIRE = "expire"
    """The user was silent for long."""


@dataclass(frozen=True)
class Rule:
    source: frozenset[Kind]
    target: Kind
    by: frozenset[Actor]
    closes: bool = False


def _rule(source: str, target: str, by: str, closes: bool = False) -> Rule:
    return Rule(frozenset(map(Kind, source.split())), Kind(target), frozenset(map(Actor, by.split())), closes)


RULES: Mapping[Transition, Rule] = {
    Transition.REQUEST: _rule("bot", "queue", "user bot system"),
    Transition.STEP_IN: _rule("bot", "agent", "agent supervisor"),
    Transition.TAKE: _rule("queue", "agent", "agent"),
    Transition.ASSIGN: _rule("queue", "agent", "supervisor system"),
    Transition.TRANSFER: _rule("agent", "agent", "agent"),
    Transition.TRANSFER_TEAM: _rule("agent", "queue", "agent supervisor"),
    Transition.REASSIGN: _rule("agent", "agent", "supervisor"),
    Transition.ESCALATE: _rule("queue", "queue", "system"),
    Transition.RELEASE: _rule("agent", "queue", "system"),
    Transition.RETURN: _rule("agent", "bot", "agent supervisor"),
    Transition.WITHDRAW: _rule("queue", "bot", "user"),
    Transition.GIVE_UP: _rule("queue agent", "bot", "system"),
    Transition.CLOSE: _rule("queue agent", "bot", "agent supervisor", closes=True),
    Transition.EXPIRE: _rule("agent", "bot", "system", closes=True),
}


def change(owner: Owner, transition: Transition, by: Actor, agent: str | None = None) -> Owner:
    """Return the new owner; `agent` is the user name of the one who gets it, for changes that lead to an agent.

    Raises TransitionRefused when the table has no such change: another owner, another actor, or nothing would change.
    """
    rule = RULES[transition]
    if owner.kind not in rule.source or by not in rule.by:
        raise TransitionRefused(transition, owner.name)
    if (rule.target is Kind.AGENT) != (agent is not None) or (agent is not None and agent == owner.agent):
        raise TransitionRefused(transition, owner.name)
    return owner.passes_to(f"{AGENT_PREFIX}{agent}" if agent is not None else rule.target.value)


def closes(transition: Transition) -> bool:
    return RULES[transition].closes
