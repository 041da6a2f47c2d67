"""Rasa tokenizer for Chinese: one normal form, our own terms kept whole."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.dictionary import dictionary_fingerprint, load_dictionary, persist_dictionary, read_dictionary
from knowledge.normalise import normalise_with_offsets
from knowledge.terms import TermGroup, dictionary_terms
from knowledge.words import cutter_for


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class ChineseTokenizer(Tokenizer):
    """Cuts the normal form of a text; each token keeps its place in the text as the user wrote it."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, groups: list[TermGroup]) -> None:
        super().__init__(config)
        self._storage = storage
        self._resource = resource
        self._groups = groups
        self._cutter = cutter_for(dictionary_terms(groups))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None, "knowledge": None}

    @staticmethod
    def required_packages() -> list[str]:
        return ["rjieba", "opencc"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseTokenizer:
        return cls(config, model_storage, resource, read_dictionary(config["knowledge"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ChineseTokenizer:
        return cls(config, model_storage, resource, load_dictionary(model_storage, resource))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return dictionary_fingerprint(config.get("knowledge"))

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the dictionary; there is nothing to learn."""
        persist_dictionary(self._storage, self._resource, self._groups)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        normal, offsets = normalise_with_offsets(text)
        tokens, position = [], 0
        for word in self._cutter.cut(normal):
            start, position = position, position + len(word)
            if word.strip():
                tokens.append(Token(word, offsets[start], end=offsets[position - 1] + 1))
        return tokens or [Token(text, 0)]
