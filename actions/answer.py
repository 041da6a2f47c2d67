"""Actions that answer from the knowledge base and the task database."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import BusinessAction, entity_of, question_of, say, topic_of
from bot.business.confidence import Band
from bot.services.answers import Answer


class ActionAnswer(BusinessAction):
    """Answer a question about a subject."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return say(dispatcher, tracker, self.services.answers.answer(question_of(tracker), topic_of(tracker)))


class ActionAnswerAspect(BusinessAction):
    """Answer an aspect of what was talked about; without that, ask what it is about."""

    def name(self) -> str:
        return "action_answer_aspect"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        question, topic = question_of(tracker), topic_of(tracker)
        answers = self.services.answers
        answer = answers.answer_aspect(question, topic) if topic else answers.ask_back(question)
        return say(dispatcher, tracker, answer)


class ActionAskBack(BusinessAction):
    """Ask what is meant by words that could mean several subjects."""

    def name(self) -> str:
        return "action_ask_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        question, topic = question_of(tracker), topic_of(tracker)
        return say(dispatcher, tracker, self.services.answers.answer_unclear(question, topic))


class ActionFallBack(BusinessAction):
    """Answer what the classifier did not understand, if the search is sure; else say so."""

    def name(self) -> str:
        return "action_fall_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return say(dispatcher, tracker, self.services.answers.fall_back(question_of(tracker), topic_of(tracker)))


class ActionChooseSubject(BusinessAction):
    """Show what is known about the subject of a button."""

    def name(self) -> str:
        return "action_choose_subject"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        subject = entity_of(tracker, "subject")
        answer = self.services.answers.show_subject(subject) if subject else Answer(Band.CLARIFY)
        return say(dispatcher, tracker, answer)


class ActionShowPassage(BusinessAction):
    """Show the passage, task or note of a button."""

    def name(self) -> str:
        return "action_show_passage"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        passage = entity_of(tracker, "passage")
        answer = self.services.answers.show_row(passage) if passage else Answer(Band.CLARIFY)
        return say(dispatcher, tracker, answer)
