"""Rasa intent classifier: a linear model on hashed n-grams. Trains in seconds, answers in a millisecond, explains itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    METADATA,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.dictionary import code_fingerprint, dictionary_fingerprint, load_dictionary, persist_dictionary, read_dictionary
from bot.nlu.identifiers import without_identifiers
from bot.nlu.knowledge_examples import knowledge_examples, knowledge_fingerprint
from bot.nlu.linear_model import LinearModel
from bot.nlu.text_features import TextFeatures
from knowledge.normalise import normalise
from knowledge.spelling import TermSpeller
from knowledge.terms import TermGroup, dictionary_terms
from knowledge.words import cutter_for

KNOWLEDGE_KEY = "knowledge"
REGULARISATION_KEY = "regularisation"
BITS_KEY = "feature_bits"
RANKING_KEY = "ranking_length"
BATCH_KEY = "batch"
"""Intent metadata in the training data: who wrote the utterance."""
THRESHOLD = "threshold"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Ranks all intents by probability. Besides the utterances it learns from the questions in the knowledge base."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        groups: list[TermGroup],
        features: TextFeatures,
        model: LinearModel | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._groups = groups
        self._features = features
        self._speller = TermSpeller(dictionary_terms(groups))
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {KNOWLEDGE_KEY: None, REGULARISATION_KEY: None, BITS_KEY: 16, RANKING_KEY: 10}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "pypinyin"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        groups = read_dictionary(config[KNOWLEDGE_KEY])
        features = TextFeatures(cutter_for(dictionary_terms(groups)), config[BITS_KEY])
        return cls(config, model_storage, resource, groups, features)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        groups = load_dictionary(model_storage, resource)
        with model_storage.read_from(resource) as directory:
            model = LinearModel.read(directory / "weights.npz")
            with np.load(directory / "idf.npz", allow_pickle=False) as stored:
                idf = [stored[name] for name in stored.files]
        features = TextFeatures(cutter_for(dictionary_terms(groups)), config[BITS_KEY], idf)
        return cls(config, model_storage, resource, groups, features, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        folder = config.get(KNOWLEDGE_KEY)
        of_files = f"{dictionary_fingerprint(folder)}-{knowledge_fingerprint(folder)}" if folder else ""
        return f"{code_fingerprint()}-{of_files}"

    def train(self, training_data: TrainingData) -> Resource:
        texts, labels, writers = _examples(training_data)
        for text, intent in knowledge_examples(self._config[KNOWLEDGE_KEY], set(labels)):
            texts.append(text)
            labels.append(intent)
            writers.append("knowledge base")
        if len(set(labels)) < 2:
            raise InvalidConfigException("the training data must hold utterances of at least two intents")
        rows = self._features.fit_transform([without_identifiers(normalise(text)) for text in texts])
        from bot.nlu.linear_training import fit  # brings scikit-learn, which serving does without

        self._model = fit(rows, labels, writers, self._config[REGULARISATION_KEY])
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._rank(message.get(TEXT) or "")
            if ranking:
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
                assert self._model is not None
                message.set(THRESHOLD, self._model.threshold)
        return messages

    def _rank(self, text: str) -> list[dict[str, Any]]:
        normal = self._speller.mend(without_identifiers(normalise(text)))
        if self._model is None or not any(char.isalnum() for char in normal):
            return []
        probabilities = self._model.probabilities(self._features.transform([normal]))
        order = np.argsort(-probabilities, kind="stable")[: self._config[RANKING_KEY]]
        return [{INTENT_NAME_KEY: self._model.classes[i], PREDICTED_CONFIDENCE_KEY: float(probabilities[i])} for i in order]

    def _persist(self) -> None:
        assert self._model is not None and self._features.idf is not None
        persist_dictionary(self._storage, self._resource, self._groups)
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory / "weights.npz")
            np.savez(directory / "idf.npz", *self._features.idf)


def _examples(training_data: TrainingData) -> tuple[list[str], list[str], list[str]]:
    texts, labels, writers = [], [], []
    for example in training_data.intent_examples:
        texts.append(str(example.get(TEXT)))
        labels.append(str(example.get(INTENT)))
        metadata = (example.get(METADATA) or {}).get(INTENT) or {}
        writers.append(str(metadata.get(BATCH_KEY, "")))
    return texts, labels, writers
