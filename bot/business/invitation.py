"""Codes by which a person is bound to an enterprise, once: how they look, how long they hold, how often they may be tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.business.credit_code import ALPHABET as CREDIT_ALPHABET
from bot.business.credit_code import LENGTH as CREDIT_LENGTH

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L, which are mistaken for each other: 31 characters, 59 bits in twelve of them."""
GROUPS, GROUP_LENGTH = 3, 4
GOOD_FOR = timedelta(hours=72)
PER_HOUR = 20
"""How many one account may issue."""
MASK = "****"
_DASH = r"[-‐‑‒–—―−_ ]"
_CODE = rf"[{ALPHABET}]{{4}}(?:{_DASH}{{0,3}}[{ALPHABET}]{{4}}){{2}}"
_CODE_IN_TEXT = re.compile(rf"(?<![0-9A-Z]){_CODE}(?![0-9A-Z])", re.IGNORECASE)
_CREDIT_IN_TEXT = re.compile(rf"(?<![0-9A-Z])[{CREDIT_ALPHABET}]{{{CREDIT_LENGTH}}}(?![0-9A-Z])", re.IGNORECASE)
_BESIDE_A_CODE = re.compile(r"[\s,，。.;；:：、!！\-]*")
_TO_HALF_WIDTH = {code: code - 0xFEE0 for code in range(ord("！"), ord("～") + 1)} | {0x3000: ord(" ")}
"""Character by character, so that places in the text stay where they are."""
SAYS_WHAT_FOR = ("绑定", "綁定", "邀请码", "邀請碼")


class InvitationState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


def make_code(choose: Callable[[str], str]) -> str:
    """Return a new code as it is shown, XXXX-XXXX-XXXX; `choose` picks one of the characters given, by chance."""
    return "-".join("".join(choose(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def plain_code(text: str) -> str:
    """Return the code's characters alone, in capitals: what is hashed. Of any text, so that a wrong one costs the same."""
    return "".join(char for char in text.translate(_TO_HALF_WIDTH).upper() if char.isalnum())


def plain_credit_code(text: str) -> str:
    """Return the 统一社会信用代码 as it is stored, however it was typed. Whether it is one, is_credit_code says."""
    return "".join(text.translate(_TO_HALF_WIDTH).split()).upper()


def state_of(used_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, now: datetime) -> InvitationState:
    if used_at:
        return InvitationState.USED
    if revoked_at:
        return InvitationState.REVOKED
    return InvitationState.OPEN if expires_at > now else InvitationState.EXPIRED


@dataclass(frozen=True)
class SaidCode:
    """A code that somebody wrote in a message."""

    code: str
    credit_code: str | None
    """That of the enterprise, if it stands in the same message."""
    masked: str
    """The message without the code: what is stored."""


def find_said_code(text: str) -> SaidCode | None:
    """Return the code in a message that says what it is for, or that is nothing but the code; None when there is none."""
    plain = text.translate(_TO_HALF_WIDTH)
    credit = _CREDIT_IN_TEXT.search(plain)
    hidden = plain[: credit.start()] + " " * CREDIT_LENGTH + plain[credit.end() :] if credit else plain
    found = _CODE_IN_TEXT.search(hidden)
    if found is None:
        return None
    beside = hidden[: found.start()] + hidden[found.end() :]
    is_alone = _BESIDE_A_CODE.fullmatch(beside) and any(char.isalpha() for char in found.group()) and _has_dash(found.group())
    if not is_alone and not any(words in text for words in SAYS_WHAT_FOR):
        return None
    masked = text[: found.start()] + MASK + text[found.end() :]
    return SaidCode(plain_code(found.group()), credit.group().upper() if credit else None, masked)


def find_said_credit_code(text: str) -> str | None:
    """Return what stands for a 统一社会信用代码 in the message, right or not; None when it is about something else."""
    plain = plain_credit_code(text.translate(_TO_HALF_WIDTH).strip("。.，, "))
    if found := _CREDIT_IN_TEXT.search(text.translate(_TO_HALF_WIDTH)):
        return found.group().upper()
    is_like_one = plain.isascii() and plain.isalnum() and abs(len(plain) - CREDIT_LENGTH) <= NEARLY
    return plain if is_like_one and not plain.startswith(CASE_NUMBER) else None


CASE_NUMBER = "YS"
"""How the number of a case begins, which is nearly as long."""
NEARLY = 3
"""Characters too many or too few by which a mistyped 统一社会信用代码 is still seen as one."""


def _has_dash(code: str) -> bool:
    return not code.replace(" ", "").isalnum()


@dataclass(frozen=True)
class TryLimit:
    """How many wrong tries, none more than `within` after the one before, lock for how long."""

    failures: int
    within: timedelta
    locked_for: timedelta


HOLDER_LIMIT = TryLimit(5, timedelta(minutes=15), timedelta(minutes=30))
ENTERPRISE_LIMIT = TryLimit(50, timedelta(minutes=15), timedelta(minutes=30))
"""Whoever guesses can open as many pages as they like, so the enterprise's count is what stops them."""
FAILURES_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Tries:
    """Wrong codes of one holder, or for one enterprise."""

    failures: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None

    def lock_left(self, now: datetime) -> timedelta | None:
        return self.locked_until - now if self.locked_until and self.locked_until > now else None

    def one_more(self, limit: TryLimit, now: datetime) -> Tries:
        """Return what holds after another wrong try. One that is made while locked does not count."""
        goes_on = self.last_at is not None and now - self.last_at < limit.within and not self.locked_until
        count = (self.failures if goes_on else 0) + 1
        return Tries(count, now, now + limit.locked_for if count >= limit.failures else None)
