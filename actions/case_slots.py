"""The slots of the case form, read and written as one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from bot.business.case import CaseType
from bot.business.case_form import CaseForm, Contact, Item

RESUME_SLOT = "case_resume"
WHAT_SLOT = "case_what"
PLACE_SLOT = "case_place"
SINCE_SLOT = "case_since"
WISH_SLOT = "case_wish"
CONTACT_SLOT = "case_contact"
TYPE_SLOT = "case_type"
SIMILAR_SLOT = "case_similar"
CONFIRM_SLOT = "case_confirm"
STATE_SLOT = "case_state"
REQUESTED = "requested_slot"
FORM = "case_form"
SLOT_OF: Mapping[Item, str] = {
    Item.WHAT: WHAT_SLOT,
    Item.PLACE: PLACE_SLOT,
    Item.SINCE: SINCE_SLOT,
    Item.WISH: WISH_SLOT,
    Item.CONTACT: CONTACT_SLOT,
    Item.TYPE: TYPE_SLOT,
}
ITEM_OF = {slot: item for item, slot in SLOT_OF.items()}
ALL_SLOTS = (RESUME_SLOT, *SLOT_OF.values(), SIMILAR_SLOT, CONFIRM_SLOT, STATE_SLOT)
GOES_ON = "on"
CHOOSING = "choosing"
SUBMIT, CANCEL, ADD = "submit", "cancel", "add:"
"""What the last slot holds when the form is over; after `add:` comes the number of the case to add to."""


@dataclass(frozen=True)
class FormState:
    """What is remembered beside the items. Times are ISO, UTC."""

    begun_at: str
    last_at: str
    last_item: str | None = None
    """The item answered last, which 说错了 corrects."""
    editing: str | None = None
    """The item that is asked again, though it has a value; CHOOSING while it is to be said which."""
    subject: str | None = None
    is_urgent: bool = False

    @property
    def begun(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)

    @property
    def last(self) -> datetime:
        return datetime.fromisoformat(self.last_at)

    @property
    def edited(self) -> Item | None:
        return Item(self.editing) if self.editing in list(Item) else None

    def heard(self, at: datetime, **changes: Any) -> FormState:
        return replace(self, last_at=at.isoformat(), **changes)


def state_of(tracker: Tracker) -> FormState | None:
    kept = tracker.get_slot(STATE_SLOT)
    if not isinstance(kept, dict) or not {"begun_at", "last_at"} <= kept.keys():
        return None
    known = {field.name for field in fields(FormState)}  # an older or newer program may have kept others
    return FormState(**{name: value for name, value in kept.items() if name in known})


def form_of(tracker: Tracker) -> CaseForm:
    contact, kind = tracker.get_slot(CONTACT_SLOT), tracker.get_slot(TYPE_SLOT)
    return CaseForm(
        what=tracker.get_slot(WHAT_SLOT),
        place=tracker.get_slot(PLACE_SLOT),
        since=tracker.get_slot(SINCE_SLOT),
        wish=tracker.get_slot(WISH_SLOT),
        contact=Contact(**contact) if isinstance(contact, dict) else None,
        type=CaseType(kind) if kind else None,
    )


def as_slot(value: str | Contact | CaseType) -> Any:
    return asdict(value) if isinstance(value, Contact) else str(value)


def slots(values: Mapping[str, Any]) -> list[EventType]:
    return [SlotSet(name, value) for name, value in values.items()]


def state_slot(state: FormState) -> dict[str, Any]:
    return {STATE_SLOT: asdict(state)}


def everything_forgotten() -> dict[str, Any]:
    return dict.fromkeys(ALL_SLOTS)
