"""Who may call what: every route stands in the table, and what the table says holds for every role and for strangers.

A new route gets a row here: method (WS for a stream, FILES for a folder), path, who may, and for a call with a body a good one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from bot.bootstrap import DESK_DIST, WIDGET_DIST, build_app
from bot.business.roles import Permission, Role, permissions_of
from tests.fixtures.people import add_person, cookie_header, session_of
from tests.fixtures.running_app import RunningApp, services_without_model, serving
from tests.fixtures.talk import Json, error_of


def _with(permission: Permission) -> frozenset[Role]:
    return frozenset(role for role in Role if permission in permissions_of(role))


CASES, READ, TALK, SUPERVISE, ADMINISTER = (_with(permission) for permission in Permission)
WATCH = SUPERVISE | {Role.READONLY}
"""Who looks at everybody's figures."""
ANYBODY = "anybody"
OWN_TOKEN = "own token"
"""Opened by something other than signing in: without it, there is nothing there."""
ONE_TIME = "signed in, be it with a one-time password"


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    who: frozenset[Role] | str
    body: Json | None = None

    @property
    def is_desk(self) -> bool:
        return isinstance(self.who, frozenset)

    @property
    def is_guarded(self) -> bool:
        """Whether other sites' pages must be kept from it."""
        return self.path.startswith(("/api/session", "/api/desk")) and self.method not in ("GET", "WS")

    @property
    def filled(self) -> str:
        """The path with something in its gaps that is not there."""
        return re.sub(r"{[^}]*}", "nothing-there", self.path)


