"""Actions on the talk itself: a welcome, agreeing to an offer, declining it."""

from __future__ import annotations

import json

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import FAILURES_SLOT, OFFERED_SLOT, PERSON_BUTTON, BusinessAction, button, custom, say
from bot.business.confidence import Band
from bot.business.payload import event_intent


class ActionWelcome(BusinessAction):
    """Greet whoever comes in by following or by a code, with entries to begin from."""

    def name(self) -> str:
        return "action_welcome"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        is_new = tracker.latest_message["intent"]["name"] == event_intent("follow")
        entries = [button(offer) for offer in self.services.answers.entries()]
        dispatcher.utter_message(response="utter_follow" if is_new else "utter_scan", buttons=[*entries, PERSON_BUTTON])
        return [SlotSet(FAILURES_SLOT, 0)]


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
