"""Passing towards a person: the words that fit the reason, and the reason beside them."""

from __future__ import annotations

import pytest
import yaml

from actions.handover import ActionHandover
from bot.settings import PROJECT
from tests.actions.running import run

RESPONSES = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]
NUMBERS = {
    "request_human": (),
    "complain": ("12345",),
    "urgent_harm": ("110", "12345", "12348", "12368"),
    "distress": ("110", "120", "12356"),
    "danger": ("119", "120", "110"),
    "fraud_victim": ("110", "96110"),
}


@pytest.mark.parametrize("reason", NUMBERS)
def test_the_reason_decides_the_words_and_stands_beside_them(reason: str) -> None:
    ran = run(ActionHandover, intent=reason, slots={"failures": 2})

    (said,) = ran.said
    assert said["response"] == f"utter_handover_{reason}"
    assert said["custom"] == {"band": "handover", "sources": [], "handover_reason": reason}
    assert ran.slots == {"failures": 0}


@pytest.mark.parametrize(("reason", "numbers"), NUMBERS.items())
def test_the_words_hold_the_right_numbers_and_promise_nobody_who_may_not_be_there(reason: str, numbers: tuple[str, ...]) -> None:
    (text,) = (variant["text"] for variant in RESPONSES[f"utter_handover_{reason}"])

    assert all(number in text for number in numbers)
    assert "找工作人员" in text or "请工作人员" in text
    assert not any(promise in text for promise in ("已接入", "已为您转", "马上接", "在线")), "the desk says how that stands"
