"""Single fields of WeChat's XML, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.errors import CallbackMalformed

IDENTIFIER = re.compile(r"[!-~]{1,64}")
WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
LATEST_S = 2**32 - 1
"""In the year 2106."""


def trimmed(fields: Mapping[str, str], name: str) -> str:
    """Return the field without white space around it, "" if there is none."""
    return fields.get(name, "").strip()


def identifier(fields: Mapping[str, str], name: str) -> str:
    """Return 1 to 64 printable ASCII characters, else raise CallbackMalformed."""
    text = trimmed(fields, name)
    if not IDENTIFIER.fullmatch(text):
        raise CallbackMalformed("wechat", f"{name} is missing or malformed")
    return text


def point_in_time(fields: Mapping[str, str], name: str) -> datetime:
    """Return the time of a field in seconds since 1970, else raise CallbackMalformed."""
    text = trimmed(fields, name)
    if not WHOLE_NUMBER.fullmatch(text) or not 0 < int(text) <= LATEST_S:
        raise CallbackMalformed("wechat", f"{name} is no time")
    return datetime.fromtimestamp(int(text), UTC)
