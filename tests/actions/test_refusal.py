"""Declining, unless the classifier was unsure that it should be declined."""

from __future__ import annotations

import pytest

from actions.refusal import ActionRefuse
from tests.actions.running import FOUND, FakeAnswers, run


@pytest.mark.parametrize("intent", ["other_city", "illegal_request", "personal_data", "chitchat", "out_of_scope"])
def test_the_intent_decides_the_words_and_no_source_is_cited(intent: str) -> None:
    ran = run(ActionRefuse, FakeAnswers(None), intent=intent)

    (said,) = ran.said
    assert said["response"] == f"utter_refuse_{intent}"
    assert said["custom"] == {"band": "refuse", "sources": []}
    assert ran.slots == {}, "a refusal does not change what the talk is about"


def test_a_question_that_only_looked_like_one_to_decline_is_answered() -> None:
    ran = run(ActionRefuse, FakeAnswers(FOUND), intent="out_of_scope")

    assert ran.said[0]["custom"]["band"] == "answer" and ran.slots["subject"] == "tax"
