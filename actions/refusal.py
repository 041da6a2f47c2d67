"""Actions that decline: what is outside this service, illegal, or about somebody else's data."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import BusinessAction, custom, question_of, say
from bot.business.confidence import Band


class ActionRefuse(BusinessAction):
    """Decline with the words that fit the intent, unless the classifier was unsure that it should be declined."""

    def name(self) -> str:
        return "action_refuse"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        question = question_of(tracker)
        answer = self.services.answers.answer_despite_refusal(question)
        if answer is not None:
            return say(dispatcher, tracker, answer)
        dispatcher.utter_message(response=f"utter_refuse_{question.intent}", json_message=custom(Band.REFUSE))
        return []
