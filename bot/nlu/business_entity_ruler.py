"""Rasa entity extractor on spaCy's ruler: services, organs, districts, aspects, document numbers, dates, money, codes."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.dictionary import dictionary_fingerprint, load_dictionary, persist_dictionary, read_dictionary
from bot.nlu.spacy_pipeline import build_pipeline, find_spans
from knowledge.normalise import normalise_with_offsets
from knowledge.terms import TermGroup, dictionary_terms
from knowledge.words import cutter_for


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class BusinessEntityRuler(GraphComponent, EntityExtractorMixin):
    """Finds what the terms file and a few patterns name; entities keep their place in the text as the user wrote it."""

    def __init__(self, storage: ModelStorage, resource: Resource, groups: list[TermGroup]) -> None:
        self._storage = storage
        self._resource = resource
        self._groups = groups
        self._nlp = build_pipeline(cutter_for(dictionary_terms(groups)), groups)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"knowledge": None}

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BusinessEntityRuler:
        return cls(model_storage, resource, read_dictionary(config["knowledge"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> BusinessEntityRuler:
        return cls(model_storage, resource, load_dictionary(model_storage, resource))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return dictionary_fingerprint(config.get("knowledge"))

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the dictionary; there is nothing to learn."""
        persist_dictionary(self._storage, self._resource, self._groups)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            normal, offsets = normalise_with_offsets(text)
            found = [
                {
                    "entity": span.label_,
                    "value": span.id_,
                    "start": offsets[span.start_char],
                    "end": offsets[span.end_char - 1] + 1,
                }
                for span in find_spans(self._nlp(normal))
            ]
            extracted = self.add_extractor_name(found)
            message.set(ENTITIES, message.get(ENTITIES, []) + extracted, add_to_output=True)
        return messages
