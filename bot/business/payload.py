"""What a button sends: `/intent{"entity": "value"}`, as in Rasa."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

BUTTON_INTENTS = {"choose_subject": "subject", "show_passage": "passage", "request_human": None}
"""The intents a button may name, and the one entity each carries. Whatever else begins with a slash is plain text."""
_FORM = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True)
class Payload:
    intent: str
    entity: str | None
    value: str | None


def parse_payload(text: str) -> Payload | None:
    """Return the payload, None when the text is none that a button of ours sends."""
    match = _FORM.fullmatch(text.strip())
    if match is None or match.group(1) not in BUTTON_INTENTS:
        return None
    entity = BUTTON_INTENTS[match.group(1)]
    if entity is None:
        return Payload(match.group(1), None, None) if match.group(2) is None else None
    try:
        value = json.loads(match.group(2) or "null")
    except (ValueError, RecursionError):  # a thousand brackets are no payload either
        return None
    if not isinstance(value, dict) or set(value) != {entity} or not isinstance(value[entity], str):
        return None
    return Payload(match.group(1), entity, value[entity])
