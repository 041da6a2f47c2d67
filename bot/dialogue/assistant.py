"""The assistant on Rasa: one message in, one reply out."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.utils.endpoints import EndpointConfig

from bot.business.case_talk import case_intent
from bot.business.confidence import cautious_intent
from bot.business.follow_up import without_correction
from bot.business.handover import asks_for_person
from bot.business.payload import parse_event, parse_payload
from bot.dialogue.memory import remember
from bot.dialogue.rasa_speedups import NoLock
from bot.errors import ModelUnavailable, StoreUnavailable
from bot.nlu.intent_rejection import FALLBACK_INTENT
from bot.services.answers import Answers
from bot.services.assistant import InboundText, Reply, ReplyMessage
from knowledge.normalise import is_traditional, normalise, to_traditional

CHANNEL = "yingshang"
FIRST_MODEL_WITHIN_S = 15.0
"""How long a message waits for the first model after a start; then it is answered with what was left over."""
LOOK_AGAIN_S = 0.05


class _Collector(OutputChannel):
    """Keeps what the bot says, whole: text, buttons and what goes beside them."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.said.append(message)


@dataclass(frozen=True)
class LoadedModel:
    """A model that answers. Immutable: a swap replaces the reference, messages in flight end on the one they began with."""

    agent: Agent
    model_id: str
    answers: Answers


class RasaAssistant:
    """Answers with the model it was given last.

    Rasa computes on the event loop it is called on, so it gets a thread with a loop of its own: the web server stays
    responsive meanwhile, and one process handles one message at a time, as Rasa expects.
    """

    def __init__(self, model: LoadedModel | None = None) -> None:
        self._model = model
        self._is_model_coming = False
        self._lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dialogue")

    @property
    def is_ready(self) -> bool:
        return self._model is not None

    @property
    def model_id(self) -> str | None:
        return self._model.model_id if self._model else None

    def swap(self, model: LoadedModel) -> None:
        self._model = model

    def expect_model(self) -> None:
        """The first model is being loaded: messages may wait for it a while."""
        self._is_model_coming = True

    async def reply_to(self, message: InboundText) -> Reply:
        model = self._model or await self._first_model()
        return await asyncio.get_running_loop().run_in_executor(self._lane, _reply_in_thread, model, message)

    async def _first_model(self) -> LoadedModel:
        for _ in range(int(FIRST_MODEL_WITHIN_S / LOOK_AGAIN_S) if self._is_model_coming else 0):
            await asyncio.sleep(LOOK_AGAIN_S)
            if self._model is not None:
                return self._model
        raise ModelUnavailable("no model is loaded")

    def close(self) -> None:
        self._lane.shutdown(wait=True)


def load_model(path: str, model_id: str, store: TrackerStore, actions: EndpointConfig, answers: Answers) -> LoadedModel:
    """Load an archive beside whatever is loaded already. Raises ModelUnavailable."""
    agent = Agent(lock_store=NoLock(), tracker_store=store, action_endpoint=actions)
    agent.tracker_store = store  # unwrapped: the fail-safe wrapper answers an outage with amnesia
    try:
        agent.load_model(path)
    except Exception as error:
        raise ModelUnavailable(f"{path}: {error}") from error
    return LoadedModel(agent, model_id, answers)


def _reply_in_thread(model: LoadedModel, message: InboundText) -> Reply:
    return asyncio.run(_reply(model, message))


async def _reply(model: LoadedModel, message: InboundText) -> Reply:
    collector = _Collector()
    if message.meanwhile:
        await remember(
            model.agent,
            model.answers,
            lambda text: _understand(model.agent, text, None),
            message.conversation_id,
            message.meanwhile,
            collector,
        )
    parse_data = await _understand(model.agent, message.text, message.payload)
    await model.agent.handle_message(
        UserMessage(
            message.text,
            output_channel=collector,
            sender_id=message.conversation_id,
            input_channel=CHANNEL,
            message_id=message.message_id,
            parse_data=parse_data,
        )
    )
    if not collector.said:  # Rasa swallows what goes wrong inside an action
        raise StoreUnavailable("the dialogue gave no reply")
    return _as_reply(model, message, parse_data, collector.said)


async def _understand(agent: Agent, said: str, button: str | None) -> dict[str, Any]:
    """Return Rasa's parse of the text or, for a button, what its payload says without a classifier."""
    payload = parse_event(button) or parse_payload(button or said)
    if payload is not None:
        intent = {"name": payload.intent, "confidence": 1.0}
        entities = [{"entity": payload.entity, "value": payload.value, "start": 0, "end": 0}] if payload.entity else []
        return {"text": said, "intent": intent, "intent_ranking": [intent], "entities": entities}
    if plain := "request_human" if asks_for_person(normalise(said)) else case_intent(normalise(said)):
        intent = {"name": plain, "confidence": 1.0}
        return {"text": said, "intent": intent, "intent_ranking": [intent], "entities": []}
    text = said.lstrip("/ \t\n")  # a leading slash would let anybody trigger any intent
    meant = without_correction(normalise(text)) or text
    parsed = dict(await agent.parse_message(meant))
    probabilities = {entry["name"]: entry["confidence"] for entry in parsed.get("intent_ranking") or []}
    if caution := cautious_intent({name: p for name, p in probabilities.items() if name != FALLBACK_INTENT}):
        parsed["intent"] = {"name": caution, "confidence": probabilities[caution]}
    return parsed


def _as_reply(model: LoadedModel, message: InboundText, parse_data: dict[str, Any], said: list[dict[str, Any]]) -> Reply:
    traditional = is_traditional(message.text)
    messages, reason = [], None
    for utterance in said:
        beside = utterance.get("custom") or {}
        reason = beside.get("handover_reason") or reason
        messages.append(
            ReplyMessage(
                text=_in_script(utterance.get("text") or "", traditional),
                buttons=[
                    {"title": _in_script(b["title"], traditional), "payload": b["payload"]}
                    for b in utterance.get("buttons") or []
                ],
                sources=beside.get("sources") or [],
                band=beside.get("band"),
            )
        )
    intent = parse_data["intent"]
    return Reply(messages, intent["name"], float(intent["confidence"]), model.model_id, reason)


def _in_script(text: str, traditional: bool) -> str:
    return to_traditional(text) if traditional else text
