"""What the 2023 report says, asked over HTTP: numbers as they stand there, targets only, nothing invented."""

from __future__ import annotations

import re

import pytest

from bot.business.task import Task
from bot.settings import PROJECT
from knowledge.normalise import is_traditional
from knowledge.report import read_report
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk

TASKS = read_report(PROJECT / "knowledge" / "report").tasks
SPREAD = TASKS[::4]
WITH_TARGET = [task for task in TASKS if task.has_target and not task.rank_goal][::3]


def test_the_number_of_rule_of_law_indicators_is_128_asked_and_answered_in_traditional(talk: Talk) -> None:
    said = talk.ask("法治環境的指標體系有多少項？")

    assert "128" in said.answer
    assert is_traditional(said.text) and "指標" in said.text
    assert said.topic in {"A2", "A3", "A4", "A5", "A6", "A7"} and said.sources[0]["task_id"]


def test_the_same_question_in_simplified_is_answered_in_simplified(talk: Talk) -> None:
    said = talk.ask("法治环境的指标体系有多少项？")

    assert "128" in said.answer and not is_traditional(said.text)


def test_the_four_kinds_make_238_and_not_306(talk: Talk) -> None:
    said = talk.ask("四类事项加起来等于306吗")

    assert "238" in said.answer
    assert said.answer.startswith(("不", "四类")) or "不等于" in said.answer or "不能" in said.answer
    assert not re.search(r"(合计|一共|共|加起来|等于|=|是)\s*306", said.answer.replace("不能说四类合计306", ""))


@pytest.mark.parametrize(
    "question",
    ["减负500亿完成了吗", "减负五百亿的目标做到了没有", "178万户市场主体达到了吗", "制造业中长期贷款新增800亿完成多少了"],
)
def test_there_is_a_target_and_no_completion_figure(talk: Talk, question: str) -> None:
    said = talk.ask(question)

    assert said.topic == "A7" or (said.topic or "").startswith("A")
    assert re.search("目标|没有完成情况|没有.{0,12}数据|没有写", said.answer)
    assert not re.search(r"已(经)?(完成|实现|达到|减负)\s*[0-9]", said.answer)
    assert not re.search(r"完成(率|了|度)?\s*[0-9.]+\s*(%|亿|万)", said.answer)


@pytest.mark.parametrize("question", ["现任市委书记是谁", "现在的杭州市委书记叫什么", "杭州市委书记是哪位"])
def test_who_holds_office_is_said_as_of_2023_only(talk: Talk, question: str) -> None:
    said = talk.ask(question)

    assert "2023" in said.answer
    assert re.search("官方|为准|核实|答不了", said.answer)
    assert said.topic == "A2"


@pytest.mark.parametrize("task", SPREAD, ids=lambda task: task.id)
def test_a_reform_task_is_found_by_its_name_or_metric_and_cited(app: RunningApp, task: Task) -> None:
    questions = [f"2023年改革任务“{task.name}”的内容是什么"]
    if task.metric:
        questions.append(f"{task.metric}的目标是多少")

    cited = [{source.get("task_id") for source in app.talk().ask(question).sources} for question in questions]

    assert any(task.id in ids for ids in cited), f"{questions} cited {cited}"


@pytest.mark.parametrize("task", WITH_TARGET, ids=lambda task: task.id)
def test_a_target_is_told_with_its_number_and_never_as_a_result(talk: Talk, task: Task) -> None:
    said = talk.ask(f"2023年“{task.name}”这项，{task.metric}的目标是多少")

    assert said.sources and task.target_value in said.answer
    assert not re.search(r"已(经)?(完成|实现|达到)\s*[0-9]", said.answer)


@pytest.mark.parametrize("task_id", ["ZH-02", "zh-24", "ZW-20", "FZ-07", "SC-04", "JJ-20", "RW-03"])
def test_a_task_can_be_asked_for_by_its_number(talk: Talk, task_id: str) -> None:
    said = talk.ask(f"任务{task_id}是什么")

    assert said.sources and said.sources[0]["task_id"] == task_id.upper()
