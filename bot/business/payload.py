"""What a button sends: `/intent{"entity": "value"}`, as in Rasa."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

SHOW_PASSAGE = "show_passage"
BUTTON_INTENTS = {"choose_subject": "subject", SHOW_PASSAGE: "passage", "request_human": None}
"""The intents a button may name, and the one entity each carries. Whatever else begins with a slash is plain text."""
STOP_WAITING, LEAVE_CONTACT, RATE = "stop_waiting", "leave_contact", "rate"
CONSENT_TO_BINDING, DECLINE_BINDING = "consent_to_binding", "decline_binding"
DESK_INTENTS = {STOP_WAITING: None, LEAVE_CONTACT: None, RATE: "score", CONSENT_TO_BINDING: None, DECLINE_BINDING: None}
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


def _parse(text: str, intents: Mapping[str, str | None]) -> Payload | None:
    match = _FORM.fullmatch(text.strip())
    if match is None or match.group(1) not in intents:
        return None
    entity = intents[match.group(1)]
    if entity is None:
        return Payload(match.group(1), None, None) if match.group(2) is None else None
    try:
        value = json.loads(match.group(2) or "null")
    except (ValueError, RecursionError):  # a thousand brackets are no payload either
        return None
    if not isinstance(value, dict) or set(value) != {entity} or not isinstance(value[entity], str):
        return None
    return Payload(match.group(1), entity, value[entity])


def event_intent(name: str) -> str:
    return f"{EXTERNAL}{name}"


def event_payload(name: str) -> str:
    """Return the payload of something that happened outside, e.g. follow. Only channels make it; no text is taken for it."""
    return f"/{event_intent(name)}"


def parse_event(payload: str | None) -> Payload | None:
    """Return what happened, None when the payload is not that of an event."""
    match = _EVENT.fullmatch(payload or "")
    return Payload(match.group(1), None, None) if match else None
