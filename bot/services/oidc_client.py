"""Talking to an OpenID Connect provider: where to send people, and what it says about who came back.

The code flow with PKCE. What the provider says about itself is fetched once and believed for a while.
Source: OpenID Connect Core 1.0 and Discovery 1.0, RFC 9700 (best current practice), read 2026-11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException, Response

from bot.errors import BindingRefused, IdentityProviderUnavailable
from bot.settings import OidcSettings, is_safe_address

DISCOVERY = "/.well-known/openid-configuration"
KEPT_FOR = timedelta(hours=1)
LOOK_AGAIN_AFTER = timedelta(seconds=30)
"""When a key that is not known is looked for again, and a provider that was down is asked again."""
TIMEOUT_S = (3.0, 5.0)
"""To connect, and between two parts of an answer."""
LEEWAY_S = 60
"""By which the provider's clock may differ from ours."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a key pair. Neither `none` nor one made with a secret that both sides know is accepted."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
UNREADABLE = (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError)
"""What is raised by answers that are not as the protocol has them."""


@dataclass(frozen=True)
class _Provider:
    """What the provider says about itself."""

    metadata: Mapping[str, Any]
    keys: KeySet
    fetched_at: datetime


class OidcClient:
    """Synchronous: it runs in threads."""

    def __init__(self, settings: OidcSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._known: _Provider | None = None
        self._failed_at: datetime | None = None
        self._fetching = threading.Lock()

    def authorization_url(self, state: str, nonce: str, code_verifier: str, redirect_uri: str) -> str:
        """Return where a browser is to go. Raises IdentityProviderUnavailable."""
        endpoint = self._provider().metadata["authorization_endpoint"]
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(endpoint, state=state, code_verifier=code_verifier, nonce=nonce)
        return str(url)

    def claims_of(
        self, code: str, code_verifier: str, nonce: str, redirect_uri: str, wanted: Collection[str]
    ) -> Mapping[str, Any]:
        """Trade the code in; return what is said about its owner, asking further if one of the `wanted` claims is missing.

        Raises BindingRefused unless signature, issuer, audience, time and nonce are right, IdentityProviderUnavailable.
        """
        metadata = self._provider().metadata
        try:
            with self._session(redirect_uri) as session:
                grant = {"grant_type": "authorization_code", "code": code, "code_verifier": code_verifier}
                token = session.fetch_token(metadata["token_endpoint"], **grant, allow_redirects=False)
                claims = self._checked(token["id_token"], nonce, token["access_token"])
                if all(claims.get(name) for name in wanted) or "userinfo_endpoint" not in metadata:
                    return claims
                told = _object(session.get(metadata["userinfo_endpoint"], allow_redirects=False))
            if told["sub"] != claims["sub"]:  # Core 5.3.2: else it is about somebody else
                raise ValueError("of another subject")
            return {**told, **claims}
        except RequestException as error:
            raise IdentityProviderUnavailable from error
        except UNREADABLE as error:
            raise BindingRefused("sign_in_failed") from error

    def _checked(self, id_token: str, nonce: str, access_token: str) -> dict[str, Any]:
        """Return the token's claims. Raises one of UNREADABLE unless it is ours, fresh and properly signed."""
        settings = self._settings
        decoded = jwt.decode(id_token, self._keys_for(id_token), algorithms=ALGORITHMS)
        options = {"iss": {"essential": True, "value": settings.issuer}, "aud": {"essential": True, "value": settings.client_id}}
        params = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(now=int(self._now().timestamp()), leeway=LEEWAY_S)
        if not isinstance(claims["sub"], str) or not claims["sub"].isprintable():
            raise ValueError("sub is no text")
        return dict(claims)

    def _keys_for(self, id_token: str) -> KeySet:
        """Return the provider's keys, fetched again when the token names one that is not among them."""
        from joserfc.jws import extract_compact

        named = extract_compact(id_token.encode()).headers().get("kid")
        provider = self._provider()
        is_known = named is None or any(key.kid == named for key in provider.keys.keys)
        if not is_known and self._now() - provider.fetched_at >= LOOK_AGAIN_AFTER:
            provider = self._provider(newer_than=provider.fetched_at)
        return provider.keys

    def _provider(self, newer_than: datetime | None = None) -> _Provider:
        """Return what is known, fetched now if it is old. Raises IdentityProviderUnavailable."""
        with self._fetching:
            now, known = self._now(), self._known
            if known and now - known.fetched_at < KEPT_FOR and (newer_than is None or known.fetched_at > newer_than):
                return known
            if self._failed_at and now - self._failed_at < LOOK_AGAIN_AFTER:
                raise IdentityProviderUnavailable
            try:
                self._known, self._failed_at = self._fetch(now), None
            except (RequestException, *UNREADABLE) as error:
                self._failed_at = now
                raise IdentityProviderUnavailable from error
            return self._known

    def _fetch(self, now: datetime) -> _Provider:
        settings = self._settings
        metadata = _object(_get(f"{settings.issuer.rstrip('/')}{DISCOVERY}"))
        if metadata["issuer"] != settings.issuer:  # Discovery 4.3
            raise ValueError("of another issuer")
        named = [metadata[name] for name in ENDPOINTS] + [metadata.get("userinfo_endpoint") or settings.issuer]
        if not all(is_safe_address(str(address)) for address in named):
            raise ValueError("an address is not https")
        keys = KeySet.import_key_set(_object(_get(metadata["jwks_uri"])))  # type: ignore[arg-type]
        return _Provider(metadata, keys, now)

    def _session(self, redirect_uri: str) -> Any:
        """Return a session of the library, whose types are not known."""
        settings = self._settings
        return OAuth2Session(
            settings.client_id,
            settings.client_secret.value if settings.client_secret else None,
            scope=settings.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )


def _get(url: str) -> Response:
    return requests.get(url, timeout=TIMEOUT_S, allow_redirects=False, headers={"Accept": "application/json"})


def _object(response: Response) -> dict[str, Any]:
    response.raise_for_status()
    found = response.json()
    if response.status_code != 200 or not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found
