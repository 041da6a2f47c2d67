"""Who speaks in a conversation: the bot, the queue that waits for a person, or one agent."""

from __future__ import annotations

from dataclasses import dataclass

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

    def passes_to(self, name: str) -> Owner:
        return Owner(name, self.version + 1)
