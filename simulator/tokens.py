"""Access tokens, and the codes by which a page learns who its reader is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.accounts import AccountSettings
from simulator.errors import ApiRefused
from simulator.faults import Faults

OVERLAP = timedelta(minutes=5)
CODE_LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class Issued:
    value: str
    until: datetime


class Tokens:
    """The tokens of one account. `stable` and `classic` ones are independent of each other, as on the platform.

    Source: vendor pages "getStableAccessToken" and "getAccessToken", read 2026-11.
    """

    def __init__(self, account: AccountSettings, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._account, self._faults, self._clock = account, faults, clock
        self._current: dict[str, Issued] = {}
        self._valid_until: dict[str, datetime] = {}

    def stable(self, force: bool = False) -> tuple[str, int]:
        """Return the token and its remaining seconds: the same one until five minutes before its end, unless forced."""
        current = self._current.get("stable")
        if current is None or force or current.until - self._clock() <= OVERLAP:
            current = self._issue("stable", ends_old=force)
        return current.value, int((current.until - self._clock()).total_seconds())

    def classic(self) -> tuple[str, int]:
        return self._issue("classic", ends_old=True).value, self._account.token_lifetime_s

    def check(self, token: str | None) -> None:
        """Raises ApiRefused: 40001 for a token never given, 42001 for one that is over."""
        until = self._valid_until.get(token or "")
        if until is None:
            raise ApiRefused(40001)
        if self._clock() >= until:
            raise ApiRefused(42001)

    def expire_all(self) -> None:
        """End every token now."""
        self._valid_until = dict.fromkeys(self._valid_until, self._clock())
        self._current.clear()

    def forget_all(self) -> None:
        """As if none had ever been given: they are answered with 40001."""
        self._valid_until.clear()
        self._current.clear()

    def _issue(self, kind: str, ends_old: bool) -> Issued:
        now, old = self._clock(), self._current.get(kind)
        if old is not None and ends_old:
            grace = timedelta() if self._faults.expire_old_token else OVERLAP
            self._valid_until[old.value] = min(old.until, now + grace)
        issued = Issued(secrets.token_urlsafe(96), now + timedelta(seconds=self._account.token_lifetime_s))
        self._current[kind] = issued
        self._valid_until[issued.value] = issued.until
        return issued


@dataclass(frozen=True)
class Code:
    openid: str
    until: datetime
    is_used: bool = False


class Codes:
    """Codes of web authorisation: usable once, for five minutes. Source: vendor page "Web authorisation", read 2026-11."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}

    def issue(self, openid: str) -> str:
        value = secrets.token_urlsafe(24)
        self._codes[value] = Code(openid, self._clock() + CODE_LASTS)
        return value

    def redeem(self, value: str) -> str:
        """Return the openid. Raises ApiRefused: 40163 for a used code, 40029 for an unknown or old one."""
        code = self._codes.get(value)
        if code is None or self._clock() >= code.until:
            raise ApiRefused(40029)
        if code.is_used:
            raise ApiRefused(40163)
        self._codes[value] = replace(code, is_used=True)
        return code.openid