ANSWER = TALK | {Role.DEPARTMENT}
"""Who may change a case that they may see."""
CHAT, DESK = "/api/chat/conversations", "/api/desk"
ONE = f"{DESK}/conversations/{{conversation_id}}"
ONE_CASE = f"{DESK}/cases/{{case_id}}"
CANNED_REPLY = {"shortcut": "hello", "title": "问候", "text": "您好", "shared": False}
NEW_PASSWORD = {"old": "not the old one", "new": "weak"}
TABLE = (
    # the desk
    Row("GET", f"{DESK}/setup", READ),
    Row("GET", f"{DESK}/conversations", READ),
    Row("GET", ONE, READ),
    Row("POST", f"{ONE}/take", TALK, {}),
    Row("POST", f"{ONE}/assign", SUPERVISE, {"username": "agent"}),
    Row("POST", f"{ONE}/transfer", TALK, {"team": "hotline", "note": ""}),
    Row("POST", f"{ONE}/return", TALK, {"hint": "", "passage": None}),
    Row("POST", f"{ONE}/close", TALK, {"result": "solved", "note": "", "survey": True}),
    Row("POST", f"{ONE}/done", TALK, {"note": ""}),
    Row("POST", f"{ONE}/messages", TALK, {"text": "您好", "client_message_id": "1", "passages": []}),
    Row("POST", f"{ONE}/notes", TALK, {"text": "已回电"}),
    Row("PUT", f"{ONE}/tags", TALK, {"tags": ["信用修复"]}),
    Row("GET", f"{ONE}/attachments/{{attachment_id}}", READ),
    Row("GET", f"{ONE}/delivery", READ),
    Row("GET", f"{DESK}/articles", READ),
    Row("GET", f"{DESK}/canned-replies", READ),
    Row("POST", f"{DESK}/canned-replies", TALK, CANNED_REPLY),
    Row("PUT", f"{DESK}/canned-replies/{{reply_id}}", TALK, CANNED_REPLY),
    Row("DELETE", f"{DESK}/canned-replies/{{reply_id}}", TALK),
    Row("PUT", f"{DESK}/presence", TALK, {"state": "away", "takes_automatically": False}),
    Row("GET", f"{DESK}/overview", WATCH),
    Row("GET", f"{DESK}/tasks", READ),
    Row("GET", f"{DESK}/tasks/overview", READ),
    Row("GET", f"{DESK}/tasks/export.xlsx", READ),
    Row("GET", f"{DESK}/tasks/{{task_id}}", READ),
    Row("PATCH", f"{DESK}/tasks/{{task_id}}", SUPERVISE, {"version": 0, "lead_unit": "市司法局"}),
    Row("POST", f"{DESK}/tasks/{{task_id}}/progress", SUPERVISE, {"on": "2026-11-20", "note": "已启动", "evidence": "会议纪要"}),
    Row("DELETE", f"{DESK}/tasks/{{task_id}}/progress/{{progress_id}}", SUPERVISE),
    Row("POST", f"{DESK}/tasks/import", SUPERVISE),
    Row("POST", f"{DESK}/tasks/import/{{token}}", SUPERVISE, {}),
    Row("WS", f"{DESK}/stream", READ),
    Row("GET", f"{DESK}/accounts", ADMINISTER),
    Row("POST", f"{DESK}/accounts", ADMINISTER, {"username": "new.colleague", "role": "agent"}),
    Row("PATCH", f"{DESK}/accounts/{{username}}", ADMINISTER, {"capacity": 3}),
    Row("POST", f"{DESK}/accounts/{{username}}/password", ADMINISTER, {}),
    # cases
    Row("GET", f"{DESK}/cases", CASES),
    Row("GET", f"{DESK}/cases/setup", CASES),
    Row("POST", f"{DESK}/cases", TALK, {"type": "consult", "what": "咨询"}),
    Row("POST", f"{DESK}/cases/duplicates", TALK, {"enterprise_name": "杭州某某有限公司"}),
    Row("GET", ONE_CASE, CASES),
    Row("PATCH", ONE_CASE, TALK, {"version": 1, "title": "新标题"}),
    Row("POST", f"{ONE_CASE}/changes", ANSWER, {"transition": "answer", "version": 1, "text": "答复"}),
    Row("POST", f"{ONE_CASE}/notes", ANSWER, {"text": "备注"}),
    Row("POST", f"{ONE_CASE}/links", TALK, {"kind": "task", "target": "ZH-01"}),
    Row("DELETE", f"{ONE_CASE}/links/{{link_id}}", TALK),
    Row("GET", f"{DESK}/demand", SUPERVISE),
    Row("GET", f"{DESK}/demand/{{item_id}}", SUPERVISE),
    Row("POST", f"{DESK}/demand/{{item_id}}/changes", SUPERVISE, {"transition": "accept", "version": 1}),
    Row("GET", f"{DESK}/enterprises", READ),
    Row("POST", f"{DESK}/enterprises", TALK, {"credit_code": "91330100799655058B", "name": "示例公司", "district": None}),
    Row("GET", f"{DESK}/enterprises/{{credit_code}}", READ),
    Row("POST", f"{DESK}/enterprises/{{credit_code}}/invitations", TALK, {"role": "handler", "person_name": "王女士"}),
    Row("DELETE", f"{DESK}/invitations/{{invitation_id}}", TALK),
    Row("DELETE", f"{DESK}/bindings/{{binding_id}}", TALK),
    # signing in
    Row("POST", "/api/session", ANYBODY, {}),
    Row("GET", "/api/session", ONE_TIME),
    Row("DELETE", "/api/session", ANYBODY),
    Row("PUT", "/api/session/password", ONE_TIME, NEW_PASSWORD),
    # the chat
    Row("POST", CHAT, ANYBODY, {}),
    Row("POST", f"{CHAT}/{{conversation_id}}/messages", OWN_TOKEN, {"text": "你好", "client_message_id": "1"}),
    Row("GET", f"{CHAT}/{{conversation_id}}/messages", OWN_TOKEN),
    Row("GET", f"{CHAT}/{{conversation_id}}/attachments/{{attachment_id}}", OWN_TOKEN),
    Row("WS", f"{CHAT}/{{conversation_id}}/stream", OWN_TOKEN),
    Row("GET", f"{CHAT}/{{conversation_id}}/identity", OWN_TOKEN),
    Row("POST", f"{CHAT}/{{conversation_id}}/identity", OWN_TOKEN, {"credit_code": "", "code": "", "consent": True}),
    Row("DELETE", f"{CHAT}/{{conversation_id}}/identity", OWN_TOKEN),
    Row("POST", f"{CHAT}/{{conversation_id}}/identity/{{provider}}", OWN_TOKEN, {"consent": True}),
    Row("GET", "/identity/callback", OWN_TOKEN),
    # WeChat: a signature opens it; here no account is connected
    Row("GET", "/wechat", OWN_TOKEN),
    Row("POST", "/wechat", OWN_TOKEN, {}),
    Row("GET", "/wechat/h5", OWN_TOKEN),
    Row("GET", "/wechat/h5/callback", OWN_TOKEN),
    Row("POST", "/api/chat/wechat-conversation", OWN_TOKEN, {}),
    Row("GET", "/{file}.txt", OWN_TOKEN),
    # what everybody may see
    Row("GET", "/", ANYBODY),
    Row("GET", "/articles/{article_id}", ANYBODY),
    Row("GET", "/tasks/{task_id}", ANYBODY),
    Row("GET", "/notes/{note_id}", ANYBODY),
    Row("GET", "/identity/bind", ANYBODY),
    Row("GET", "/openapi.json", ANYBODY),
    Row("GET", "/healthz", ANYBODY),
    Row("GET", "/readyz", ANYBODY),
    Row("GET", "/metrics", ANYBODY),
    Row("FILES", "/widget", ANYBODY),
    Row("FILES", "/desk", ANYBODY),
)
CALLS = [row for row in TABLE if row.method not in ("WS", "FILES")]
STREAMS = [row for row in TABLE if row.method == "WS"]
GUARDED = [row for row in CALLS if row.is_guarded]
TURNED_AWAY = {"unauthorized", "forbidden", "password_change_required", "cross_site", "json_expected"}
STRANGERS = ("nobody", "forged", "expired", "disabled")
CLOSED_SIGNED_OUT, CLOSED_FORBIDDEN = 4401, 4403
UNBUILT = {("FILES", path) for path, dist in (("/widget", WIDGET_DIST), ("/desk", DESK_DIST)) if not dist.is_dir()}
each = pytest.mark.parametrize


