"""A way to reach somebody, in their own words."""

from __future__ import annotations

import re
import unicodedata

_PHONE = re.compile(r"(?<!\d)(?:(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})|(0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?))(?!\d)")


def find_phone(text: str) -> str | None:
    """Return the first mobile or landline number (with its area code) without spaces, None when there is none."""
    match = _PHONE.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    if match.group(1):
        return re.sub(r"[- ]", "", match.group(1))
    return match.group(2).replace(" ", "-")


def masked(phone: str) -> str:
    """Return the number with its middle hidden, to be repeated to the user: 138****8000."""
    digits = re.sub(r"\D", "", phone)
    return f"{digits[:3]}****{digits[-4:]}"
