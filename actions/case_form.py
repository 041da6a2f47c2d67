"""The case form: begins it, reads what is said while it is open, and asks its questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.types import DomainDict

from actions.base import BusinessAction, entity_of
from actions.case_questions import EDIT_BUTTONS
from actions.case_slots import (
    ADD,
    CANCEL,
    CHOOSING,
    CONFIRM_SLOT,
    FORM,
    GOES_ON,
    ITEM_OF,
    PLACE_SLOT,
    REQUESTED,
    RESUME_SLOT,
    SIMILAR_SLOT,
    SLOT_OF,
    SUBMIT,
    TYPE_SLOT,
    WHAT_SLOT,
    FormState,
    as_slot,
    everything_forgotten,
    form_of,
    slots,
    state_of,
    state_slot,
)
from bot.business.case_form import (
    ITEM_TITLES,
    MAX_CHARACTERS,
    OPTIONAL,
    Contact,
    Item,
    chosen_type,
    contact_from,
    matter_from,
    type_of,
)
from bot.business.case_form_words import (
    URGENT,
    Step,
    asks,
    correction_in,
    is_for_others,
    is_no,
    is_yes,
    item_named,
    matter_at,
    refers_back,
    step_in,
)
from bot.business.case_talk import case_intent, find_case_number
from bot.business.confidence import ANSWER_FROM
from bot.business.payload import EXTERNAL, event_intent
from knowledge.normalise import normalise_with_offsets

KEPT_FILES = {event_intent(f"{kind}_stored"): words for kind, words in (("image", "图片"), ("video", "视频"), ("file", "文件"))}
BUTTON = "case_step"
EDIT, SIMILAR, TYPE = "edit:", "add:", "type:"
LEAST_TO_REFER_TO = 5


@dataclass(frozen=True)
class Said:
    """One message: as it was written, in normal form, and what the pipeline takes it for."""

    text: str
    normal: str
    offsets: list[int]
    intent: str
    confidence: float
    button: str | None

    def written(self, start: int, end: int | None = None) -> str:
        """Return a part of the normal form as it was written."""
        return self.text[self.offsets[start] : self.offsets[len(self.normal) if end is None else end]].strip(" ，。,.；;：:")


def said_in(tracker: Tracker) -> Said:
    message = tracker.latest_message
    text = message.get("text") or ""
    normal, offsets = normalise_with_offsets(text)
    intent = message["intent"]
    button = entity_of(tracker, BUTTON) if intent["name"] == BUTTON else None
    return Said(text, normal, offsets, intent["name"], float(intent.get("confidence") or 0.0), button)


class ValidateCaseForm(BusinessAction, FormValidationAction):
    """Takes what was said while the form is open. Returning nothing leaves the message to the rules of its intent."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        state = state_of(tracker)
        if not (tracker.active_loop or {}).get("name") or state is None:
            return self._begin(dispatcher, tracker)
        if _was_left_to_others(tracker):
            return slots(self._go_on(tracker, state))
        return slots(self._hear(dispatcher, tracker, state, said_in(tracker)))

    def _begin(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Open the form, and take over what was said already."""
        now, said = self.services.case_forms.now(), said_in(tracker)
        state = FormState(begun_at=now.isoformat(), last_at=now.isoformat())
        filled: dict[str, Any] = {**everything_forgotten(), RESUME_SLOT: GOES_ON}
        matter = _matter_of(tracker, said)
        if matter:
            filled |= {WHAT_SLOT: matter, **self._known_from(matter)}
            state = state.heard(now, last_item=Item.WHAT.value)
        if district := entity_of(tracker, "district"):
            filled[PLACE_SLOT] = _full_name(district, self.services.case_forms.districts)
        dispatcher.utter_message(
            response="utter_case_form_begun" if matter is None else "utter_case_form_begun_with", what=matter or ""
        )
        return slots({**filled, **state_slot(state)})

    def _go_on(self, tracker: Tracker, state: FormState) -> dict[str, Any]:
        """Ask again after somebody else's answer: what was open, or whether to go on at all."""
        if self.services.case_forms.lay_untouched(tracker.sender_id, state.last):
            return {RESUME_SLOT: None}
        return _asked_again(state)

    def _hear(self, dispatcher: CollectingDispatcher, tracker: Tracker, state: FormState, said: Said) -> dict[str, Any]:
        now, asked = self.services.case_forms.now(), tracker.get_slot(REQUESTED)
        step = said.button or step_in(said.normal)
        if step == Step.CANCEL:
            return _over(CANCEL)
        if asked == RESUME_SLOT or (not said.button and self.services.case_forms.lay_untouched(tracker.sender_id, state.last)):
            return self._hear_after_pause(state.heard(now), said, step)
        if said.intent in KEPT_FILES:
            dispatcher.utter_message(response="utter_case_file_kept", kind=KEPT_FILES[said.intent])
            return state_slot(state.heard(now))
        item = state.edited or ITEM_OF.get(asked)
        if said.intent.startswith(EXTERNAL):
            return {}
        if said.button is None and is_for_others(item, said.normal, said.intent, said.confidence) and step is None:
            return {}
        state = state.heard(now)
        if step == Step.RESUME or (step is None and _asks_to_file_again(said)):
            return {**state_slot(state), **_asked_again(state)}
        if step == Step.EDIT and item is not None:
            dispatcher.utter_message(response="utter_case_which_item", buttons=EDIT_BUTTONS)
            return state_slot(state.heard(now, editing=CHOOSING))
        if corrected := self._correct(dispatcher, tracker, state, said, item, asked):
            return corrected
        if item is not None:
            return self._answer(dispatcher, tracker, state, item, said, step)
        return self._choose(dispatcher, tracker, state, said, step, asked)

    def _hear_after_pause(self, state: FormState, said: Said, step: str | None) -> dict[str, Any]:
        """Nothing said after a pause is an answer, but to whether to go on."""
        if step == Step.RESUME or is_yes(said.normal):
            return {RESUME_SLOT: GOES_ON, **state_slot(state), **_asked_again(state)}
        if is_no(said.normal):
            return _over(CANCEL)
        if (
            said.intent.startswith(EXTERNAL)
            or asks(said.normal)
            or is_for_others(None, said.normal, said.intent, said.confidence)
        ):
            return {}
        return {RESUME_SLOT: None}

    def _correct(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        state: FormState,
        said: Said,
        open_item: Item | None,
        asked: str | None,
    ) -> dict[str, Any] | None:
        """Change one item that was said before, or ask for it anew."""
        if said.button and said.button.startswith(EDIT):
            named = said.button.removeprefix(EDIT)
            return _edited(state, Item(named)) if named in list(Item) else None
        if said.button or (open_item is Item.WHAT and form_of(tracker).what is None):
            return None
        if state.editing == CHOOSING and (chosen := item_named(said.normal)):
            return _edited(state, chosen)
        correction = correction_in(said.normal, at_summary=asked == CONFIRM_SLOT)
        if correction is None:
            return None
        item = correction.item or (Item(state.last_item) if state.last_item else None)
        if item is None:
            return None
        if correction.value_at is None:
            return _edited(state, item)
        value = said.written(correction.value_at)
        changed = self._taken(dispatcher, tracker, state, item, value)
        if SLOT_OF[item] in changed and asked != CONFIRM_SLOT:  # the summary shows it anyway
            dispatcher.utter_message(response="utter_case_changed", item=ITEM_TITLES[item], value=value)
        return changed

    def _answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, state: FormState, item: Item, said: Said, step: str | None
    ) -> dict[str, Any]:
        if step == Step.SKIP:
            return self._skip(dispatcher, tracker, state, item)
        if item is Item.TYPE and said.button and said.button.startswith(TYPE):
            return self._taken(dispatcher, tracker, state, item, said.text.strip(), said)
        if said.button or (step is not None and item is not Item.WHAT):
            return {**state_slot(state), **_asked_again(state)}
        place = matter_at(said.normal) if item is Item.WHAT and said.intent == "file_case" else None
        return self._taken(dispatcher, tracker, state, item, said.written(*place) if place else said.text.strip(), said)

    def _skip(self, dispatcher: CollectingDispatcher, tracker: Tracker, state: FormState, item: Item) -> dict[str, Any]:
        has_value = tracker.get_slot(SLOT_OF[item]) is not None
        if state.editing and has_value:
            return state_slot(state.heard(state.last, editing=None))
        if item in OPTIONAL:
            return self._filled(tracker, state, item, "")
        if item is Item.CONTACT and self.services.cases.caller(tracker.sender_id):
            return self._filled(tracker, state, item, Contact())
        dispatcher.utter_message(response="utter_case_needed", needed=_NEEDED[item])
        return {**state_slot(state), **_asked_again(state)}

    def _taken(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        state: FormState,
        item: Item,
        text: str,
        said: Said | None = None,
    ) -> dict[str, Any]:
        """Check the value and keep it; say what is wrong with it otherwise."""
        value = _checked(item, text)
        if value is None:
            dispatcher.utter_message(response="utter_case_wrong", wrong=_WRONG[item])
            return {**state_slot(state), REQUESTED: SLOT_OF[item]}
        if item is Item.WHAT and said and said.confidence >= ANSWER_FROM:
            subject = said.intent if said.intent in self.services.subject_titles else None
            state = state.heard(state.last, subject=subject, is_urgent=said.intent == URGENT)
            if state.is_urgent:
                dispatcher.utter_message(response="utter_case_urgent")
        return self._filled(tracker, state, item, value)

    def _filled(self, tracker: Tracker, state: FormState, item: Item, value: Any) -> dict[str, Any]:
        filled: dict[str, Any] = {SLOT_OF[item]: as_slot(value), RESUME_SLOT: GOES_ON}
        if item is Item.WHAT:
            known = self._known_from(str(value))
            filled |= {name: found for name, found in known.items() if tracker.get_slot(name) is None}
        filled |= state_slot(state.heard(state.last, last_item=item.value, editing=None))
        return {**filled, **self._similar(tracker, filled)}

    def _similar(self, tracker: Tracker, filled: dict[str, Any]) -> dict[str, Any]:
        """Leave the question out whether it is one of their open cases when there is none like it. Looked up once."""
        whole = {slot: filled.get(slot, tracker.get_slot(slot)) for slot in SLOT_OF.values()}
        if any(value is None for value in whole.values()) or tracker.get_slot(SIMILAR_SLOT) is not None:
            return {}
        return {} if self.services.cases.list_similar(tracker.sender_id, whole[WHAT_SLOT]) else {SIMILAR_SLOT: Step.NEW.value}

    def _known_from(self, matter: str) -> dict[str, Any]:
        kind = type_of(normalise_with_offsets(matter)[0])
        return {TYPE_SLOT: kind.value} if kind else {}

    def _choose(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        state: FormState,
        said: Said,
        step: str | None,
        asked: str | None,
    ) -> dict[str, Any]:
        """Read the answer to the list of similar cases, or to the summary."""
        if asked == SIMILAR_SLOT:
            number = (step or "").removeprefix(SIMILAR) if (step or "").startswith(SIMILAR) else find_case_number(said.text)
            if number:
                return _over(f"{ADD}{number}")
            if step == Step.NEW or is_no(said.normal):
                return {SIMILAR_SLOT: Step.NEW.value, **state_slot(state)}
        elif step == Step.SUBMIT or (step is None and is_yes(said.normal)):
            return _over(SUBMIT)
        elif step == Step.EDIT or is_no(said.normal):
            return state_slot(state.heard(state.last, editing=CHOOSING))
        dispatcher.utter_message(response="utter_case_choose")
        return state_slot(state)


