"""Rasa component that says "not understood" when the classifier is unsure."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.linear_intent_classifier import THRESHOLD, LinearIntentClassifier

FALLBACK_INTENT = "nlu_fallback"
THRESHOLD_KEY = "threshold"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentRejection(GraphComponent, IntentClassifier):
    """Puts `nlu_fallback` first when the best intent's confidence is under the threshold.

    The threshold is the model's own, fitted in training, unless the config gives one (0-1). The ranking keeps the
    classifier's intents from the second place on, as with Rasa's FallbackClassifier.
    """

    def __init__(self, threshold: float | None) -> None:
        self._threshold = threshold

    @classmethod
    def required_components(cls) -> list[type]:
        return [LinearIntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {THRESHOLD_KEY: None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentRejection:
        return cls(config[THRESHOLD_KEY])

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            best = message.get(INTENT)
            threshold = self._threshold if self._threshold is not None else message.get(THRESHOLD, 0.0)
            if best and best.get(INTENT_NAME_KEY) and best[PREDICTED_CONFIDENCE_KEY] >= threshold:
                continue
            fallback = {INTENT_NAME_KEY: FALLBACK_INTENT, PREDICTED_CONFIDENCE_KEY: float(threshold)}
            message.set(INTENT, fallback, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [fallback, *message.get(INTENT_RANKING_KEY, [])], add_to_output=True)
        return messages
