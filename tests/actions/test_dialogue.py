"""Agreeing to an offer and declining it."""

from __future__ import annotations

import pytest

from actions.dialogue import ActionAffirm, ActionDeny
from tests.actions.running import FakeAnswers, run

OFFERED = ['/choose_subject{"subject": "labor"}', '/choose_subject{"subject": "tax"}', "/request_human"]


def test_yes_takes_the_first_offer() -> None:
    answers = FakeAnswers()

    ran = run(ActionAffirm, answers, text="对", intent="affirm", slots={"offered": OFFERED})

    assert answers.asked == [("show_subject", ("labor",))]
    assert ran.slots["offered"] is None


@pytest.mark.parametrize("offered", [None, [], ["/request_human"]])
def test_yes_to_nothing_goes_on_kindly_and_changes_nothing(offered: list[str] | None) -> None:
    answers = FakeAnswers()

    ran = run(ActionAffirm, answers, text="对", intent="affirm", slots={"offered": offered})

    assert ran.said[0]["response"] == "utter_go_on"
    assert answers.asked == [] and ran.slots == {}


def test_no_asks_for_other_words_offers_a_person_and_forgets_the_offer() -> None:
    ran = run(ActionDeny, text="不是", intent="deny", slots={"offered": OFFERED})

    assert ran.said[0]["response"] == "utter_ask_for_other_words"
    assert ran.said[0]["buttons"] == [{"title": "转人工", "payload": "/request_human"}]
    assert ran.slots == {"offered": None}
