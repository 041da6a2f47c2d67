"""Bands: how sure the assistant must be to answer, to ask back, or to say that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ANSWER_FROM = 0.53
"""Probability (0-1) of the subject from which a question is answered."""
CAUTION_FROM = {
    "urgent_harm": 0.12,
    "distress": 0.12,
    "danger": 0.12,
    "fraud_victim": 0.12,
    "illegal_request": 0.3,
    "other_city": 0.4,
}
"""Probability from which these count while no other intent is surer than SURE: better a person, or a refusal, too many."""
SURE = 0.6
ASK_BACK_FROM = 0.12
"""Probability from which a subject is worth a button."""
CONFIRM_AT_MOST = 3


class Band(StrEnum):
    ANSWER = "answer"
    CONFIRM = "confirm"
    CLARIFY = "clarify"
    REFUSE = "refuse"
    HANDOVER = "handover"


@dataclass(frozen=True)
class SubjectChoice:
    """What to do with a question: answer about the first subject, or offer the subjects as buttons."""

    band: Band
    subjects: tuple[str, ...]
    """Best first; one for ANSWER, up to three for CONFIRM, maybe none for CLARIFY."""
    confidence: float


def choose(probabilities: Mapping[str, float]) -> SubjectChoice:
    """Return the band for these probabilities (best first)."""
    if not probabilities:
        return SubjectChoice(Band.CLARIFY, (), 0.0)
    ranked = list(probabilities.items())
    first, confidence = ranked[0]
    if confidence >= ANSWER_FROM:
        return SubjectChoice(Band.ANSWER, (first,), confidence)
    worth = tuple(subject for subject, p in ranked if p >= ASK_BACK_FROM)
    if worth:
        offered = tuple(subject for subject, _ in ranked[:CONFIRM_AT_MOST])
        return SubjectChoice(Band.CONFIRM, offered, confidence)
    return SubjectChoice(Band.CLARIFY, (), confidence)


def cautious_intent(probabilities: Mapping[str, float]) -> str | None:
    """Return the intent that caution prefers to the likeliest one, None when there is no cause."""
    if not probabilities or max(probabilities.values()) >= SURE:
        return None
    likely = [intent for intent, needed in CAUTION_FROM.items() if probabilities.get(intent, 0.0) >= needed]
    return max(likely, key=lambda intent: probabilities[intent], default=None)
