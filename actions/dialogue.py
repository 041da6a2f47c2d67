"""Actions on the talk itself: agreeing to an offer, declining it."""

from __future__ import annotations

import json

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import OFFERED_SLOT, PERSON_BUTTON, BusinessAction, custom, say
from bot.business.confidence import Band


class ActionAffirm(BusinessAction):
    """Take "yes" as the first of the offered subjects; without an offer, go on kindly."""

    def name(self) -> str:
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        offered = [payload for payload in tracker.get_slot(OFFERED_SLOT) or [] if payload.startswith("/choose_subject")]
        if not offered:
            dispatcher.utter_message(response="utter_go_on")
            return []
        subject = json.loads(offered[0].removeprefix("/choose_subject"))["subject"]
        return say(dispatcher, tracker, self.services.answers.show_subject(subject))


class ActionDeny(BusinessAction):
    """Ask for other words when what was offered or answered is not what was meant."""

    def name(self) -> str:
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_ask_for_other_words", buttons=[PERSON_BUTTON], json_message=custom(Band.CLARIFY))
        return [SlotSet(OFFERED_SLOT, None)]
