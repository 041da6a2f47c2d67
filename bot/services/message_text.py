"""What may be stored as a message."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.business.payload import parse_desk_payload, parse_payload
from bot.errors import MessageRefused
from bot.settings import MAX_TEXT_CHARACTERS


@dataclass(frozen=True)
class CleanMessage:
    text: str
    payload: str | None


def clean_message(text: str, payload: str | None) -> CleanMessage:
    """Return the message fit to be stored: control characters gone, a button's payload checked. Raises MessageRefused."""
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    kept = kept.strip()
    if not any(unicodedata.category(char)[0] not in "CZ" for char in kept):  # nothing that can be seen
        raise MessageRefused("empty")
    if len(kept) > MAX_TEXT_CHARACTERS:
        raise MessageRefused("too_long")
    if payload is not None and (parse_payload(payload) or parse_desk_payload(payload)) is None:
        raise MessageRefused("payload")
    return CleanMessage(kept, payload)
