"""Signing in and out of the desk."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.bootstrap import now
from bot.business.roles import Role
from bot.persistence.tables import AgentPresenceRow, SessionRow, UserRow
from bot.services import accounts
from bot.services.accounts import AccountChange, KnownNames, create_first_admin
from bot.settings import Secret
from bot.web.session import COOKIE
from tests.bot.web.conftest import PASSWORD
from tests.fixtures.people import add_person, cookie_header, desk_of, session_of
from tests.fixtures.running_app import RunningApp, services_without_model, serving
from tests.fixtures.talk import Json, error_of


def sign_in(app: RunningApp, username: str = "admin", password: str = PASSWORD, **headers: str) -> httpx.Response:
    return httpx.post(f"{app.url}/api/session", json={"username": username, "password": password}, headers=headers)


def newcomer(app: RunningApp) -> tuple[str, str]:
    """Return the user name and the one-time password of a new agent."""
    username = f"agent-{uuid.uuid4().hex[:8]}"
    made = accounts.create_account(app.services.database, username, AccountChange(), KnownNames(), now())
    return username, made.password.value


def me(app: RunningApp, token: str) -> httpx.Response:
    return app.client.get("/api/session", headers=cookie_header(token))


def test_the_admin_signs_in_with_a_cookie_that_no_script_can_read(app: RunningApp) -> None:
    response = sign_in(app)

    assert response.status_code == 200
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE) and "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert "secure" not in cookie, "this came by http, and a browser would not keep it"
    assert (
        response.json()
        == me(app, response.cookies[COOKIE]).json()
        == {
            "username": "admin",
            "display_name": "管理员",
            "role": "admin",
            "department": None,
            "teams": [],
            "skills": [],
            "languages": [],
            "capacity": 5,
            "must_change_password": False,
            "presence": {"state": "away", "takes_automatically": False},
            "permissions": ["cases", "read", "talk", "supervise", "administer"],
        }
    )


def test_everybody_sees_who_they_are_with_their_team_and_presence(app: RunningApp) -> None:
    add_person(
        app.services.database, "wangwu", Role.READONLY, display_name="王五", teams=["hotline"], languages=["en"], capacity=2
    )
    with app.services.database.session() as session:
        session.add(AgentPresenceRow(username="wangwu", state="ready", takes_automatically=True))

    with desk_of(app, "wangwu") as desk:
        shown: Json = desk.get("/api/session").json()

    assert shown["teams"] == [{"id": "hotline", "title": "综合服务组"}]
    assert (shown["display_name"], shown["role"], shown["permissions"]) == ("王五", "readonly", ["cases", "read"])
    assert (shown["capacity"], shown["languages"]) == (2, ["en"])
    assert shown["presence"] == {"state": "ready", "takes_automatically": True}


def test_behind_a_proxy_that_speaks_https_the_cookie_goes_by_https_only(app: RunningApp) -> None:
    response = sign_in(app, **{"X-Forwarded-Proto": "https"})

    assert "secure" in response.headers["set-cookie"].lower()


def test_at_our_public_address_the_cookie_goes_by_https_only_whatever_the_proxy_says(tmp_path: Path) -> None:
    services = services_without_model(tmp_path)
    create_first_admin(services.database, Secret(PASSWORD), now())
    public = replace(services, settings=replace(services.settings, public_url="https://ask.example.cn"))

    with serving(public) as app:
        outside, inside = sign_in(app, Host="ask.example.cn"), sign_in(app)

    assert "secure" in outside.headers["set-cookie"].lower() and "secure" not in inside.headers["set-cookie"].lower()


def test_signing_in_again_ends_the_session_that_the_browser_had(app: RunningApp) -> None:
    before = sign_in(app).cookies[COOKIE]

    after = sign_in(app, **cookie_header(before)).cookies[COOKIE]

    assert me(app, before).status_code == 401 and me(app, after).status_code == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [("admin", "wrong"), ("admin", ""), ("nobody", PASSWORD), ("ADMIN' --", "x"), ("\x00", "x"), ("admin", "x" * 1024)],
)
def test_a_wrong_password_and_an_unknown_user_are_the_same_refusal(app: RunningApp, username: str, password: str) -> None:
    response = sign_in(app, username, password)

    assert response.status_code == 401
    assert error_of(response) == {"code": "sign_in_refused", "message": "用户名或密码不对。"}
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "body", [{}, {"username": "admin"}, {"username": 1, "password": "x"}, {"username": "x" * 65, "password": "x"}]
)
def test_a_malformed_sign_in_is_named(app: RunningApp, body: object) -> None:
    response = httpx.post(f"{app.url}/api/session", json=body)

    assert response.status_code == 422
    error_of(response)


def test_a_password_is_not_repeated_in_an_error(app: RunningApp) -> None:
    response = httpx.post(f"{app.url}/api/session", json={"username": ["x"], "password": "geheim-77"})

    assert "geheim-77" not in response.text


def test_after_five_wrong_passwords_the_reader_learns_when_to_try_again(app: RunningApp) -> None:
    username, password = newcomer(app)
    for _ in range(5):
        assert sign_in(app, username, "wrong").status_code == 401

    response = sign_in(app, username, password)

    assert response.status_code == 429 and error_of(response)["code"] == "sign_in_locked"
    assert 890 < int(response.headers["retry-after"]) <= 900 and "15分钟" in error_of(response)["message"]


def test_a_one_time_password_is_changed_before_anything_else(app: RunningApp) -> None:
    # given
    username, password = newcomer(app)
    headers = cookie_header(sign_in(app, username, password).cookies[COOKIE])
    delivery = "/api/desk/conversations/x/delivery"
    assert error_of(app.client.get(delivery, headers=headers))["code"] == "password_change_required"

    # when
    change = {"old": password, "new": "杭州的春天很美丽呀真的"}
    response = app.client.put("/api/session/password", json=change, headers=headers)

    # then
    assert response.status_code == 204 and response.content == b""
    assert app.client.get("/api/session", headers=headers).json()["must_change_password"] is False
    assert app.client.get(delivery, headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("new", "says"),
    [("short", "10个字符"), ("x" * 300, "256个字符"), ("qwertyuiop", "太常见"), ("admin12345", "用户名"), (PASSWORD, "一样")],
)
def test_a_weak_new_password_is_refused_with_the_reason(app: RunningApp, new: str, says: str) -> None:
    headers = cookie_header(session_of(app.services.database, "admin"))

    response = app.client.put("/api/session/password", json={"old": PASSWORD, "new": new}, headers=headers)

    assert response.status_code == 422 and error_of(response)["code"] == "password_weak"
    assert says in error_of(response)["message"]


def test_a_wrong_old_password_is_refused(app: RunningApp) -> None:
    headers = cookie_header(session_of(app.services.database, "admin"))

    response = app.client.put("/api/session/password", json={"old": "wrong", "new": "something else"}, headers=headers)

    assert response.status_code == 401 and error_of(response)["code"] == "sign_in_refused"


def test_signing_out_ends_the_session_in_the_store(app: RunningApp) -> None:
    token = sign_in(app).cookies[COOKIE]
    with app.services.database.session() as session:
        before = len(session.scalars(select(SessionRow)).all())

    assert httpx.delete(f"{app.url}/api/session", cookies={COOKIE: token}).status_code == 204
    assert httpx.delete(f"{app.url}/api/session", cookies={COOKIE: token}).status_code == 204, "twice does no harm"
    with app.services.database.session() as session:
        assert len(session.scalars(select(SessionRow)).all()) == before - 1


def test_neither_password_nor_token_is_stored_in_clear(app: RunningApp) -> None:
    token = sign_in(app).cookies[COOKIE]

    with app.services.database.session() as session:
        assert session.get_one(UserRow, "admin").password_hash.startswith("$argon2id$")
        assert token not in {row.token_sha256 for row in session.scalars(select(SessionRow))}
