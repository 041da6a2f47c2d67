"""Questions about reform tasks, asked over HTTP: answered from the rows and from what was added, and not otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from bot.business.roles import Principal, Role
from bot.business.task import NO_RESULTS
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow, TaskProgressRow
from bot.services.tasks import NewProgress, Tasks
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk

CHIEF = Principal("chief", "陈主管", Role.SUPERVISOR)
ADDED = (TaskAdditionRow, TaskProgressRow, TaskChangeRow)


@pytest.fixture
def tasks(app: RunningApp) -> Iterator[Tasks]:
    """The desk's side; what a test adds is gone after it."""
    yield app.services.desk.tasks
    with app.services.database.session() as session:
        for table in ADDED:
            session.query(table).delete()


def test_a_lead_unit_that_is_not_stated_is_said_so_and_an_added_one_is_told_at_once(talk: Talk, tasks: Tasks) -> None:
    before = talk.ask("预付式消费谁牵头")
    tasks.change(CHIEF, "SC-09", 0, {"lead_unit": "市市场监管局", "source": "专班通报第3期"})
    after = talk.ask("预付式消费谁牵头")

    assert before.answer.startswith("资料里没有写明牵头单位。")
    assert before.sources[0]["task_id"] == after.sources[0]["task_id"] == "SC-09"
    assert "牵头单位是市市场监管局（任务数据库，2" in after.answer
    assert after.sources[1]["section"] == "任务SC-09的补充记录"


@pytest.mark.parametrize("question", ["简案快办牵头单位是谁", "FZ-07由谁牵头", "簡案快辦由哪個部門牽頭"])
def test_a_task_is_found_by_name_and_by_number_when_its_lead_unit_is_asked_for(talk: Talk, question: str) -> None:
    assert talk.ask(question).sources[0]["task_id"] == "FZ-07"


@pytest.mark.parametrize("question", ["五大环境牵头部门是谁", "哪些任务写了牵头单位"])
def test_what_the_report_itself_says_of_lead_units_is_still_told_from_it(talk: Talk, question: str) -> None:
    assert talk.ask(question).sources[0]["task_id"].startswith("A2-")


def test_a_target_is_told_from_the_row(talk: Talk) -> None:
    said = talk.ask("知识产权结案率目标多少")

    assert "不低于95%" in said.answer
    assert said.answer.endswith(NO_RESULTS)


def test_progress_is_told_with_its_evidence(talk: Talk, tasks: Tasks) -> None:
    tasks.add_progress(CHIEF, "ZW-20", NewProgress(date(2026, 10, 31), "300", "", "财政局月报"))

    for question in ("减负500亿完成了吗", "任务ZW-20的进展"):
        assert "最新进展（2026年10月31日）：300亿元，依据：财政局月报。" in talk.ask(question).answer
    assert "任务数据库后来记录了1项任务的进展（ZW-20）" in talk.ask("目标完成了吗").answer


def test_what_is_behind_is_told_or_that_nobody_can_tell(talk: Talk, tasks: Tasks) -> None:
    unknown = talk.ask("法治环境有哪些任务落后").answer
    tasks.change(CHIEF, "FZ-10", 0, {"due_on": date(2026, 9, 30)})
    tasks.add_progress(CHIEF, "FZ-10", NewProgress(date(2026, 9, 30), "91", "", "季度报表"))
    said = talk.ask("法治环境有哪些任务落后")

    assert unknown == "法治环境的13项任务还没有进展记录，无法判断有没有落后。"
    assert "1. FZ-10 公共法律服务满意率：红灯，2026年9月30日为91%" in said.answer
    assert said.sources[0]["task_id"] == "FZ-10"


def test_tasks_without_a_lead_unit_are_counted(talk: Talk) -> None:
    assert "有115项没有写明牵头单位" in talk.ask("有多少任务没有牵头单位").answer


def test_the_public_page_shows_what_was_added(app: RunningApp, tasks: Tasks) -> None:
    assert "后来的记录" not in app.client.get("/tasks/FZ-10").text
    tasks.change(CHIEF, "FZ-10", 0, {"lead_unit": "市<b>司法局", "leader": "王局长"})

    page = app.client.get("/tasks/FZ-10").text

    assert "后来的记录" in page
    assert "市&lt;b&gt;司法局" in page
    assert "王局长" not in page
