"""What the users do, when, and what goes wrong on the way: decided beforehand, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmarks.figures import PROJECT
from simulator import messages
from simulator.messages import Deed

QUESTIONS = PROJECT / "tests" / "evaluation" / "questions.jsonl"
OTHER_TEXTS = ("你好", "谢谢", "1", "2", "第一个", "转人工", "再见", "你是谁", "材料呢", "要多久", "能便宜点吗", "哈哈哈哈", "🙂")
MENU_KEYS = ("ask:company_setup", "ask:company_change", "ask:tax", "ask:policy_redeem", "ask:credit_repair_apply", "person")
EVENT_SHARE = 0.1
OTHER_TEXT_SHARE = 0.2
REPEATED_SHARE = 0.3
SWAPPED_SHARE = 0.1
CLOSE_SHARE = 0.1
"""Of messages: followed by another one of the same user within a second, in order."""
COPIED_SHARE = 0.05
"""Of messages: the network delivers them once more, after they were answered."""
PAUSES_S = (0.0, 0.0, 0.3, 1.0, 5.0)
Loss = Literal["answered", "cut", "overlapped"]
LOSSES: tuple[Loss, ...] = ("answered", "cut", "overlapped")


@dataclass(frozen=True)
class LostTry:
    """A try whose answer never reaches the platform, and how the next one follows.

    `answered`: the answer is lost after it was written, the next try comes `after_s` later; `cut`: the connection breaks
    `after_s` after the call was sent; `overlapped`: the next try comes `after_s` after this one, which is still being answered.
    """

    kind: Loss
    after_s: float


@dataclass(frozen=True)
class Trouble:
    """What happens to one message on its way."""

    lost: tuple[LostTry, ...] = ()
    copied_after_s: float | None = None
    """The same bytes arrive again so long after the answer. None = they do not."""
    passed_by_s: float | None = None
    """It leaves only so long after the user's next message has left. None = in its turn."""


@dataclass(frozen=True)
class Planned:
    """One thing that a user does. `user` is a number from 0."""

    at_s: float
    user: int
    deed: Deed
    trouble: Trouble


def plan_storm(n: int, users: int, rate: float, seed: int) -> list[Planned]:
    """Return `n` messages and events in order of time, `rate` a second on average."""
    return list(_Planner(n, users, rate, random.Random(seed)).plan())


def read_questions(file: Path = QUESTIONS) -> list[str]:
    """Return the questions of the evaluation that are to be answered."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["expect"] == "answer"]


class _Planner:
    """Draws one storm."""

    def __init__(self, n: int, users: int, rate: float, chance: random.Random) -> None:
        self._n, self._users, self._rate, self._chance = n, users, rate, chance
        self._questions = read_questions()

    def plan(self) -> Iterator[Planned]:
        planned: list[Planned] = []
        at_s = 0.0
        while len(planned) < self._n:
            group = self._group(at_s, self._chance.randrange(self._users), may_be_two=self._n - len(planned) > 1)
            planned.extend(group)
            at_s += sum(self._chance.expovariate(self._rate) for _ in group)
        yield from sorted(planned, key=lambda each: each.at_s)

    def _group(self, at_s: float, user: int, may_be_two: bool) -> Sequence[Planned]:
        """Return one message, or two of the same user: passed by the second, or close to it."""
        first = Planned(at_s, user, self._deed(), self._trouble())
        drawn, singles = self._chance.random(), 1 - SWAPPED_SHARE - CLOSE_SHARE
        if not may_be_two or drawn * singles >= SWAPPED_SHARE + CLOSE_SHARE:
            return [first]
        is_swapped = drawn * singles < SWAPPED_SHARE
        second = Planned(at_s + self._chance.uniform(0.0, 0.05 if is_swapped else 1.0), user, self._text(), self._trouble())
        if is_swapped:
            held = replace(first.trouble, passed_by_s=self._chance.uniform(0.05, 0.2))
            first = replace(first, trouble=held)
        return [first, second]

    def _deed(self) -> Deed:
        firsts = 1 - SWAPPED_SHARE - CLOSE_SHARE  # of all messages: what comes second in a pair is always a text
        return self._event() if self._chance.random() < EVENT_SHARE / firsts else self._text()

    def _text(self) -> Deed:
        is_other = self._chance.random() < OTHER_TEXT_SHARE
        return messages.text(self._chance.choice(OTHER_TEXTS if is_other else self._questions))

    def _event(self) -> Deed:
        """Return a menu click or a follow, which are answered, or an event that is only taken note of."""
        return self._chance.choice(
            (
                messages.click(self._chance.choice(MENU_KEYS)),
                messages.click(self._chance.choice(MENU_KEYS)),
                messages.follow(),
                messages.view("https://example.org/page"),
                messages.position(30.27, 120.15),
                messages.event("a_new_kind", {"EventKey": "x"}),
            )
        )

    def _trouble(self) -> Trouble:
        if self._chance.random() < REPEATED_SHARE:
            return Trouble(tuple(self._lost_try() for _ in range(self._chance.randint(1, 2))))
        is_copied = self._chance.random() < COPIED_SHARE / (1 - REPEATED_SHARE)
        return Trouble(copied_after_s=self._chance.uniform(0.0, 2.0) if is_copied else None)

    def _lost_try(self) -> LostTry:
        kind = self._chance.choice(LOSSES)
        after_s = self._chance.choice(PAUSES_S) if kind == "answered" else self._chance.uniform(0.005, 0.3)
        return LostTry(kind, after_s)
