"""What happened, as the load saw it: calls, the changes they made, and which desk was shown what when."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """Something that an answer of the server has confirmed. Times are the loop's, in seconds."""

    kind: str
    """request, user, bot, take, say or close."""
    conversation_id: str
    sent_s: float
    answered_s: float
    sequence: int | None = None
    """Number of the message that shows it."""
    version: int | None = None
    """Of the owner that shows it."""
    client_id: str | None = None
    """Of a user's message whose number the answer does not tell."""


@dataclass(frozen=True)
class Glimpse:
    """What a card on a desk says of a conversation."""

    conversation_id: str
    sequence: int
    version: int
    team: str | None
    status: str | None
    taken_by: str | None


class Sightings:
    """Which desk was shown which glimpse when; a million of them are kept in a few columns."""

    def __init__(self) -> None:
        self._glimpses: list[Glimpse] = []
        self._numbers: dict[Glimpse, int] = {}
        self._seen, self._desks, self._at_s = array("I"), array("H"), array("d")

    def add(self, desk: int, glimpse: Glimpse, at_s: float) -> None:
        number = self._numbers.setdefault(glimpse, len(self._glimpses))
        if number == len(self._glimpses):
            self._glimpses.append(glimpse)
        self._seen.append(number)
        self._desks.append(desk)
        self._at_s.append(at_s)

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[tuple[int, Glimpse, float]]:
        """Yield (desk, glimpse, time), in the order in which they came."""
        for number, desk, at_s in zip(self._seen, self._desks, self._at_s, strict=True):
            yield desk, self._glimpses[number], at_s


@dataclass
class Talk:
    """One conversation as its two sides know it."""

    confirmed: list[tuple[str, str]] = field(default_factory=list)
    """(sender, key) of each message that was accepted, in order. A user's key is its client's id, an agent's is its id."""
    agent_messages_sent: int = 0
    """Accepted or not."""
    heard: list[int] = field(default_factory=list)
    """Numbers of the messages that the user's own stream brought."""
    has_left: bool = False
    """Whether the user stopped listening before the end."""


class Journal:
    """Everything that is judged in the end."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[float, float]]] = defaultdict(list)
        """By kind: when each was sent, and how many seconds it took."""
        self.failures: Counter[str] = Counter()
        self.changes: list[Change] = []
        self.sightings = Sightings()
        self.talks: dict[str, Talk] = defaultdict(Talk)
        """By conversation."""
        self.place_frames = 0

    def call(self, kind: str, sent_s: float, answered_s: float) -> None:
        self.calls[kind].append((sent_s, answered_s - sent_s))
