"""Signing in at an identity provider, as a way of showing for which enterprise one speaks.

A sign-in is begun for one conversation, by who consented, in one browser, and may come back once, within minutes.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.business.credit_code import is_credit_code
from bot.business.identity import EnterpriseRole
from bot.business.invitation import plain_credit_code
from bot.errors import BindingRefused
from bot.persistence import access_log, binding_failures, bindings
from bot.persistence.access_log import DENIED
from bot.persistence.database import Database, Session
from bot.persistence.enterprise_tables import IdentitySignInRow
from bot.services.callers import find_caller
from bot.services.enterprises import is_enterprise_name
from bot.services.identity import PROVIDER, SIGN_IN_WITHIN, Identity, Standing
from bot.services.oidc_client import OidcClient
from bot.services.verification import Speaker
from bot.settings import OidcSettings

AT_ONCE = 4
"""A slow provider holds up other sign-ins, not the database's threads."""
MAX_PROOF, MAX_PERSON_NAME = 256, 64
ROLES: Mapping[str, EnterpriseRole] = {
    "legal_representative": EnterpriseRole.LEGAL_REPRESENTATIVE,
    "法定代表人": EnterpriseRole.LEGAL_REPRESENTATIVE,
    "handler": EnterpriseRole.HANDLER,
    "经办人": EnterpriseRole.HANDLER,
}
"""What the role claim may be."""


@dataclass(frozen=True)
class Begun:
    url: str
    """Where the browser is to go."""
    state: str
    """What it keeps as a cookie, and brings back."""


class OidcVerification:
    """Believes the claims of the provider; the client has checked that they are its own."""

    method = PROVIDER

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the claims without which nobody is bound."""
        settings = self._settings
        return tuple(filter(None, (settings.credit_code_claim, settings.enterprise_name_claim, settings.role_claim)))

    def find_speaker(self, session: Session, holder: str, shown: Mapping[str, Any], now: datetime) -> Speaker | BindingRefused:
        outcome = self._speaker(shown)
        if isinstance(outcome, BindingRefused):
            asked = _sha256(f"{shown.get('iss')} {shown.get('sub')}")
            access_log.note_attempt(session, holder, "bind", asked, DENIED, now)
        return outcome

    def use_up(self, session: Session, speaker: Speaker, holder: str, now: datetime) -> None:
        """Add the enterprise if it is new: the provider vouches for its name. One that is known keeps its name."""
        if bindings.find_enterprise(session, speaker.credit_code) is None:
            bindings.add_enterprise(session, speaker.credit_code, speaker.enterprise_name, None, PROVIDER, now)

    def _speaker(self, claims: Mapping[str, Any]) -> Speaker | BindingRefused:
        settings = self._settings
        if not all(isinstance(claims.get(name), str) and claims[name].strip() for name in self.wanted):
            return BindingRefused("claims_missing")
        code, name = plain_credit_code(claims[settings.credit_code_claim]), claims[settings.enterprise_name_claim].strip()
        role = ROLES.get(claims[settings.role_claim].strip()) if settings.role_claim else EnterpriseRole.HANDLER
        if not is_credit_code(code) or not is_enterprise_name(name) or role is None:
            return BindingRefused("claims_wrong")
        return Speaker(code, role, _person(claims), f"{claims['iss']} {claims['sub']}"[:MAX_PROOF], name)


class IdentityProvider:
    """The provider that is set up. What calls it runs in threads of its own."""

    def __init__(self, settings: OidcSettings, database: Database, identity: Identity, now: Callable[[], datetime]) -> None:
        self._client = OidcClient(settings, now)
        self._verification = OidcVerification(settings)
        self._database = database
        self._identity = identity
        self._now = now
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="identity-provider")

    async def begin(self, conversation_id: str, has_consent: bool, redirect_uri: str) -> Begun:
        """Begin a sign-in for whoever writes in this conversation. Raises BindingRefused, IdentityProviderUnavailable."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._begin, conversation_id, has_consent, redirect_uri)

    async def finish(self, state: str, code: str, redirect_uri: str) -> Standing:
        """Bind who came back with this state, which is used up. Raises BindingRefused, IdentityProviderUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._finish, state, code, redirect_uri)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, conversation_id: str, has_consent: bool, redirect_uri: str) -> Begun:
        if not has_consent:
            raise BindingRefused("consent_needed")
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        url, now = self._client.authorization_url(state, nonce, verifier, redirect_uri), self._now()
        with self._database.session() as session:
            if find_caller(session, conversation_id, now) is not None:
                raise BindingRefused("already_bound")
            row = IdentitySignInRow(state_sha256=_sha256(state), conversation_id=conversation_id, begun_at=now)
            row.nonce, row.code_verifier = nonce, verifier
            binding_failures.add_sign_in(session, row)
        return Begun(url, state)

    def _finish(self, state: str, code: str, redirect_uri: str) -> Standing:
        with self._database.session() as session:
            row = binding_failures.take_sign_in(session, _sha256(state), self._now() - SIGN_IN_WITHIN)
        if row is None:
            raise BindingRefused("sign_in_stale")
        if not code:  # they said no, or the provider did
            raise BindingRefused("sign_in_failed")
        claims = self._client.claims_of(code, row.code_verifier, row.nonce, redirect_uri, self._verification.wanted)
        return self._identity.bind(self._verification, row.conversation_id, claims, True)


def _person(claims: Mapping[str, Any]) -> str:
    name = claims.get("name")
    return name.strip()[:MAX_PERSON_NAME] if isinstance(name, str) and name.isprintable() else ""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
