"""Running one action as the dialogue engine does: a tracker in, what it says and remembers out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BusinessAction
from bot.business.aspects import Aspect
from bot.business.confidence import Band
from bot.services.answers import Answer, Offer, Topic
from knowledge.base import Row, Source

SOURCE = Source(
    "S10", "新办企业税务", "费用", "《税收征收管理法》", article_id="S10-tax", version=3, checked_on=date(2026, 11, 22)
)
ROW = Row("S10-tax#fee", "S10", ("tax",), "新办企业税务", "费用", Aspect.FEE, (), "不收费。", SOURCE)
FOUND = Answer(
    Band.ANSWER, row=ROW, topic=Topic("tax", "S10-tax"), sources=(SOURCE,), offers=(Offer("材料", row_id="S10-tax#m"),)
)
ASKED_BACK = Answer(Band.CLARIFY, offers=(Offer("税务和发票", subject="tax"), Offer("社保", subject="social_fund")))
NOTHING = Answer(Band.CLARIFY)


@dataclass
class FakeAnswers:
    """Gives the same answer to whatever is asked, and remembers what that was."""

    answer_given: Answer | None = FOUND
    asked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Answer | None:
            self.asked.append((name, arguments))
            return self.answer_given

        return ask


@dataclass(frozen=True)
class Ran:
    said: list[dict[str, Any]]
    slots: dict[str, Any]


def run(
    action: type[BusinessAction],
    answers: FakeAnswers | None = None,
    text: str = "要钱吗",
    intent: str = "tax",
    entities: tuple[dict[str, Any], ...] = (),
    slots: dict[str, Any] | None = None,
) -> Ran:
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.8},
        "intent_ranking": [{"name": intent, "confidence": 0.8}, {"name": "labor", "confidence": 0.1}],
        "entities": list(entities),
    }
    tracker = Tracker("c1", dict(slots or {}), message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    services = SimpleNamespace(answers=answers or FakeAnswers())
    events = asyncio.run(action(services).run(dispatcher, tracker, {}))
    return Ran(dispatcher.messages, {event["name"]: event["value"] for event in events if event["event"] == "slot"})
