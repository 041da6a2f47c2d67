"""What every action shares: how to read the turn from the tracker and how to say an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.business.aspects import Aspect
from bot.business.confidence import Band
from bot.services.answers import Answer, Answers, Offer, Question, Topic
from bot.services.case_chat import CaseChat
from bot.services.case_form import CaseForms
from knowledge.base import Source

SUBJECT_SLOT = "subject"
GROUP_SLOT = "article"
FAILURES_SLOT = "failures"
OFFERED_SLOT = "offered"
FAILURES_BEFORE_OFFERING_A_PERSON = 2


class ActionServices(Protocol):
    """What bootstrap gives to actions."""

    @property
    def answers(self) -> Answers: ...

    @property
    def subject_titles(self) -> Mapping[str, str]: ...

    @property
    def cases(self) -> CaseChat: ...

    @property
    def case_forms(self) -> CaseForms: ...


class BusinessAction(Action):
    """An action that was given its services. Sub-classes read slots, call one service, utter, and return events."""

    is_abstract = True

    def __init__(self, services: ActionServices) -> None:
        self.services = services

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.is_abstract = "name" not in vars(cls)


def question_of(tracker: Tracker) -> Question:
    return question_from(tracker.latest_message)


def question_from(message: Mapping[str, Any]) -> Question:
    """Return what the pipeline understood, from its own words for it."""
    found = [entity for entity in message.get("entities", []) if entity.get("entity") == "aspect"]
    return Question(
        text=message.get("text") or "",
        intent=message["intent"]["name"],
        probabilities={entry["name"]: entry["confidence"] for entry in message.get("intent_ranking", [])},
        aspects=tuple(dict.fromkeys(Aspect(entity["value"]) for entity in found)),
        aspect_spans=tuple((entity["start"], entity["end"]) for entity in found),
        task_numbers=tuple(e["value"] for e in message.get("entities", []) if e.get("entity") == "task_number"),
    )


def topic_of(tracker: Tracker) -> Topic | None:
    subject, group = tracker.get_slot(SUBJECT_SLOT), tracker.get_slot(GROUP_SLOT)
    return Topic(subject, group) if subject and group else None


def entity_of(tracker: Tracker, name: str) -> str | None:
    values = [e["value"] for e in tracker.latest_message.get("entities", []) if e.get("entity") == name]
    return str(values[0]) if values else None


def say(dispatcher: CollectingDispatcher, tracker: Tracker, answer: Answer) -> list[EventType]:
    """Utter the answer, or ask back, or admit that there is none; return the slots to remember."""
    if answer.row is not None and answer.topic is not None:
        dispatcher.utter_message(
            response="utter_answer_in_general" if answer.is_general else "utter_answer",
            answer=answer.row.text,
            title=answer.row.title,
            section=answer.row.heading,
            document_no=answer.row.source.document_no,
            as_of=_as_of(answer.row.source),
            buttons=[button(offer) for offer in answer.offers],
            json_message=custom(answer.band, answer.sources),
        )
        return [
            SlotSet(SUBJECT_SLOT, answer.topic.subject),
            SlotSet(GROUP_SLOT, answer.topic.group),
            SlotSet(FAILURES_SLOT, 0),
            SlotSet(OFFERED_SLOT, None),
        ]
    return _ask_back(dispatcher, tracker, answer)


def custom(band: Band, sources: tuple[Source, ...] = (), **more: Any) -> dict[str, Any]:
    """Return what goes beside a message's text: the band, the sources, a reason for handover."""
    listed = [{k: v for k, v in asdict(source).items() if v is not None} for source in sources]
    return {"band": band.value, "sources": _with_iso_dates(listed), **more}


def _ask_back(dispatcher: CollectingDispatcher, tracker: Tracker, answer: Answer) -> list[EventType]:
    failures = int(tracker.get_slot(FAILURES_SLOT) or 0) + 1
    if answer.offers:
        response = "utter_ask_back" if answer.band is Band.CLARIFY else "utter_confirm_subject"
    else:
        response = "utter_not_understood"
    buttons = [button(offer) for offer in answer.offers]
    beside = custom(answer.band)
    if failures >= FAILURES_BEFORE_OFFERING_A_PERSON:
        buttons.append(PERSON_BUTTON)
        if not answer.offers:
            response, beside = "utter_offer_person", custom(answer.band, handover_reason="low_confidence")
    dispatcher.utter_message(response=response, buttons=buttons, json_message=beside)
    return [SlotSet(FAILURES_SLOT, failures), SlotSet(OFFERED_SLOT, [b["payload"] for b in buttons] or None)]


PERSON_BUTTON = {"title": "转人工", "payload": "/request_human"}


def button(offer: Offer) -> dict[str, str]:
    if offer.row_id is not None:
        return {"title": offer.title, "payload": f'/show_passage{{"passage": "{offer.row_id}"}}'}
    return {"title": offer.title, "payload": f'/choose_subject{{"subject": "{offer.subject}"}}'}


def _as_of(source: Source) -> str:
    if source.task_id is not None:
        return "2023年报告"
    assert source.checked_on is not None, "an article has a date on which it was checked"
    day = source.checked_on
    return f"核对于{day.year}年{day.month}月{day.day}日"


def _with_iso_dates(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in source.items()} for source in sources]
