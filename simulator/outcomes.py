"""How the delivery of a message went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.callbacks import Answer

TryResult = Literal["answered", "timeout", "unreachable", "failed", "lost"]


@dataclass(frozen=True)
class Try:
    """One request. `status` is None without an answer."""

    number: int
    status: int | None
    ms: float
    result: TryResult
    """`failed`: HTTP 5xx; `lost`: answered, but by a fault on purpose the answer never arrived."""


@dataclass(frozen=True)
class Outcome:
    """How the delivery of a message ended.

    `shown`: a passive reply is on the user's screen; `accepted`: the product took it and said nothing now; `fault`: the user sees
    the system line (not for events whose failure the platform hides).
    """

    number: str
    """Of the message or event; the MsgId of a message."""
    result: Literal["shown", "accepted", "fault"]
    tries: tuple[Try, ...]
    answer: Answer

    @property
    def reply(self) -> str | None:
        return self.answer.text if self.result == "shown" else None