_NEEDED = {
    Item.WHAT: "这一项要写清楚，办理的人才知道是什么事",
    Item.CONTACT: "没有电话，办理的人就联系不上您",
    Item.TYPE: "选一个最接近的就行",
}
_WRONG = {
    Item.WHAT: "请再说具体一点，比如“物业向我们商户多收电费”。",
    Item.PLACE: "没看到地点，请再写一次。",
    Item.SINCE: "没看到时间，请再写一次。",
    Item.WISH: "没看到内容，请再写一次。",
    Item.CONTACT: "没看到能打通的电话号码：手机是11位数字，座机请带区号。只用于办理的人联系您。",
    Item.TYPE: "请从咨询、投诉、求助、建议里选一个。",
}


def _checked(item: Item, text: str) -> Any:
    """Return the value that the text is for the item, None when it is none."""
    if item is Item.WHAT:
        return matter_from(text)
    if item is Item.CONTACT:
        return contact_from(text)
    if item is Item.TYPE:
        return chosen_type(normalise_with_offsets(text)[0])
    return text[: MAX_CHARACTERS[item]].strip() or None


def _matter_of(tracker: Tracker, said: Said) -> str | None:
    """Return the matter out of the words that asked for filing, or out of what was said before if they refer to that."""
    if said.button:
        return None
    if place := matter_at(said.normal):
        return matter_from(said.written(*place))
    if not refers_back(said.normal):
        return None
    before = [event.get("text") or "" for event in tracker.events if event.get("event") == "user"][:-1]
    told = [text for text in before if len(text) >= LEAST_TO_REFER_TO and not text.startswith("/")]
    return matter_from(told[-1]) if told else None


def _asks_to_file_again(said: Said) -> bool:
    """Whether the words only ask for what is being done already."""
    return case_intent(said.normal) == "file_case" and matter_at(said.normal) is None


def _full_name(district: str, districts: tuple[str, ...]) -> str:
    return next((name for name in districts if name.startswith(district)), district)


def _was_left_to_others(tracker: Tracker) -> bool:
    """Whether the form gave this very message to the rules, and they are done with it."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected":
            return True
    return False


def _over(how: str) -> dict[str, Any]:
    """End the form; the action after it does what it says."""
    return {CONFIRM_SLOT: how, REQUESTED: None}


def _edited(state: FormState, item: Item) -> dict[str, Any]:
    return {**state_slot(state.heard(state.last, editing=item.value)), REQUESTED: SLOT_OF[item]}


def _asked_again(state: FormState) -> dict[str, Any]:
    return {REQUESTED: SLOT_OF[state.edited]} if state.edited else {}
