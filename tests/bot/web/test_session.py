"""Signing in and out of the desk."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from bot.persistence.tables import SessionRow, UserRow
from bot.web.session import COOKIE
from tests.bot.web.conftest import PASSWORD
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import error_of


def sign_in(app: RunningApp, username: str = "admin", password: str = PASSWORD) -> httpx.Response:
    return httpx.post(f"{app.url}/api/session", json={"username": username, "password": password})


def test_the_admin_signs_in_with_a_cookie_that_no_script_can_read(app: RunningApp) -> None:
    response = sign_in(app)

    assert response.status_code == 200 and response.json() == {"username": "admin"}
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE) and "httponly" in cookie and "samesite=strict" in cookie


@pytest.mark.parametrize(
    ("username", "password"), [("admin", "wrong"), ("admin", ""), ("nobody", PASSWORD), ("ADMIN' --", "x"), ("\x00", "x")]
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
        assert session.scalars(select(UserRow)).one().password_hash.startswith("$argon2id$")
        assert token not in {row.token_sha256 for row in session.scalars(select(SessionRow))}
