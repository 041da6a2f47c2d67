"""Work that many asked for, over HTTP, as a supervisor's page uses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.business.roles import Role
from tests.fixtures.demand_desk import EVERY, Filing
from tests.fixtures.demand_stream import Written
from tests.fixtures.people import add_person, desk_of
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Json, error_of

PATH = "/api/desk/demand"
ASKED = 6
TEXT = "门牌号换了，食品经营许可证变更要重新现场核查"


@pytest.fixture(scope="module")
def item(app: RunningApp) -> Json:
    """Proposed by the running application, out of the cases it finds."""
    filing = Filing(app.services.database, datetime.now(UTC) - timedelta(days=2) - 10 * EVERY)
    filing.file([Written("", "food_licence", "余杭区", f"asker{n}", TEXT) for n in range(ASKED)])
    app.services.demand.keeper.take_in()
    with desk_of(app, "admin") as client:
        listed: Json = client.get(PATH, params={"state": "proposed"}).json()
    assert listed["counts"] == {"proposed": 1, "accepted": 0, "declined": 0, "done": 0}
    proposed: Json = listed["work_items"][0]
    return proposed


@pytest.fixture(scope="module")
def supervisor(app: RunningApp) -> Iterator[httpx.Client]:
    add_person(app.services.database, "sun", Role.SUPERVISOR)
    with desk_of(app, "sun") as client:
        yield client


def test_a_work_item_comes_with_its_evidence(supervisor: httpx.Client, item: Json) -> None:
    shown = supervisor.get(f"{PATH}/{item['id']}").json()["work_item"]

    assert {name: shown[name] for name in item} == item
    assert (item["subject_title"], item["district"], item["askers"], item["state"]) == (
        "食品经营等许可",
        "余杭区",
        ASKED,
        "proposed",
    )
    assert len(shown["evidence"]) == ASKED and shown["words"]
    first = shown["evidence"][0]
    assert first["text"] == TEXT and first["kind"] == "case" and first["page"] == first["reference"]
    assert first["number"].startswith("YS") and first["asker_name"].startswith("杭州")


def test_a_work_item_is_decided_on_and_done_step_by_step(supervisor: httpx.Client, item: Json) -> None:
    changes = f"{PATH}/{item['id']}/changes"

    early = supervisor.post(changes, json={"transition": "done", "version": 1, "text": "好了"})
    accepted = supervisor.post(changes, json={"transition": "accept", "version": 1, "department": "amr"}).json()["work_item"]
    late = supervisor.post(changes, json={"transition": "link", "version": 1, "department": "tax"})
    done = supervisor.post(changes, json={"transition": "done", "version": 2, "text": "凭门牌证明换证。"}).json()["work_item"]

    assert (early.status_code, error_of(early)["code"]) == (409, "work_item_refused")
    assert (accepted["state"], accepted["department_title"], accepted["decided_by"]) == ("accepted", "市场监管局", "sun")
    assert (late.status_code, error_of(late)["code"]) == (409, "work_item_conflict")
    assert (done["state"], done["outcome"], done["to_tell"]) == ("done", "凭门牌证明换证。", ASKED)


@pytest.mark.parametrize("path", ["/0", "/999999", "/2147483647"])
def test_what_is_not_there_is_not_found(supervisor: httpx.Client, path: str) -> None:
    response = supervisor.get(PATH + path)

    assert (response.status_code, error_of(response)["code"]) == (404, "work_item_not_found")


@pytest.mark.parametrize("path", ["/99999999999999999999", "/-1", "/x"])
def test_what_is_no_number_is_said_to_be_none(supervisor: httpx.Client, path: str) -> None:
    assert supervisor.get(PATH + path).status_code == 422
