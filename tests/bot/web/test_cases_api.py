"""The desk's API of cases, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.business.roles import Role
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.desk import Colleague, colleague, desk_services
from tests.fixtures.enterprises import credit_code
from tests.fixtures.running_app import RunningApp, serving
from tests.fixtures.talk import Json

FILING = {"type": "help", "what": "许可证一个月没有结果", "contact_phone": "13800000000", "enterprise_name": "杭州甲有限公司"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with serving(desk_services(tmp_path_factory.mktemp("cases"), EchoAssistant())) as running:
        yield running


@pytest.fixture
def mei(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="梅") as person:
        yield person


def filed(mei: Colleague, **more: object) -> Json:
    case: Json = mei.post("/cases", {**FILING, **more})["case"]
    return case


def test_a_case_is_filed_listed_shown_and_answered(app: RunningApp, mei: Colleague) -> None:
    case = filed(mei, credit_code=credit_code(1))

    (card,) = mei.get("/cases", box="mine", q=case["number"])["cases"]
    assert card["enterprise"] == {"credit_code": credit_code(1), "name": "杭州甲有限公司"}
    assert (card["state"], card["due_on"], card["days_left"], card["is_overdue"]) == ("submitted", "2026-11-30", 5, False)
    path = f"/cases/{case['id']}"
    mei.post(f"{path}/changes", {"transition": "accept", "version": 1})
    after = mei.post(f"{path}/changes", {"transition": "answer", "version": 2, "text": "已办好"})["case"]
    assert (after["state"], after["answer"], after["can"]) == ("answered", "已办好", ["close"])
    assert [event["kind"] for event in mei.get(path)["case"]["events"]] == ["filed", "state", "state"]


def test_a_filing_out_of_a_chat_is_linked_to_it(app: RunningApp, mei: Colleague) -> None:
    talk = app.talk()

    case = filed(mei, conversation_id=talk.id)

    assert case["conversation_id"] == talk.id and case["links"][0]["kind"] == "conversation"
    assert [each["id"] for each in mei.get("/cases", conversation_id=talk.id)["cases"]] == [case["id"]]
    assert talk.history()[-1]["text"].startswith(f"已为您登记诉求{case['number']}")


def test_mistakes_are_named_by_field_in_chinese(mei: Colleague) -> None:
    response = mei.client.post("/api/desk/cases", json={"type": "x", "what": "", "contact_phone": "1"})

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "case_invalid")
    assert error["fields"]["what"] == "请写明是什么事。" and set(error["fields"]) == {"type", "what", "contact_phone"}


def test_refusals_say_why(mei: Colleague) -> None:
    case = filed(mei)
    path = f"/cases/{case['id']}"

    assert mei.refusal("POST", f"{path}/changes", {"transition": "close", "version": 1}) == (
        409, "case_change_refused", "已提交的诉求不能办结，请刷新看看最新情况。",
    )  # fmt: skip
    assert mei.refusal("POST", f"{path}/changes", {"transition": "reject", "version": 1})[2] == "不予受理要写明内容，企业会看到。"
    assert mei.refusal("POST", f"{path}/changes", {"transition": "assign", "version": 1})[2] == "请选择转给哪个部门。"
    assert mei.refusal("POST", f"{path}/changes", {"transition": "burn", "version": 1})[1] == "case_change_refused"
    assert mei.refusal("PATCH", path, {"version": 7, "title": "x"})[:2] == (409, "case_conflict")
    assert mei.refusal("GET", "/cases/nothing-there") == (404, "case_not_found", "找不到这个诉求，或者您没有权限查看。")
    assert mei.refusal("GET", "/cases/%00")[0] == 404


def test_a_department_cannot_tell_a_case_of_others_from_none(app: RunningApp, mei: Colleague) -> None:
    case = filed(mei)
    with colleague(app, Role.DEPARTMENT, department="tax") as tax:
        assert tax.refusal("GET", f"/cases/{case['id']}") == tax.refusal("GET", "/cases/none")
        assert tax.get("/cases", box="all")["cases"] == []
        assert tax.client.get("/api/desk/conversations").status_code == 403

        mei.post(f"/cases/{case['id']}/changes", {"transition": "assign", "version": 1, "department": "tax"})
        shown = tax.get(f"/cases/{case['id']}")["case"]
        assert (shown["can"], shown["conversation_id"], shown["can_edit"]) == (
            ["send_back", "start", "ask_more", "answer"],
            None,
            False,
        )


def test_who_only_reads_sees_the_phone_masked(app: RunningApp, mei: Colleague) -> None:
    case = filed(mei)
    with colleague(app, Role.READONLY) as reader:
        shown = reader.get(f"/cases/{case['id']}")["case"]

    assert (shown["contact"]["phone"], shown["can"]) == ("138****0000", [])


def test_the_setup_has_words_for_every_code(mei: Colleague) -> None:
    setup = mei.get("/cases/setup")

    assert setup["states"]["waiting"] == "待补充" and setup["days"]["consult"] == 2 and len(setup["districts"]) == 13
    assert setup["transitions"]["answer"] == {
        "title": "答复", "needs_text": True, "sources": ["accepted", "assigned", "in_progress"],
    }  # fmt: skip
    assert setup["subjects"]["company_change"] == "公司变更登记"
    assert setup["calendar"]["provisional_from"] == "2027-01-01" and setup["departments"][0]["id"] == "amr"


def test_lists_come_in_pages(mei: Colleague) -> None:
    numbers = {filed(mei, enterprise_name="分页企业")["number"] for _ in range(3)}

    first = mei.get("/cases", q="分页企业", limit=2)
    rest = mei.get("/cases", q="分页企业", limit=2, before=first["next"])

    assert {card["number"] for card in first["cases"] + rest["cases"]} == numbers and rest["next"] is None
    assert len(mei.get("/cases", q="分页企业", before="nonsense")["cases"]) == 3


def test_duplicates_are_shown_before_filing(mei: Colleague) -> None:
    case = filed(mei, credit_code=credit_code(9))

    found = mei.post("/cases/duplicates", {"credit_code": credit_code(9), "what": "许可证"})

    assert [card["id"] for card in found["cases"]] == [case["id"]]
