"""One access token of a platform's API for all our processes: fetched by one, kept encrypted in the database, renewed in time."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import PlatformBusy, PlatformError
from bot.persistence import platform_accounts
from bot.persistence.database import Database
from bot.settings import Secret

RENEW_AT_SHARE = 0.8
"""Of a token's life. WeChat keeps the old one valid for five minutes beside the new one."""
AFTER_FAILURE = timedelta(seconds=5)
"""How long a failed fetch is not repeated: a wrong secret must not use up the day's calls."""
FORCE_AGAIN_AFTER = timedelta(hours=1)
"""WeChat makes a new token out of turn twenty times a day at most."""

Fetch = Callable[[bool], tuple[str, int]]
"""Fetches (token, seconds of life); the argument asks for a new one. Raises PlatformError."""


@dataclass(frozen=True)
class _Token:
    value: Secret
    renew_at: datetime


class AccessTokens:
    """Where API calls get their token. Synchronous: they run in threads."""

    def __init__(self, database: Database, account: str, secret: Secret, fetch: Fetch, now: Callable[[], datetime]) -> None:
        self._database = database
        self._account = account
        self._seal = Fernet(base64.urlsafe_b64encode(_derive_key(secret)))
        self._fetch = fetch
        self._now = now
        self._token: _Token | None = None
        self._failed: tuple[datetime, int] | None = None
        self._fetching = threading.Lock()

    def get(self) -> str:
        """Return a token that is valid as far as we know. Raises PlatformBusy when none can be had."""
        return self._usable(other_than=None)

    def renew(self, rejected: str) -> str:
        """Return a token other than the rejected one: another process's newer one, or one fetched now."""
        return self._usable(other_than=rejected)

    def _usable(self, other_than: str | None) -> str:
        if (token := self._token) and self._is_good(token, other_than):
            return token.value.value
        with self._fetching:  # the calls of this process wait for one look, not each for its own
            token = self._token
            if token is None or not self._is_good(token, other_than):
                with self._database.exclusively(f"access-token:{self._account}"):
                    token = self._stored(other_than) or self._fetched(other_than)
                self._token = token
            return token.value.value

    def _is_good(self, token: _Token, other_than: str | None) -> bool:
        return token.renew_at > self._now() and token.value.value != other_than

    def _stored(self, other_than: str | None) -> _Token | None:
        with self._database.session() as session:
            row = platform_accounts.find_platform_account(session, self._account)
            if row is None or row.sealed_token is None or row.renew_at is None:
                return None
            try:
                value = self._seal.decrypt(row.sealed_token.encode()).decode()
            except InvalidToken:  # sealed with the secret before this one
                return None
            token = _Token(Secret(value), row.renew_at)
            return token if self._is_good(token, other_than) else None

    def _fetched(self, other_than: str | None) -> _Token:
        now = self._now()
        if self._failed and now < self._failed[0]:
            raise PlatformBusy(self._failed[1])
        try:
            value, life_s = self._fetch(False)
            if value == other_than:  # the platform still hands out the token it refuses
                value, life_s = self._forced(now)
        except PlatformError as error:  # also a wrong secret: somebody can put it right, so what waits is not lost
            self._failed = (now + AFTER_FAILURE, error.code)
            raise PlatformBusy(error.code) from None
        self._failed = None
        token = _Token(Secret(value), now + timedelta(seconds=life_s * RENEW_AT_SHARE))
        with self._database.session() as session:
            row = platform_accounts.platform_account(session, self._account)
            row.sealed_token, row.renew_at = self._seal.encrypt(value.encode()).decode(), token.renew_at
        return token

    def _forced(self, now: datetime) -> tuple[str, int]:
        """Fetch a new token out of turn. Raises PlatformBusy when that was done a short while ago."""
        with self._database.session() as session:
            row = platform_accounts.platform_account(session, self._account)
            if row.forced_at is not None and now - row.forced_at < FORCE_AGAIN_AFTER:
                raise PlatformBusy(0)
        fetched = self._fetch(True)
        with self._database.session() as session:
            platform_accounts.platform_account(session, self._account).forced_at = now
        return fetched


def _derive_key(secret: Secret) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"yingshang access token").derive(secret.value.encode())
