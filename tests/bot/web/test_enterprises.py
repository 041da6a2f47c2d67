"""Enterprises, people and invitations at the desk."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot.bootstrap import now
from bot.business.roles import Role
from bot.persistence.enterprise_tables import EnterpriseRow
from bot.persistence.tables import AccessLogRow
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.desk import Colleague, colleague
from tests.fixtures.enterprises import credit_code
from tests.fixtures.invitations import new_credit_code, new_enterprise
from tests.fixtures.office import all_of
from tests.fixtures.running_app import RunningApp, services_without_model, serving, with_assistant
from tests.fixtures.talk import Json

MANY = 5_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with serving(with_assistant(services_without_model(tmp_path_factory.mktemp("enterprises")), EchoAssistant())) as running:
        yield running


@pytest.fixture(scope="module")
def mei(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="小梅") as person:
        yield person


def detail(mei: Colleague, credit_code: str) -> Json:
    body: Json = mei.get(f"/enterprises/{credit_code}")["enterprise"]
    return body


def invite(mei: Colleague, credit_code: str) -> Json:
    body: Json = mei.post(f"/enterprises/{credit_code}/invitations", {"role": "handler", "person_name": "王女士"})["invitation"]
    return body


def test_an_enterprise_is_added_once_with_its_code_in_capitals(mei: Colleague) -> None:
    code = new_credit_code()

    added = mei.post("/enterprises", {"credit_code": f" {code.lower()} ", "name": " 杭州新设有限公司 ", "district": "上城区"})

    known = {"credit_code": code, "name": "杭州新设有限公司", "district": "上城区", "cases": 0, "bindings": 0}
    assert added == {"enterprise": known}
    status, refusal, _ = mei.refusal("POST", "/enterprises", {"credit_code": code, "name": "另一个名字"})
    assert (status, refusal) == (409, "enterprise_known")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("credit_code", "91330100MA0000001X"),
        ("credit_code", ""),
        ("credit_code", "\x00"),
        ("name", ""),
        ("name", "某"),
        ("name", "杭州\n有限公司"),
        ("name", "杭" * 129),
        ("district", "上城区\x00"),
        ("district", "区" * 33),
    ],
)
def test_what_is_wrong_with_a_new_enterprise_is_named(mei: Colleague, field: str, value: str) -> None:
    body = {"credit_code": new_credit_code(), "name": "杭州新设有限公司", "district": None, field: value}

    response = mei.client.post("/api/desk/enterprises", json=body)

    assert response.status_code == 422
    assert (response.json()["error"]["code"], response.json()["error"]["field"]) == ("enterprise_invalid", field)


def test_an_invitation_is_shown_once_and_leads_a_person_to_the_enterprise(app: RunningApp, mei: Colleague) -> None:
    # given
    code = new_enterprise(app.services.database)
    new, talk = invite(mei, code), app.talk()
    assert new["link"].endswith(f"/identity/bind#{new['code']}")

    # when
    body = {"code": new["code"], "credit_code": code, "consent": True}
    answered = talk.client.post(f"/api/chat/conversations/{talk.id}/identity", json=body, headers=talk.headers)

    # then
    assert answered.status_code == 200
    shown = detail(mei, code)
    (invitation,) = shown["invitations"]
    assert (invitation["state"], invitation["person_name"], invitation["created_by"]) == ("used", "王女士", "小梅")
    (binding,) = shown["bindings"]
    assert (binding["channel"], binding["role_title"], binding["method"]) == ("widget", "经办人", "invitation")
    assert new["code"] not in str(shown) and talk.id not in str(shown)
    assert mei.refusal("DELETE", f"/invitations/{new['id']}")[:2] == (409, "invitation_used")
    assert [e["bindings"] for e in mei.get("/enterprises", q=code)["enterprises"]] == [1]


def test_an_invitation_and_a_binding_are_taken_back(app: RunningApp, mei: Colleague) -> None:
    code = new_enterprise(app.services.database)
    first, second, talk = invite(mei, code), invite(mei, code), app.talk()
    path, body = f"/api/chat/conversations/{talk.id}/identity", {"credit_code": code, "consent": True}

    assert mei.client.delete(f"/api/desk/invitations/{first['id']}").status_code == 204
    assert talk.client.post(path, json={**body, "code": first["code"]}, headers=talk.headers).status_code == 422
    assert talk.client.post(path, json={**body, "code": second["code"]}, headers=talk.headers).status_code == 200
    (binding,) = detail(mei, code)["bindings"]
    assert mei.client.delete(f"/api/desk/bindings/{binding['id']}").status_code == 204

    assert talk.client.get(path, headers=talk.headers).json()["binding"] is None
    shown = detail(mei, code)
    assert {each["state"] for each in shown["invitations"]} == {"revoked", "used"}
    assert shown["bindings"][0]["revoked_at"]


def test_what_is_not_there_is_not_there(mei: Colleague) -> None:
    for nothing in (new_credit_code(), "nothing", "%00", "😀"):
        assert mei.refusal("GET", f"/enterprises/{nothing}")[:2] == (404, "enterprise_not_found")
        body = {"role": "handler", "person_name": ""}
        assert mei.refusal("POST", f"/enterprises/{nothing}/invitations", body)[:2] == (404, "enterprise_not_found")
        assert mei.refusal("DELETE", f"/invitations/{nothing}")[:2] == (404, "invitation_not_found")
        assert mei.refusal("DELETE", f"/bindings/{nothing}")[:2] == (404, "binding_not_found")
    assert mei.get("/enterprises", q="\x00")["enterprises"] == []
    assert mei.get("/enterprises", before="\x00")["enterprises"] == []


def test_too_many_invitations_in_an_hour_are_refused(app: RunningApp) -> None:
    code = new_enterprise(app.services.database)
    with colleague(app, ready=False) as busy:
        for _ in range(20):
            invite(busy, code)
        body = {"role": "handler", "person_name": ""}
        assert busy.refusal("POST", f"/enterprises/{code}/invitations", body)[:2] == (429, "too_many_invitations")


def test_looking_at_an_enterprise_is_written_down(app: RunningApp, mei: Colleague) -> None:
    code = new_enterprise(app.services.database)

    detail(mei, code)

    looks = [row for row in all_of(app.services.database, AccessLogRow) if row.about == code and row.action == "read_enterprise"]
    assert [row.username for row in looks] == [f"agent:{mei.username}"]


def test_a_department_sees_no_list_of_enterprises(app: RunningApp) -> None:
    with colleague(app, Role.DEPARTMENT, ready=False) as officer:
        assert officer.refusal("GET", "/enterprises")[0] == 403


@pytest.fixture(scope="module")
def many(app: RunningApp) -> None:
    """Many enterprises, among them ten that are easily found."""
    rows = [(credit_code(1_000_000 + n), f"杭州第{n:04}号{'西湖茶叶' if n % 500 == 0 else '贸易'}有限公司") for n in range(MANY)]
    with app.services.database.session() as session:
        session.add_all(EnterpriseRow(credit_code=code, name=name, created_by="cli", created_at=now()) for code, name in rows)
        session.add(
            EnterpriseRow(credit_code=credit_code(999), name="西湖茶叶进出口有限公司", created_by="cli", created_at=now())
        )


def test_a_search_finds_names_that_begin_with_the_words_first(mei: Colleague, many: None) -> None:
    found = [each["name"] for each in mei.get("/enterprises", q="西湖茶叶")["enterprises"]]

    assert found[0] == "西湖茶叶进出口有限公司" and len(found) == 11 and found[1:] == sorted(found[1:])


def test_a_code_or_its_beginning_finds_the_enterprise(mei: Colleague, many: None) -> None:
    code = credit_code(1_000_042)

    assert [each["credit_code"] for each in mei.get("/enterprises", q=code.lower())["enterprises"]] == [code]
    assert code in [each["credit_code"] for each in mei.get("/enterprises", q=code[:15])["enterprises"]]


def test_all_pages_together_show_each_enterprise_once(app: RunningApp, mei: Colleague, many: None) -> None:
    seen: list[str] = []
    page = mei.get("/enterprises", q="第01")
    while True:
        seen += [each["credit_code"] for each in page["enterprises"]]
        if page["next"] is None:
            break
        page = mei.get("/enterprises", q="第01", before=page["next"])

    assert len(seen) == len(set(seen)) == 100


@pytest.mark.parametrize("words", ["", "茶叶", "%", "_", "没有这家", "91330100MA10"])
def test_a_search_among_thousands_is_fast(mei: Colleague, many: None, words: str) -> None:
    began = time.monotonic()
    mei.get("/enterprises", q=words)

    assert time.monotonic() - began < 2.0
