"""Keeping other sites' pages from using a signed-in browser."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from bot.web.cross_site import is_own_origin
from tests.fixtures.people import cookie_header, session_of
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import error_of

OWN = {"host": "desk.example.cn:8443"}
PUBLIC_URL = "https://ask.example.cn/hotline"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://a-proxy-changed.example"},
        {"Origin": "https://desk.example.cn:8443"},
        {"Origin": "http://desk.example.cn:8443"},
        {"Origin": "https://ask.example.cn"},
        {},
    ],
    ids=str,
)
def test_our_own_pages_and_what_is_no_browser_may(headers: dict[str, str]) -> None:
    assert is_own_origin(Headers({**OWN, **headers}), PUBLIC_URL)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://desk.example.cn:8443"},
        {"Origin": "https://desk.example.cn"},
        {"Origin": "https://desk.example.cn:8443.evil.example"},
        {"Origin": "https://evil.example/desk.example.cn:8443"},
        {"Origin": "http://ask.example.cn"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://"},
        {"Origin": "://"},
        {"Origin": "http://[::1"},
    ],
    ids=str,
)
def test_another_sites_pages_may_not(headers: dict[str, str]) -> None:
    assert not is_own_origin(Headers({**OWN, **headers}), PUBLIC_URL)
    assert not is_own_origin(Headers({**OWN, **headers}), "")


def test_without_a_host_no_origin_is_ours() -> None:
    assert not is_own_origin({"origin": "https://"}, "")
    assert not is_own_origin({"origin": "https://desk.example.cn"}, "")


def test_a_page_of_ours_signs_in_and_out_and_one_of_another_site_does_not(app: RunningApp) -> None:
    headers = cookie_header(session_of(app.services.database, "admin"))

    refused = app.client.delete("/api/session", headers={**headers, "Origin": "https://evil.example"})
    assert refused.status_code == 403 and error_of(refused)["code"] == "cross_site"
    assert app.client.get("/api/session", headers=headers).status_code == 200

    assert app.client.delete("/api/session", headers={**headers, "Origin": app.url}).status_code == 204
    assert app.client.get("/api/session", headers=headers).status_code == 401


def test_the_chat_is_open_to_the_pages_that_embed_it(app: RunningApp) -> None:
    headers = {"Origin": "https://a-customer.example", "Sec-Fetch-Site": "cross-site"}

    assert app.client.post("/api/chat/conversations", json={}, headers=headers).status_code == 201


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_known_by_its_name_however_it_is_written(app: RunningApp, content_type: str) -> None:
    response = app.client.post("/api/session", content=b"{}", headers={"Content-Type": content_type})

    assert response.status_code == 422


def test_what_has_no_body_needs_no_type(app: RunningApp) -> None:
    headers = cookie_header(session_of(app.services.database, "admin"))

    assert app.client.post("/api/desk/accounts/nobody/password", headers=headers).status_code == 404


def test_a_body_of_unknown_length_is_a_body(app: RunningApp) -> None:
    def pieces():
        yield b"username=admin"

    response = app.client.post("/api/session", content=pieces(), headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert response.status_code == 415 and error_of(response)["code"] == "json_expected"
