from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.intent_rejection import FALLBACK_INTENT, IntentRejection
from bot.nlu.linear_intent_classifier import THRESHOLD, LinearIntentClassifier
from tests.bot.nlu.conftest import message

RANKING = [{"name": "tax", "confidence": 0.4}, {"name": "labor", "confidence": 0.3}]


def process(threshold: float | None, fitted: float | None = None, ranking: list[dict[str, Any]] = RANKING) -> Any:
    classified = message("税怎么交")
    classified.set("intent", ranking[0])
    classified.set("intent_ranking", list(ranking))
    if fitted is not None:
        classified.set(THRESHOLD, fitted)
    config = {**IntentRejection.get_default_config(), "threshold": threshold}
    [processed] = IntentRejection.create(config, None, None, None).process([classified])
    return processed


def test_an_intent_under_the_threshold_stands_behind_the_fallback() -> None:
    processed = process(0.5)

    assert processed.get("intent")["name"] == FALLBACK_INTENT == "nlu_fallback"
    assert [entry["name"] for entry in processed.get("intent_ranking")] == ["nlu_fallback", "tax", "labor"]
    assert processed.get("intent_ranking")[1:] == RANKING


@pytest.mark.parametrize("threshold", [0.4, 0.1, 0.0])
def test_an_intent_that_reaches_the_threshold_stays(threshold: float) -> None:
    processed = process(threshold)

    assert processed.get("intent")["name"] == "tax"
    assert processed.get("intent_ranking") == RANKING


def test_the_threshold_is_the_one_fitted_in_training_unless_the_config_gives_one() -> None:
    assert process(None, fitted=0.5).get("intent")["name"] == FALLBACK_INTENT
    assert process(None, fitted=0.3).get("intent")["name"] == "tax"
    assert process(0.3, fitted=0.5).get("intent")["name"] == "tax"
    assert process(0.5, fitted=0.3).get("intent")["name"] == FALLBACK_INTENT


def test_a_threshold_of_zero_in_the_config_switches_the_rejection_off() -> None:
    assert process(0.0, fitted=0.9).get("intent")["name"] == "tax"


def test_without_any_threshold_nothing_is_rejected() -> None:
    assert process(None).get("intent")["name"] == "tax"


def test_a_message_without_an_intent_is_not_understood() -> None:
    [processed] = IntentRejection(0.5).process([message("😀")])

    assert processed.get("intent")["name"] == FALLBACK_INTENT


def test_the_rejection_comes_after_the_classifier_and_learns_nothing() -> None:
    assert IntentRejection.required_components() == [LinearIntentClassifier]
