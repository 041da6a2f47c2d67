from __future__ import annotations

from typing import Any, cast

import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.linear_intent_classifier import LinearIntentClassifier
from tests.bot.nlu.conftest import QUESTIONS, UTTERANCES, TrainAndLoad, message, training_data


@pytest.fixture
def classifier(train_and_load: TrainAndLoad) -> LinearIntentClassifier:
    _, loaded = train_and_load(LinearIntentClassifier, feature_bits=12)
    return cast(LinearIntentClassifier, loaded)


def ranking(classifier: Any, text: str) -> list[dict[str, Any]]:
    [processed] = classifier.process([message(text)])
    return cast(list[dict[str, Any]], processed.get("intent_ranking", []))


def test_a_loaded_classifier_ranks_as_the_trained_one(train_and_load: TrainAndLoad) -> None:
    trained, loaded = train_and_load(LinearIntentClassifier, feature_bits=12)

    for text in QUESTIONS:
        assert ranking(loaded, text) == ranking(trained, text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_all_intents_are_ranked_by_probabilities_that_sum_to_one(classifier: LinearIntentClassifier, text: str) -> None:
    ranked = ranking(classifier, text)
    confidences = [entry["confidence"] for entry in ranked]

    assert {entry["name"] for entry in ranked} == set(UTTERANCES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-4)


def test_the_first_of_the_ranking_is_the_intent(classifier: LinearIntentClassifier) -> None:
    [processed] = classifier.process([message("商标注册要几个月")])

    assert processed.get("intent") == processed.get("intent_ranking")[0]
    assert processed.get("intent")["name"] == "trademark_register"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("公式期多久", "credit_publicity_period"),
        ("工示期几个月", "credit_publicity_period"),
        ("上标怎么申请", "trademark_register"),
        ("註冊公司去哪", "company_setup"),
        ("營業執照", "company_setup"),
    ],
)
def test_homophones_and_traditional_characters_meet_what_was_learnt(
    classifier: LinearIntentClassifier, text: str, intent: str
) -> None:
    assert ranking(classifier, text)[0]["name"] == intent


def test_the_ranking_is_no_longer_than_the_config_says(train_and_load: TrainAndLoad) -> None:
    loaded = train_and_load(LinearIntentClassifier, feature_bits=12, ranking_length=2)[1]

    assert len(ranking(loaded, "商标")) == 2


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_a_text_without_words_gets_no_intent(classifier: LinearIntentClassifier, text: str) -> None:
    [processed] = classifier.process([message(text)])

    assert processed.get("intent") is None


def test_two_intents_are_enough(train_and_load: TrainAndLoad) -> None:
    two = TrainingData([m for m in training_data().training_examples if m.get("intent") != "company_setup"])

    loaded = train_and_load(LinearIntentClassifier, two, feature_bits=12)[1]

    assert ranking(loaded, "公示期")[0]["name"] == "credit_publicity_period"
    assert ranking(loaded, "商标")[0]["name"] == "trademark_register"


def test_an_intent_with_a_single_utterance_can_be_learnt(train_and_load: TrainAndLoad) -> None:
    data = TrainingData([*training_data().training_examples, message("食堂几点开门", "canteen")])

    loaded = train_and_load(LinearIntentClassifier, data, feature_bits=12)[1]

    assert ranking(loaded, "食堂几点开门")[0]["name"] == "canteen"


def test_training_twice_on_the_same_utterances_gives_the_same_probabilities(train_and_load: TrainAndLoad) -> None:
    first, second = (train_and_load(LinearIntentClassifier, feature_bits=12)[0] for _ in range(2))

    for text in QUESTIONS:
        assert ranking(first, text) == ranking(second, text)
