"""What a provider may say and is not believed: forged tokens, keys of somebody else, addresses that are not safe."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from bot.errors import BindingRefused, IdentityProviderUnavailable
from bot.services.oidc_client import KEPT_FOR, LOOK_AGAIN_AFTER, OidcClient
from bot.settings import OidcSettings, Secret
from tests.fixtures.clock import Clock

Json = dict[str, Any]
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}) for name in ("ours", "ours"))
SECRET = "a secret that both sides know, long enough for a signature"


@dataclass
class Liar:
    """A provider whose every word a test may change."""

    url: str = ""
    metadata: Json = field(default_factory=dict)
    claims: Json = field(default_factory=dict)
    userinfo: Json = field(default_factory=lambda: {"sub": "wang", "credit_code": "told"})
    keys: Json = field(default_factory=lambda: {"keys": [KEY.as_dict(private=False)]})
    sign: Callable[[Json], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "ours"}, claims, KEY)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Json]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks", "userinfo_endpoint": "me"}
            return 200, {"issuer": self.url, **{name: f"{self.url}/{end}" for name, end in names.items()}, **self.metadata}
        if path == "/token":
            now = int(datetime.now(UTC).timestamp())
            claims = {
                "iss": self.url,
                "aud": "yingshang",
                "sub": "wang",
                "nonce": "n",
                "iat": now,
                "exp": now + 300,
                **self.claims,
            }
            id_token = self.sign({name: value for name, value in claims.items() if value is not None})
            return 200, {"access_token": "a", "token_type": "Bearer", "id_token": id_token}
        return {"/jwks": (200, self.keys), "/me": (200, self.userinfo)}.get(path, (404, {}))


@pytest.fixture
def liar() -> Iterator[Liar]:
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = liar.answer(self.path)
            self.send_response(status)
            if "location" in body:
                self.send_header("Location", body["location"])
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield liar
    server.shutdown()
    server.server_close()


def client_of(liar: Liar, clock: Clock | None = None) -> OidcClient:
    return OidcClient(OidcSettings(liar.url, "yingshang", Secret(SECRET)), clock or (lambda: datetime.now(UTC)))


def claims_of(client: OidcClient) -> Json:
    return dict(client.claims_of("code", "v" * 43, "n", "http://127.0.0.1/callback", ("credit_code",)))


def test_what_is_said_properly_is_believed(liar: Liar) -> None:
    claims = claims_of(client_of(liar))

    assert (claims["sub"], claims["credit_code"]) == ("wang", "told")


def test_what_the_token_itself_says_is_not_asked_for_again(liar: Liar) -> None:
    liar.claims = {"credit_code": "signed"}

    assert claims_of(client_of(liar))["credit_code"] == "signed" and "/me" not in liar.asked


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["yingshang", "another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "wang\x00"},
        {"azp": "another"},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_is_refused(liar: Liar, changed: Json) -> None:
    liar.claims = changed

    with pytest.raises(BindingRefused) as refusal:
        claims_of(client_of(liar))
    assert refusal.value.reason == "sign_in_failed"


def _unsigned(claims: Json) -> str:
    head, body, _ = jwt.encode({"alg": "RS256", "kid": "ours"}, claims, KEY).split(".")
    return f"{head}.{body}."


def _none(claims: Json) -> str:
    import base64

    parts = ({"alg": "none", "kid": "ours"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@pytest.mark.parametrize(
    "sign",
    [
        _unsigned,
        _none,
        lambda claims: jwt.encode({"alg": "RS256", "kid": "ours"}, claims, OTHER_KEY),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, KEY),
        lambda claims: jwt.encode({"alg": "HS256", "kid": "ours"}, claims, OctKey.import_key(SECRET)),
        lambda claims: "no.token.at-all",
        lambda claims: "",
        lambda claims: 42,
    ],
    ids=["unsigned", "none", "another's key", "unknown key", "our own secret", "no token", "empty", "number"],
)
def test_a_token_without_the_providers_signature_is_refused(liar: Liar, sign: Callable[[Json], str]) -> None:
    liar.sign = sign

    with pytest.raises(BindingRefused) as refusal:
        claims_of(client_of(liar))
    assert refusal.value.reason == "sign_in_failed"


@pytest.mark.parametrize("userinfo", [{"sub": "another", "credit_code": "x"}, {"credit_code": "x"}, []], ids=str)
def test_what_is_told_of_somebody_else_is_refused(liar: Liar, userinfo: Json) -> None:
    liar.userinfo = userinfo

    with pytest.raises(BindingRefused):
        claims_of(client_of(liar))


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://evil.example/me"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_a_provider_that_names_itself_wrong_or_unsafe_addresses_is_not_used(liar: Liar, metadata: Json) -> None:
    liar.metadata = metadata

    with pytest.raises(IdentityProviderUnavailable):
        client_of(liar).authorization_url("s", "n", "v" * 43, "http://127.0.0.1/callback")


def test_what_the_provider_says_of_itself_is_asked_for_once_an_hour(liar: Liar) -> None:
    clock = Clock(datetime.now(UTC))
    client = client_of(liar, clock)

    for _ in range(3):
        claims_of(client)
    assert (liar.asked.count("/.well-known/openid-configuration"), liar.asked.count("/jwks")) == (1, 1)

    clock.now += KEPT_FOR
    client.authorization_url("s", "n", "v" * 43, "http://127.0.0.1/callback")
    assert liar.asked.count("/jwks") == 2


def test_a_new_key_of_the_provider_is_found_but_not_looked_for_over_and_over(liar: Liar) -> None:
    clock = Clock(datetime.now(UTC))
    client = client_of(liar, clock)
    claims_of(client)
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig", "alg": "RS256"})
    liar.keys = {"keys": [KEY.as_dict(private=False), new.as_dict(private=False)]}
    liar.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "new"}, claims, new)

    with pytest.raises(BindingRefused):
        claims_of(client)
    assert liar.asked.count("/jwks") == 1

    clock.now += LOOK_AGAIN_AFTER + timedelta(seconds=1)
    assert claims_of(client)["sub"] == "wang" and liar.asked.count("/jwks") == 2
