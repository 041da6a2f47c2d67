"""Accounts over HTTP, as an admin's page uses them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.fixtures.people import desk_of
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Json, error_of

PATH = "/api/desk/accounts"


@pytest.fixture(scope="module")
def admin(app: RunningApp) -> Iterator[httpx.Client]:
    with desk_of(app, "admin") as client:
        yield client


def new_name() -> str:
    return f"agent-{uuid.uuid4().hex[:8]}"


def create(admin: httpx.Client, **body: object) -> Json:
    response = admin.post(PATH, json={"username": new_name(), **body})
    assert response.status_code == 201, response.text
    created: Json = response.json()
    return created


def test_a_new_account_comes_with_a_password_that_is_shown_once(app: RunningApp, admin: httpx.Client) -> None:
    body = {"username": new_name(), "display_name": "李四", "role": "supervisor", "languages": ["zh-Hans", "en"], "capacity": 3}
    body |= {"teams": ["ip", "hotline"], "skills": ["patent_infringement"]}

    created = create(admin, **body)

    account = created["account"]
    assert {name: account[name] for name in body} == body
    assert account["disabled"] is False and account["must_change_password"] is True and account["last_seen_at"] is None
    assert account["created_at"].endswith("+00:00")
    listed = admin.get(PATH)
    assert account in listed.json()["accounts"] and created["password"] not in listed.text
    credentials = {"username": body["username"], "password": created["password"]}
    assert httpx.post(f"{app.url}/api/session", json=credentials).json()["must_change_password"] is True


def test_a_name_that_is_taken_is_a_conflict(admin: httpx.Client) -> None:
    taken = create(admin)["account"]["username"]

    response = admin.post(PATH, json={"username": taken})

    assert response.status_code == 409 and error_of(response)["code"] == "username_taken"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "张三"),
        ("username", ""),
        ("username", None),
        ("role", "emperor"),
        ("capacity", 21),
        ("display_name", "x" * 33),
        ("languages", ["klingon"]),
        ("teams", ["moon"]),
        ("teams", ["a\x00"]),
        ("skills", ["credit_repair_apply", "credit_repair_apply"]),
    ],
)
def test_what_cannot_be_is_answered_with_the_field_and_a_sentence(admin: httpx.Client, field: str, value: object) -> None:
    response = admin.post(PATH, json={"username": new_name(), field: value})

    error = response.json()["error"]
    assert response.status_code == 422 and error["code"] == "account_invalid" and error["field"] == field
    assert any("一" <= character <= "鿿" for character in error["message"])


@pytest.mark.parametrize("body", [{"capacity": "many"}, {"teams": "ip"}, {"teams": [1]}, {"disabled": "perhaps"}, {"role": 1}])
def test_what_is_malformed_names_the_field(admin: httpx.Client, body: Json) -> None:
    username = create(admin)["account"]["username"]

    response = admin.patch(f"{PATH}/{username}", json=body)

    assert response.status_code == 422 and next(iter(body)) in error_of(response)["message"]


def test_a_change_touches_what_it_names(admin: httpx.Client) -> None:
    before = create(admin, display_name="李四", capacity=3)["account"]

    after = admin.patch(f"{PATH}/{before['username']}", json={"capacity": 7, "role": None, "username": before["username"]})

    assert after.status_code == 200 and after.json() == {"account": {**before, "capacity": 7}}


def test_a_user_name_stays_for_ever(admin: httpx.Client) -> None:
    username = create(admin)["account"]["username"]

    response = admin.patch(f"{PATH}/{username}", json={"username": new_name()})

    assert response.status_code == 422 and response.json()["error"]["field"] == "username"


def test_disabling_signs_out_at_once(app: RunningApp, admin: httpx.Client) -> None:
    username = create(admin)["account"]["username"]
    with desk_of(app, username) as desk:
        assert desk.get("/api/session").status_code == 200

        assert admin.patch(f"{PATH}/{username}", json={"disabled": True}).json()["account"]["disabled"] is True

        assert desk.get("/api/session").status_code == 401


def test_a_reset_gives_another_password_and_signs_out(app: RunningApp, admin: httpx.Client) -> None:
    created = create(admin)
    username = created["account"]["username"]
    with desk_of(app, username) as desk:
        response = admin.post(f"{PATH}/{username}/password")

        assert response.status_code == 200 and set(response.json()) == {"password"}
        assert response.json()["password"] != created["password"]
        assert desk.get("/api/session").status_code == 401


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "agent"}])
def test_the_last_admin_stays(admin: httpx.Client, change: Json) -> None:
    response = admin.patch(f"{PATH}/admin", json=change)

    assert response.status_code == 409 and error_of(response)["code"] == "last_admin"


@pytest.mark.parametrize("username", ["nobody", "%00", "%F0%9F%98%80"])
def test_an_account_that_is_not_there_is_not_found(admin: httpx.Client, username: str) -> None:
    for response in (admin.patch(f"{PATH}/{username}", json={}), admin.post(f"{PATH}/{username}/password")):
        assert response.status_code == 404 and error_of(response)["code"] == "account_not_found"


def test_a_role_that_changes_holds_from_the_next_call_on(app: RunningApp, admin: httpx.Client) -> None:
    username = create(admin, role="admin")["account"]["username"]
    given = admin.post(f"{PATH}/{username}/password").json()["password"]
    with httpx.Client(base_url=app.url) as desk:
        desk.post("/api/session", json={"username": username, "password": given})
        desk.put("/api/session/password", json={"old": given, "new": "a password of my own"})
        assert desk.get(PATH).status_code == 200

        admin.patch(f"{PATH}/{username}", json={"role": "agent"})

        assert error_of(desk.get(PATH))["code"] == "forbidden"
