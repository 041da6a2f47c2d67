"""Signing in at a real OpenID Connect provider, which runs as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import update

from bot.bootstrap import build_services, now, open_database
from bot.channels.identity import CALLBACK, STATE_COOKIE
from bot.errors import BindingRefused, IdentityProviderUnavailable
from bot.persistence.enterprise_tables import BindingRow, EnterpriseRow, IdentitySignInRow
from bot.services.identity_notices import REFUSALS
from bot.services.identity_provider import IdentityProvider
from bot.services.oidc_client import LOOK_AGAIN_AFTER
from bot.settings import Settings
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.clock import Clock
from tests.fixtures.enterprises import credit_code
from tests.fixtures.invitations import new_enterprise
from tests.fixtures.office import all_of
from tests.fixtures.oidc_server import Browser, OidcServer, oidc_server
from tests.fixtures.running_app import RunningApp, serving, with_assistant
from tests.fixtures.talk import Talk, error_of

pytestmark = pytest.mark.slow
CODE = credit_code(800_000_001)
GOOD = {"credit_code": CODE, "enterprise_name": "杭州登录科技有限公司", "role": "handler", "name": "王女士"}
ACCOUNTS: dict[str, dict[str, Any]] = {
    "wang": GOOD,
    "boss": {**GOOD, "credit_code": credit_code(800_000_002).lower(), "role": "法定代表人"},
    "nobody": {"name": "王女士"},
    "without-role": {key: value for key, value in GOOD.items() if key != "role"},
    "wrong-code": {**GOOD, "credit_code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")},
    "number": {**GOOD, "credit_code": 42},
    "nul": {**GOOD, "enterprise_name": "杭州\x00有限公司"},
    "owner": {**GOOD, "role": "owner"},
}


class Place:
    """The product with its provider."""

    def __init__(self, app: RunningApp, provider: OidcServer) -> None:
        self.app = app
        self.provider = provider
        self.redirect_uri = f"{app.url}{CALLBACK}"

    def begin(self, browser: Browser, talk: Talk, consent: bool = True) -> httpx.Response:
        path = f"/api/chat/conversations/{talk.id}/identity/oidc"
        return browser.client.post(path, json={"consent": consent}, headers=talk.headers)

    def go(self, browser: Browser, talk: Talk, account: str) -> str:
        """Begin and sign in; return the address to come back to."""
        begun = self.begin(browser, talk)
        assert begun.status_code == 200, begun.text
        return browser.sign_in(begun.json()["url"], account)

    def binding(self, talk: Talk) -> dict[str, Any] | None:
        shown = talk.client.get(f"/api/chat/conversations/{talk.id}/identity", headers=talk.headers).json()
        assert shown["providers"] == [{"id": "oidc", "title": "企业统一登录"}]
        binding: dict[str, Any] | None = shown["binding"]
        return binding


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("oidc")
    with ExitStack() as stack:
        provider = stack.enter_context(oidc_server(folder, ACCOUNTS))
        settings = Settings(folder, f"sqlite:///{folder / 'yingshang.db'}", oidc=provider.settings())
        services = with_assistant(build_services(settings, open_database(settings)), EchoAssistant())
        app = stack.enter_context(serving(services))
        provider.start(f"{app.url}{CALLBACK}")
        yield Place(app, provider)


@pytest.fixture
def browser(place: Place) -> Iterator[Browser]:
    opened = Browser(place.app.url)
    yield opened
    opened.close()


def refused(response: httpx.Response, reason: str) -> bool:
    return (response.status_code, REFUSALS[reason] in response.text) == (403, True)


def test_who_signs_in_is_bound_to_an_enterprise_that_was_not_known(place: Place, browser: Browser) -> None:
    talk = place.app.talk()

    page = browser.get(place.go(browser, talk, "wang"))

    assert page.status_code == 200 and "绑定成功" in page.text and page.headers["cache-control"] == "no-store"
    binding = place.binding(talk)
    assert binding and (binding["credit_code"], binding["enterprise_name"]) == (CODE, "杭州登录科技有限公司")
    (row,) = [row for row in all_of(place.app.services.database, BindingRow) if row.credit_code == CODE]
    assert (row.method, row.proof, row.person_name) == ("oidc", f"{place.provider.issuer} wang", "王女士")
    (enterprise,) = [row for row in all_of(place.app.services.database, EnterpriseRow) if row.credit_code == CODE]
    assert enterprise.created_by == "oidc" and STATE_COOKIE not in browser.client.cookies


def test_an_enterprise_that_is_known_keeps_its_name(place: Place, browser: Browser) -> None:
    new_enterprise(place.app.services.database, "杭州早已登记有限公司", credit_code(800_000_002))
    talk = place.app.talk()

    browser.get(place.go(browser, talk, "boss"))

    binding = place.binding(talk)
    assert binding and (binding["enterprise_name"], binding["role_title"]) == ("杭州早已登记有限公司", "法定代表人")


@pytest.mark.parametrize("account", ["nobody", "without-role", "number"])
def test_missing_claims_are_refused_in_words(place: Place, browser: Browser, account: str) -> None:
    talk = place.app.talk()

    assert refused(browser.get(place.go(browser, talk, account)), "claims_missing") and place.binding(talk) is None


@pytest.mark.parametrize("account", ["wrong-code", "nul", "owner"])
def test_claims_that_cannot_be_right_are_refused_in_words(place: Place, browser: Browser, account: str) -> None:
    talk = place.app.talk()

    assert refused(browser.get(place.go(browser, talk, account)), "claims_wrong") and place.binding(talk) is None


def test_consent_comes_before_the_sign_in(place: Place, browser: Browser) -> None:
    response = place.begin(browser, place.app.talk(), consent=False)

    assert (response.status_code, error_of(response)["code"]) == (422, "consent_needed")


def test_the_address_asks_for_a_code_with_a_challenge_a_state_and_a_nonce(place: Place, browser: Browser) -> None:
    response = place.begin(browser, place.app.talk())

    asked = {name: value for name, (value,) in parse_qs(urlsplit(response.json()["url"]).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid profile")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    cookie = response.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Path=/identity/callback", "SameSite=lax", "Max-Age=600"))


def test_coming_back_a_second_time_is_of_no_use(place: Place, browser: Browser) -> None:
    talk = place.app.talk()
    address = place.go(browser, talk, "wang")
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert browser.get(address).status_code == 200
    talk.client.delete(f"/api/chat/conversations/{talk.id}/identity", headers=talk.headers)

    browser.client.cookies.set(STATE_COOKIE, state, domain="127.0.0.1", path=CALLBACK)

    assert refused(browser.get(address), "sign_in_stale") and place.binding(talk) is None


def test_what_began_in_one_browser_does_not_end_in_another(place: Place, browser: Browser) -> None:
    talk, other = place.app.talk(), Browser(place.app.url)
    address = place.go(browser, talk, "wang")

    assert refused(other.get(address), "sign_in_stale"), "without a cookie"
    place.begin(other, place.app.talk())
    assert refused(other.get(address), "sign_in_stale"), "with the cookie of a sign-in of its own"
    assert place.binding(talk) is None

    assert browser.get(address).status_code == 200, "the one it began in goes on"
    other.close()


@pytest.mark.parametrize("state", ["", "guessed", "x" * 200, "状态"])
def test_a_state_that_was_not_given_out_is_refused(place: Place, browser: Browser, state: str) -> None:
    if state.isascii():
        browser.client.cookies.set(STATE_COOKIE, state, domain="127.0.0.1", path=CALLBACK)

    response = browser.client.get(CALLBACK, params={"state": state, "code": "guessed"})

    assert refused(response, "sign_in_stale")


@pytest.mark.parametrize("column", ["nonce", "code_verifier"])
def test_a_token_for_another_sign_in_is_refused(place: Place, browser: Browser, column: str) -> None:
    talk = place.app.talk()
    address = place.go(browser, talk, "wang")
    with place.app.services.database.session() as session:
        session.execute(update(IdentitySignInRow).values({column: "another-one-that-is-long-enough-to-be-a-verifier-of-pkce"}))

    assert refused(browser.get(address), "sign_in_failed") and place.binding(talk) is None


def test_a_sign_in_that_takes_too_long_is_over(place: Place, browser: Browser) -> None:
    talk = place.app.talk()
    address = place.go(browser, talk, "wang")
    with place.app.services.database.session() as session:
        session.execute(update(IdentitySignInRow).values(begun_at=now() - timedelta(minutes=11)))

    assert refused(browser.get(address), "sign_in_stale") and place.binding(talk) is None


def test_a_code_that_is_none_and_a_refusal_at_the_provider_bind_nobody(place: Place, browser: Browser) -> None:
    for back in ({"code": "guessed"}, {"error": "access_denied"}):
        talk = place.app.talk()
        url = place.begin(browser, talk).json()["url"]

        response = browser.client.get(CALLBACK, params={"state": parse_qs(urlsplit(url).query)["state"][0], **back})

        assert refused(response, "sign_in_failed") and place.binding(talk) is None


def test_who_is_bound_already_begins_nothing(place: Place, browser: Browser) -> None:
    talk = place.app.talk()
    browser.get(place.go(browser, talk, "wang"))

    response = place.begin(browser, talk)

    assert (response.status_code, error_of(response)["code"]) == (409, "already_bound")


async def test_a_token_that_is_over_by_our_clock_is_refused(place: Place, browser: Browser) -> None:
    talk, services = place.app.talk(), place.app.services
    address = place.go(browser, talk, "wang")
    given = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    later = Clock(now() + timedelta(hours=2))
    with services.database.session() as session:
        session.execute(update(IdentitySignInRow).values(begun_at=later()))
    provider = IdentityProvider(place.provider.settings(), services.database, services.identity.people, later)

    with pytest.raises(BindingRefused) as refusal:
        await provider.finish(given["state"], given["code"], place.redirect_uri)

    assert refusal.value.reason == "sign_in_failed" and place.binding(talk) is None
    provider.close()


def test_a_provider_of_another_name_is_not_there(place: Place, browser: Browser) -> None:
    talk = place.app.talk()

    path = f"/api/chat/conversations/{talk.id}/identity/another"

    assert browser.client.post(path, json={"consent": True}, headers=talk.headers).status_code == 404


async def test_while_the_provider_is_down_nothing_is_begun_and_later_it_goes_on(place: Place) -> None:
    talk, services, clock = place.app.talk(), place.app.services, Clock(now())
    provider = IdentityProvider(place.provider.settings(), services.database, services.identity.people, clock)
    place.provider.stop()

    for _ in range(2):
        with pytest.raises(IdentityProviderUnavailable):
            await provider.begin(talk.id, True, place.redirect_uri)
    place.provider.start(place.redirect_uri)
    with pytest.raises(IdentityProviderUnavailable):  # it is not asked again at once
        await provider.begin(talk.id, True, place.redirect_uri)
    clock.now += LOOK_AGAIN_AFTER

    begun = await provider.begin(talk.id, True, place.redirect_uri)
    assert begun.url.startswith(f"{place.provider.issuer}/auth?")
    provider.close()


def test_who_comes_back_while_the_provider_is_down_is_told_and_may_begin_anew(place: Place, browser: Browser) -> None:
    talk = place.app.talk()
    address = place.go(browser, talk, "wang")
    place.provider.stop()

    page = browser.get(address)

    assert page.status_code == 503 and "登录服务暂时没有回应" in page.text and place.binding(talk) is None
    place.provider.start(place.redirect_uri, claims_in_id_token=True)
    browser.get(place.go(browser, talk, "wang"))
    assert place.binding(talk)
