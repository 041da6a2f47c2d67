"""What a button sends: `/intent{"entity": "value"}`, as in Rasa."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

SHOW_PASSAGE = "show_passage"
BUTTON_INTENTS: Mapping[str, tuple[str, ...]] = {
    "choose_subject": ("subject",),
    SHOW_PASSAGE: ("passage",),
    "request_human": (),
    "file_case": (),
    "case_step": ("case_step",),
    "check_case": ("case_number",),
    "case_add": ("case_number",),
    "case_rate": ("case_rating",),
    "case_reopen": ("case_number",),
    "case_withdraw": ("case_number", "case_confirmed"),
}
"""The intents a button may name, and the entities of which each carries one. Whatever else begins with a slash is plain text.
Anybody can write them: what they name is checked by whoever acts on it."""
STOP_WAITING, LEAVE_CONTACT, RATE = "stop_waiting", "leave_contact", "rate"
CONSENT_TO_BINDING, DECLINE_BINDING = "consent_to_binding", "decline_binding"
DESK_INTENTS: Mapping[str, tuple[str, ...]] = {
    STOP_WAITING: (),
    LEAVE_CONTACT: (),
    RATE: ("score",),
    CONSENT_TO_BINDING: (),
    DECLINE_BINDING: (),
}
"""What buttons of the desk's notices say. They are dealt with before the bot hears of them."""
EXTERNAL = "EXTERNAL_"
"""How Rasa names intents that stand for something that happened instead of something that was said."""
_EVENT = re.compile(r"/(EXTERNAL_\w+)")
_FORM = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True)
class Payload:
    intent: str
    entity: str | None
    value: str | None


def parse_payload(text: str) -> Payload | None:
    """Return the payload, None when the text is none that a button of the bot sends."""
    return _parse(text, BUTTON_INTENTS)


def parse_desk_payload(text: str | None) -> Payload | None:
    """Return the payload, None when the text is none that a button of a notice sends."""
    return _parse(text or "", DESK_INTENTS)


def _parse(text: str, intents: Mapping[str, tuple[str, ...]]) -> Payload | None:
    match = _FORM.fullmatch(text.strip())
    if match is None or match.group(1) not in intents:
        return None
    entities = intents[match.group(1)]
    if not entities:
        return Payload(match.group(1), None, None) if match.group(2) is None else None
    try:
        value = json.loads(match.group(2) or "null")
    except (ValueError, RecursionError):  # a thousand brackets are no payload either
        return None
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((entity, said),) = value.items()
    return Payload(match.group(1), entity, said) if entity in entities and isinstance(said, str) else None


def event_intent(name: str) -> str:
    return f"{EXTERNAL}{name}"


def event_payload(name: str) -> str:
    """Return the payload of something that happened outside, e.g. follow. Only channels make it; no text is taken for it."""
    return f"/{event_intent(name)}"


def parse_event(payload: str | None) -> Payload | None:
    """Return what happened, None when the payload is not that of an event."""
    match = _EVENT.fullmatch(payload or "")
    return Payload(match.group(1), None, None) if match else None
