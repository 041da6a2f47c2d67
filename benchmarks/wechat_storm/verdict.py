"""The judgement: every message answered exactly once, in order, in time, none lost. Names the messages where it is not so."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.wechat_storm.carrier import HTTP_OK, Attempt, Passage
from benchmarks.wechat_storm.history import StoredMessage
from benchmarks.wechat_storm.screens import Awaited, Ledger, order_breaks
from bot.channels.wechat_protocol.inbound import parse_inbound
from simulator.callbacks import write_xml
from simulator.timeline import Bubble

SILENT = {"VIEW", "LOCATION", "a_new_kind"}
"""Events that ask for no answer."""
TOLERANCE_S = 0.05
"""What comes so close together has crossed on the way: the network between may turn it round."""


@dataclass
class Verdict:
    """Numbers of messages (MsgId) by what went wrong with them, and counts of what went well."""

    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, problem: str, *numbers: str) -> None:
        self.problems[problem].extend(numbers)
        self.counts[problem] += len(numbers)


@dataclass(frozen=True)
class _Sent:
    """A passage and what the product has stored of it; None = nothing."""

    passage: Passage
    external_id: str
    stored: StoredMessage | None

    @property
    def number(self) -> str:
        return self.passage.callback.number

    @property
    def first(self) -> Attempt:
        return min(self.passage.attempts, key=lambda attempt: attempt.began_s)


def judge(
    passages: Sequence[Passage], history: Mapping[str, Mapping[str, StoredMessage]], screens: Mapping[str, Sequence[Bubble]]
) -> Verdict:
    """Judge user by user. `history` and `screens` are by openid."""
    verdict = Verdict()
    by_user: dict[str, list[_Sent]] = defaultdict(list)
    for passage in passages:
        external_id = parse_inbound(write_xml(passage.callback.fields).encode()).external_id
        openid = passage.callback.openid
        by_user[openid].append(_Sent(passage, external_id, history.get(openid, {}).get(external_id)))
    for openid, sent in by_user.items():
        _User(sent, screens[openid], verdict).judge()
    return verdict


class _User:
    """What one user sent and saw."""

    def __init__(self, sent: Sequence[_Sent], screen: Sequence[Bubble], verdict: Verdict) -> None:
        self._sent, self._screen, self._verdict = sent, screen, verdict
        self._numbers = {each.external_id: each.number for each in sent}

    def judge(self) -> None:
        self._judge_acceptance()
        self._judge_screen()
        self._judge_order_stored()
        self._judge_order_told()

    def _ledger(self) -> Ledger:
        return Ledger((each.number, reply) for each in self._sent if each.stored for reply in each.stored.replies)

    def _judge_acceptance(self) -> None:
        """An event that asks for nothing need not be stored, only taken."""
        for each in self._sent:
            if each.stored is None and (_asks(each.passage) or not each.passage.was_taken):
                self._verdict.note("lost" if each.passage.was_taken else "never_accepted", each.number)

    def _judge_screen(self) -> None:
        ledger = self._ledger()
        for bubble in self._screen:
            if bubble.sender == "system":
                self._verdict.note("fault_lines", bubble.in_reply_to or "")
            if bubble.sender == "account" and ledger.tick(bubble.text, bubble.in_reply_to) is None:
                self._verdict.note("unexplained", bubble.in_reply_to or f"bubble {bubble.id}")
        shown: dict[str, list[Awaited]] = defaultdict(list)
        for awaited in ledger.awaited:
            shown[awaited.asked].append(awaited)
        for each in self._sent:
            if each.stored is not None and _asks(each.passage):
                self._judge_shown(each.number, shown[each.number])

    def _judge_shown(self, number: str, replies: Sequence[Awaited]) -> None:
        if not replies or any(reply.shown == 0 for reply in replies):
            self._verdict.note("never_shown", number)
        elif any(reply.shown > 1 for reply in replies):
            self._verdict.note("shown_twice", number)
        else:
            self._verdict.counts["shown_once"] += 1
        for reply in replies:
            self._verdict.counts[f"by_{reply.reply.route}"] += 1

    def _judge_order_stored(self) -> None:
        """Who was answered before another one left must be stored before it. Those that crossed on the way are only counted."""
        asked = [each for each in self._sent if each.stored is not None and each.stored.sequence]
        for one, other in itertools.permutations(asked, 2):
            assert one.stored is not None and other.stored is not None
            if one.stored.sequence < other.stored.sequence:
                continue
            if _taken_at(one.passage) < other.first.began_s:
                self._verdict.note("out_of_order", one.number)
            elif one.first.ending == "answered" and one.first.began_s + TOLERANCE_S < other.first.began_s:
                self._verdict.note("crossed", one.number)

    def _judge_order_told(self) -> None:
        """Replies must leave in the order of the conversation, whether or not an answer was lost on its way."""
        ledger = self._ledger()
        told: dict[int, tuple[float, str]] = {}
        for at_s, text, number in sorted(self._told(), key=lambda each: each[0]):
            for awaited in ledger.tick(text, number) or ():
                told.setdefault(awaited.reply.sequence, (at_s, awaited.asked))
        in_order = [told[sequence] for sequence in sorted(told)]
        self._verdict.note("out_of_order", *(in_order[i][1] for i in order_breaks([at for at, _ in in_order], TOLERANCE_S)))

    def _told(self) -> Iterator[tuple[float, str, str | None]]:
        """Yield time, text and message of what left the product: each call's words once, and what was sent."""
        for each in self._sent:
            with_words = [attempt for attempt in each.passage.attempts if attempt.text]
            if with_words:
                first = min(with_words, key=lambda attempt: attempt.ended_s)
                yield first.ended_at, first.text, each.number
        for bubble in self._screen:
            if bubble.via == "api":
                yield bubble.at.timestamp(), bubble.text, None


def callback_figures(passages: Sequence[Passage]) -> dict[str, float]:
    """Return median, 99th percentile and maximum of the calls that got an answer, in milliseconds."""
    taken = sorted(attempt.ms for passage in passages for attempt in passage.attempts if attempt.ending == "answered")
    if not taken:
        return {}
    ranks = {"callback_p50_ms": 0.5, "callback_p99_ms": 0.99, "callback_max_ms": 1.0}
    return {name: round(taken[max(0, math.ceil(share * len(taken)) - 1)], 1) for name, share in ranks.items()}


def _asks(passage: Passage) -> bool:
    return passage.callback.deed.fields.get("Event") not in SILENT


def _taken_at(passage: Passage) -> float:
    """Return when the platform first knew that the product has it."""
    ended = [attempt.ended_s for attempt in passage.attempts if attempt.ending == "answered" and attempt.status == HTTP_OK]
    return min(ended, default=math.inf)