def named(row: Row) -> str:
    return f"{row.method} {row.path}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """With a person of each role, one with a one-time password, and one whose account is disabled while their session is not."""
    services = services_without_model(tmp_path_factory.mktemp("permissions"))
    for role in Role:
        add_person(services.database, role.value, role)
    add_person(services.database, "newcomer", Role.ADMIN, must_change_password=True)
    add_person(services.database, "disabled", Role.ADMIN, disabled=True)
    with serving(services) as running:
        yield running


def headers_of(app: RunningApp, who: str) -> dict[str, str]:
    """Return the headers of a call by a person with a session of its own, or by a stranger."""
    if who == "nobody":
        return {}
    if who == "forged":
        return cookie_header("guessed-by-somebody")
    if who == "expired":
        return cookie_header(session_of(app.services.database, "admin", left=timedelta(seconds=-1)))
    return cookie_header(session_of(app.services.database, who))


def call(app: RunningApp, row: Row, who: str = "nobody", **headers: str) -> httpx.Response:
    return app.client.request(row.method, row.filled, json=row.body, headers={**headers_of(app, who), **headers})


def code_of(response: httpx.Response) -> str:
    """Return the error's code, "" of what is no error."""
    assert response.status_code < 500 or response.url.path == "/readyz", response.text
    is_error = response.status_code >= 400 and response.headers.get("content-type") == "application/json"
    return str(response.json().get("error", {}).get("code", "")) if is_error else ""


