"""Actions that pass the conversation towards a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import FAILURES_SLOT, BusinessAction, custom
from bot.business.confidence import Band

LISTEN = "action_listen"
"""Said by name, so that a form that is open does not ask on: who wants a person, or is in danger, has other things to do."""


class ActionHandover(BusinessAction):
    """Ask for a person, with the words that fit the reason: a wish, anger, urgent harm, fraud, distress, danger."""

    def name(self) -> str:
        return "action_handover"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        reason = tracker.latest_message["intent"]["name"]
        dispatcher.utter_message(response=f"utter_handover_{reason}", json_message=custom(Band.HANDOVER, handover_reason=reason))
        return [SlotSet(FAILURES_SLOT, 0), FollowupAction(LISTEN)]
