"""The task database over HTTP: what the desk's pages get, and what comes back from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bot.business.roles import Role
from bot.services.task_file import MAX_FILE_BYTES
from bot.web.tasks import XLSX
from tests.fixtures.desk import Colleague, colleague, desk_services
from tests.fixtures.office import DeskAssistant
from tests.fixtures.running_app import RunningApp, serving
from tests.fixtures.talk import Json, error_of
from tests.fixtures.task_book import filled, load_report

CARD = {
    "id", "environment", "environment_title", "name", "measure", "metric", "comparison", "target_value", "target_mid",
    "target_stretch", "unit", "rank_goal", "deadline", "status", "lead_unit", "leader", "team", "due_on", "paragraph", "light",
    "light_reason", "latest", "completion", "version", "page_url", "cases",
}  # fmt: skip
DETAIL = CARD | {"evidence", "source", "started_on", "report", "additions", "progress", "changes", "sources"}
TASKS = "/api/desk/tasks"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with ExitStack() as stack:
        services = desk_services(tmp_path_factory.mktemp("tasks"), DeskAssistant())
        load_report(services.database)
        yield stack.enter_context(serving(services))


@pytest.fixture
def chief(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, Role.SUPERVISOR, display_name="陈主管") as person:
        yield person


def task(chief: Colleague, task_id: str) -> Json:
    found: Json = chief.get(f"/tasks/{task_id}")["task"]
    return found


def patch(chief: Colleague, task_id: str, **body: Any) -> httpx.Response:
    return chief.client.patch(f"{TASKS}/{task_id}", json=body)


def upload(chief: Colleague, content: Any, content_type: str = XLSX) -> httpx.Response:
    return chief.client.post(f"{TASKS}/import", content=content, headers={"Content-Type": content_type})


def test_the_table_gives_cards_and_counts(chief: Colleague) -> None:
    listed = chief.get("/tasks", environment="法治", q="知识产权", has_target=True, sort="light")

    (card,) = listed["tasks"]
    assert set(card) == CARD
    assert (card["id"], card["target_value"], card["unit"], card["lead_unit"]) == ("FZ-13", "95", "%", "")
    assert (card["light"], card["completion"], card["latest"]) == ("grey", None, None)
    assert set(listed["counts"]["lights"]) == {"red", "yellow", "green", "done", "grey"}
    assert sum(listed["counts"]["environments"].values()) >= 1
    assert len(chief.get("/tasks", environment="", status="", light="", list="", q="")["tasks"]) == 120


def test_a_task_with_steps_gives_them(chief: Colleague) -> None:
    card = task(chief, "ZH-24")

    assert (card["target_value"], card["target_mid"], card["target_stretch"]) == ("5", "4", "3")


def test_a_change_and_a_progress_entry_come_back_with_their_history(chief: Colleague) -> None:
    assert set(task(chief, "ZW-20")) == DETAIL

    changed = patch(
        chief, "ZW-20", version=0, lead_unit="市财政局", due_on="2026-12-31", started_on="2026-01-01", team=["税务局"]
    )
    assert changed.status_code == 200
    added = chief.post("/tasks/ZW-20/progress", {"on": "2026-10-31", "value": "480", "evidence": "财政局月报"})["task"]

    assert (added["version"], added["lead_unit"], added["light"], added["completion"]) == (1, "市财政局", "green", 0.96)
    assert added["report"] == {"lead_unit": "", "status": "计划", "deadline": "全年(2023)"}
    assert added["latest"] == {"on": "2026-10-31", "value": "480", "note": "", "evidence": "财政局月报"}
    (entry,) = added["progress"]
    assert (entry["author_name"], entry["withdrawn_at"]) == ("陈主管", None)
    assert added["changes"][0]["changes"]["lead_unit"] == ["", "市财政局"]
    assert added["additions"]["updated_by_name"] == "陈主管"

    gone = chief.client.delete(f"{TASKS}/ZW-20/progress/{entry['id']}").json()["task"]

    assert gone["progress"][0]["withdrawn_by_name"] == "陈主管"
    assert (gone["latest"], gone["light"]) == (None, "grey")


def test_null_and_the_empty_text_empty_a_field_and_what_is_left_out_stays(chief: Colleague) -> None:
    patch(chief, "FZ-01", version=0, lead_unit="市司法局", due_on="2026-12-31", team=["甲"], leader="王局长")

    emptied = patch(chief, "FZ-01", version=1, lead_unit="", due_on=None, team=None).json()["task"]

    assert (emptied["lead_unit"], emptied["due_on"], emptied["team"], emptied["leader"]) == ("", None, [], "王局长")


def test_a_conflict_a_mistake_and_an_unknown_task_are_told_in_chinese(chief: Colleague) -> None:
    patch(chief, "FZ-02", version=0, lead_unit="市司法局")

    assert chief.refusal("PATCH", "/tasks/FZ-02", {"version": 0, "lead_unit": "乙"}) == (
        409, "task_conflict", "这项任务刚刚有人改过，请刷新后再改；您填的内容没有保存。",
    )  # fmt: skip
    wrong = patch(chief, "FZ-02", version=1, state="快了", leader="长" * 99)
    assert (wrong.status_code, wrong.json()["error"]["code"], set(wrong.json()["error"]["fields"])) == (
        422, "task_invalid", {"state", "leader"},
    )  # fmt: skip
    assert chief.refusal("GET", "/tasks/XX-99")[:2] == chief.refusal("GET", "/tasks/%00")[:2] == (404, "task_not_found")
    unproven = chief.client.post(f"{TASKS}/FZ-02/progress", json={"on": "2026-10-01", "note": "好"})
    assert (unproven.status_code, list(unproven.json()["error"]["fields"])) == (422, ["evidence"])
    assert chief.refusal("POST", "/tasks/FZ-02/progress", {"on": "昨天", "note": "好"})[:2] == (422, "request_invalid")
    assert chief.refusal("GET", "/tasks?sort=random")[:2] == (422, "request_invalid")


def test_the_overview_holds_lights_ends_newest_progress_and_the_four_lists(chief: Colleague) -> None:
    chief.post("/tasks/FZ-13/progress", {"on": "2026-10-31", "value": "94.2", "evidence": "半年报"})

    overview = chief.get("/tasks/overview")

    assert set(overview) == {"lights", "due", "with_target", "total", "behind", "latest", "lists"}
    assert [row["environment"] for row in overview["lights"]] == ["综合", "政务", "法治", "市场", "经济生态", "人文"]
    assert overview["latest"][0] | {"note": ""} == {
        "task_id": "FZ-13", "name": "知识产权行政裁决", "on": "2026-10-31", "value": "94.2", "unit": "%", "note": "",
        "author_name": "陈主管",
    }  # fmt: skip
    assert [(each["id"], len(each["tasks"])) for each in overview["lists"]] == [
        ("world", 2), ("national", 7), ("province", 7), ("special", 9),
    ]  # fmt: skip
    assert set(overview["lists"][0]["tasks"][0]) == CARD | {"said"}


def test_the_workbook_leaves_and_comes_back_with_a_preview(chief: Colleague) -> None:
    response = chief.client.get(f"{TASKS}/export.xlsx")
    assert response.headers["content-type"] == XLSX
    assert response.headers["content-disposition"].endswith("-2026-11-23.xlsx")

    shown = upload(chief, filled(response.content, {("SC-09", "lead_unit"): "市市场监管局"})).json()

    (change,) = shown["changes"]
    assert change == {
        "row": change["row"], "task_id": "SC-09", "field": "lead_unit", "field_title": "牵头单位", "before": "",
        "after": "市市场监管局",
    }  # fmt: skip
    assert (shown["rows"], shown["unchanged"], shown["errors"]) == (120, 119, [])
    assert task(chief, "SC-09")["lead_unit"] == ""
    assert chief.post(f"/tasks/import/{shown['token']}") == {"applied": 1}
    assert task(chief, "SC-09")["lead_unit"] == "市市场监管局"
    assert task(chief, "SC-09")["changes"][0]["way"] == "import"
    assert chief.refusal("POST", f"/tasks/import/{shown['token']}")[:2] == (404, "task_import_gone")


def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(chief: Colleague) -> None:
    for content in (b"", b"hello", b"\xd0\xcf\x11\xe0" + b"\0" * 600):
        response = upload(chief, content, "application/octet-stream")

        assert (response.status_code, error_of(response)["code"]) == (422, "task_file_refused")


def test_an_upload_over_20_mb_is_refused_announced_or_not(chief: Colleague) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(MAX_FILE_BYTES // 2**20 + 1):
            yield b"\0" * 2**20

    announced = upload(chief, b"\0" * (MAX_FILE_BYTES + 1))
    streamed = upload(chief, pieces())

    for response in (announced, streamed):
        assert (response.status_code, error_of(response)["code"]) == (413, "task_file_too_large")


def test_what_a_form_could_send_is_no_upload(chief: Colleague) -> None:
    for content_type in ("multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded"):
        assert upload(chief, b"PK\x03\x04", content_type).status_code == 415


def test_another_route_still_refuses_a_large_body(chief: Colleague) -> None:
    response = chief.client.patch(f"{TASKS}/FZ-13", json={"version": 0, "source": "长" * 100_000})

    assert response.status_code == 413
