"""A way to reach somebody, in their own words."""

from __future__ import annotations

import re
import unicodedata

_PHONE = re.compile(r"(?<!\d)(?:(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})|(0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?))(?!\d)")


_ASKS = re.compile(r"[?？吗嗎]|怎么|怎麼|如何|为什么|請問|请问|哪里|哪个")
_MINE = re.compile(
    r"^\s*[0-9０-９+＋]|称呼|稱呼|联系(?:我|电话|方式)|聯繫|(?:我的?|本人)(?:电话|手机|號碼|号码)"
    r"|(?:电话|電話|手机|手機)(?:号码?)?\s*[:：是]"
)


def find_phone(text: str) -> str | None:
    """Return the first mobile or landline number (with its area code) without spaces, None when there is none."""
    match = _PHONE.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    if match.group(1):
        return re.sub(r"[- ]", "", match.group(1))
    return match.group(2).replace(" ", "-")


def leaves_contact(text: str) -> str | None:
    """Return the number if the text gives it to be called; None for a question in which a number only occurs."""
    phone = find_phone(text)
    if phone is None or (_ASKS.search(text) and not _MINE.search(text)):
        return None
    return phone


def masked(phone: str) -> str:
    """Return the number with its middle hidden, to be repeated to the user: 138****8000."""
    digits = re.sub(r"\D", "", phone)
    return f"{digits[:3]}****{digits[-4:]}"