def closing_code_of(app: RunningApp, row: Row, headers: dict[str, str], first: Json | None = None) -> int | None:
    """Return with which code the stream was closed at once, None when it stays open."""
    address = f"{app.url.replace('http', 'ws')}{row.filled}"
    with connect(address, additional_headers=headers) as socket:
        try:
            if first is not None:
                socket.send(json.dumps(first))
            socket.recv(10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    return None


# the table itself


def test_every_route_stands_in_the_table_and_every_row_is_a_route(app: RunningApp) -> None:
    routes: list[tuple[str, str]] = []
    for context in iter_route_contexts(build_app(app.services).routes):
        kind = type(context.original_route).__name__
        methods: Any = {"Mount": {"FILES"}, "APIWebSocketRoute": {"WS"}}.get(kind) or context.methods
        routes += [(method, str(context.path)) for method in methods - {"HEAD"}]

    assert sorted(routes) == sorted({(row.method, row.path) for row in TABLE} - UNBUILT)


def test_no_route_stands_in_the_table_twice_and_each_desk_route_is_somebodys() -> None:
    assert len({named(row) for row in TABLE}) == len(TABLE)
    assert [named(row) for row in TABLE if row.path.startswith(DESK) and not row.is_desk] == []


# those who are signed in


@each("role", list(Role))
@each("row", [row for row in CALLS if row.is_desk], ids=named)
def test_a_desk_route_is_open_to_the_roles_of_the_table_and_to_no_other(app: RunningApp, row: Row, role: Role) -> None:
    response = call(app, row, role.value)

    if role in row.who:
        assert code_of(response) not in TURNED_AWAY
    else:
        assert (response.status_code, error_of(response)["code"]) == (403, "forbidden")


@each("row", [row for row in CALLS if row.is_desk], ids=named)
def test_a_one_time_password_opens_no_desk_route(app: RunningApp, row: Row) -> None:
    response = call(app, row, "newcomer")

    assert (response.status_code, error_of(response)["code"]) == (403, "password_change_required")


@each("who", ["newcomer", *Role])
@each("row", [row for row in CALLS if row.who == ONE_TIME], ids=named)
def test_who_is_signed_in_sees_themselves_and_changes_their_password(app: RunningApp, row: Row, who: str) -> None:
    assert code_of(call(app, row, who)) not in TURNED_AWAY


# strangers


@each("who", STRANGERS)
@each("row", [row for row in CALLS if row.is_desk or row.who == ONE_TIME], ids=named)
def test_a_stranger_is_asked_to_sign_in(app: RunningApp, row: Row, who: str) -> None:
    response = call(app, row, who)

    assert (response.status_code, error_of(response)["code"]) == (401, "unauthorized")


@each("row", [row for row in CALLS if row.who == ANYBODY], ids=named)
def test_what_anybody_may_see_asks_nobody_to_sign_in(app: RunningApp, row: Row) -> None:
    for who in ("nobody", "forged", "disabled"):
        assert code_of(call(app, row, who)) not in TURNED_AWAY


@each("row", [row for row in CALLS if row.who == OWN_TOKEN], ids=named)
def test_what_has_a_token_of_its_own_is_not_there_without_it_be_it_for_an_admin(app: RunningApp, row: Row) -> None:
    for who in ("nobody", "admin"):
        assert call(app, row, who).status_code == 404
    assert call(app, row, Authorization="Bearer guessed").status_code == 404


# other sites' pages


@each("row", GUARDED, ids=named)
@each(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
    ],
    ids=str,
)
def test_another_sites_page_changes_nothing(app: RunningApp, row: Row, headers: dict[str, str]) -> None:
    response = call(app, row, "admin", **{name: value.replace("{own}", app.url) for name, value in headers.items()})

    assert (response.status_code, error_of(response)["code"]) == (403, "cross_site")


@each("row", [row for row in GUARDED if row.body is not None], ids=named)
@each("content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""])
def test_what_a_plain_form_could_send_changes_nothing(app: RunningApp, row: Row, content_type: str) -> None:
    headers = {**headers_of(app, "admin"), "Content-Type": content_type}

    response = app.client.request(row.method, row.filled, content=json.dumps(row.body), headers=headers)

    assert (response.status_code, error_of(response)["code"]) == (415, "json_expected")


# streams


@each("role", list(Role))
@each("row", [row for row in STREAMS if row.is_desk], ids=named)
def test_a_desk_stream_is_open_to_the_roles_of_the_table_and_to_no_other(app: RunningApp, row: Row, role: Role) -> None:
    code = closing_code_of(app, row, {**headers_of(app, role.value), "Origin": app.url})

    assert code == (None if role in row.who else CLOSED_FORBIDDEN)


@each("who", [*STRANGERS, "newcomer"])
@each("row", [row for row in STREAMS if row.is_desk], ids=named)
def test_a_desk_stream_closes_for_who_may_not_use_the_desk(app: RunningApp, row: Row, who: str) -> None:
    assert closing_code_of(app, row, {**headers_of(app, who), "Origin": app.url}) == CLOSED_SIGNED_OUT


@each("row", [row for row in STREAMS if row.is_desk], ids=named)
def test_a_desk_stream_closes_for_another_sites_page(app: RunningApp, row: Row) -> None:
    code = closing_code_of(app, row, {**headers_of(app, "admin"), "Origin": "https://evil.example"})

    assert code == CLOSED_FORBIDDEN


@each("row", [row for row in STREAMS if row.who == OWN_TOKEN], ids=named)
def test_a_stream_with_a_token_of_its_own_closes_without_it_be_it_for_an_admin(app: RunningApp, row: Row) -> None:
    hello = {"type": "hello", "token": "guessed", "after": 0}

    assert closing_code_of(app, row, headers_of(app, "admin"), hello) == CLOSED_SIGNED_OUT
