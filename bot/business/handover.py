"""When a person is asked for, why, and how urgently."""

from __future__ import annotations

import re
from enum import StrEnum

_ASKS_FOR_PERSON = re.compile(
    r"(?:请|我要|我想|要|帮我|给我|麻烦|能不能|可以)?(?:转|找|换|接|叫|要)?(?:个|到|接|一下)?"
    r"(?:人工|真人|活人|人工客服|人工服务|人工坐席|客服人员|工作人员|真人客服)(?:吧|吗|服务|客服|谢谢|[。.!！?？])*"
)
_STOPS_WAITING = re.compile(
    r"(?:算了|那)?[,，]?(?:我)?(?:不等了|不用等了|不转了|不用转了|取消排队|取消转人工|不要人工了|不用人工了|退出排队|取消人工|不排了)"
    r"(?:[,，].{0,8})?[。.!！~]*"
)


class Reason(StrEnum):
    """Why a person is asked for."""

    REQUEST_HUMAN = "request_human"
    COMPLAIN = "complain"
    URGENT_HARM = "urgent_harm"
    DISTRESS = "distress"
    DANGER = "danger"
    FRAUD_VICTIM = "fraud_victim"
    LOW_CONFIDENCE = "low_confidence"
    DEADLINE = "deadline"
    RULE = "rule"
    UNANSWERABLE = "unanswerable"
    STEP_IN = "step_in"


_FIRST = {Reason.DANGER, Reason.DISTRESS, Reason.URGENT_HARM, Reason.FRAUD_VICTIM}
_SECOND = {Reason.DEADLINE, Reason.COMPLAIN}


def priority_of(reason: Reason) -> int:
    """Return 0 for what cannot wait, 1 for what should not, 2 for the rest."""
    return 0 if reason in _FIRST else 1 if reason in _SECOND else 2


def asks_for_person(text: str) -> bool:
    """Whether the normalised text says nothing but that a person is wanted: 转人工, 我要找人工客服.

    Understood without a model, so that it works even when that is broken.
    """
    return _ASKS_FOR_PERSON.fullmatch(text.replace(" ", "")) is not None


def stops_waiting(text: str) -> bool:
    """Whether somebody who waits for a person says that they do not want to any more: 不等了, 取消排队."""
    return _STOPS_WAITING.fullmatch(text.replace(" ", "")) is not None
