"""Aspects: what is asked about a subject."""

from __future__ import annotations

from enum import StrEnum


class Aspect(StrEnum):
    """A section of an article, and an entity value of an utterance. The order is the order of sections."""

    OVERVIEW = "overview"
    HOW = "how"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    WHERE = "where"
    LEGAL_BASIS = "legal_basis"
    CONTACT = "contact"
    CONSEQUENCES = "consequences"


LABELS: dict[Aspect, str] = {
    Aspect.OVERVIEW: "概要",
    Aspect.HOW: "怎么办",
    Aspect.CONDITIONS: "条件",
    Aspect.MATERIALS: "材料",
    Aspect.TIME_LIMIT: "时限",
    Aspect.FEE: "费用",
    Aspect.WHERE: "去哪办",
    Aspect.LEGAL_BASIS: "依据",
    Aspect.CONTACT: "咨询电话",
    Aspect.CONSEQUENCES: "后果和影响",
}
FOLLOW_UP = "follow_up"
"""The section that holds single questions; each of them is a passage of its own, not an aspect."""
