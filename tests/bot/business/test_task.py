from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.business.task import NO_RESULTS, Task, describe_target, describe_task
from bot.settings import PROJECT
from knowledge.report import read_report

FAST_CASES = Task(
    id="FZ-01",
    environment="法治",
    name="简案快办",
    measure="建立简案快办机制",
    metric="简案快办时长",
    target_value="3",
    unit="工作日",
    comparison="<=",
    rank_goal="",
    deadline="2023年底",
    status="计划",
    lead_unit="市司法局",
    paragraph="21",
    evidence="建立簡案快辦機制",
)


@pytest.fixture(scope="module")
def tasks() -> tuple[Task, ...]:
    return read_report(Path(PROJECT) / "knowledge" / "report").tasks


@pytest.mark.parametrize(
    ("comparison", "words"),
    [("<=", "不超过3工作日"), (">=", "不低于3工作日"), ("=", "为3工作日"), (">=*", "达到3工作日")],
)
def test_the_target_says_in_words_which_side_of_the_number_is_meant(comparison: str, words: str) -> None:
    assert describe_target(replace(FAST_CASES, comparison=comparison)) == f"简案快办时长：{words}"


def test_a_goal_that_is_a_rank_is_said_as_the_rank_and_not_as_a_number() -> None:
    ranked = replace(FAST_CASES, metric="综合排名", target_value="5", unit="位", rank_goal="保五争四望三")

    assert describe_target(ranked) == "综合排名：保五争四望三"


def test_a_task_without_a_target_has_none_in_words() -> None:
    assert describe_target(replace(FAST_CASES, target_value="")) == ""


def test_a_description_names_the_task_its_target_its_deadline_and_who_leads() -> None:
    text = describe_task(FAST_CASES)

    assert text.startswith("简案快办（任务FZ-01，法治环境）：建立简案快办机制。")
    assert "目标是简案快办时长：不超过3工作日，期限：2023年底。" in text
    assert "牵头单位：市司法局。" in text
    assert text.endswith(NO_RESULTS)


def test_a_deadline_the_report_leaves_out_is_said_to_be_left_out() -> None:
    assert "报告没有写明期限" in describe_task(replace(FAST_CASES, deadline="未写"))
    assert "期限" not in describe_task(replace(FAST_CASES, deadline="")).removesuffix(NO_RESULTS)


def test_a_task_without_a_target_says_only_how_the_report_spoke_of_it() -> None:
    text = describe_task(replace(FAST_CASES, target_value="", status="推进中"))

    assert text.endswith("2023年报告写作时的说法：正在推进。")
    assert NO_RESULTS not in text


def test_every_task_of_the_report_can_be_described(tasks: tuple[Task, ...]) -> None:
    for task in tasks:
        text = describe_task(task)
        assert task.id in text and task.name in text
        assert "。。" not in text and "；。" not in text


def test_no_description_of_a_target_gives_a_completion_figure(tasks: tuple[Task, ...]) -> None:
    with_target = [task for task in tasks if task.has_target]

    assert with_target
    for task in with_target:
        assert "没有完成情况的数据" in describe_task(task), task.id
        said = describe_task(task).removesuffix(NO_RESULTS).removeprefix(f"{task.name}（任务{task.id}")
        assert "完成率" not in said.replace(task.metric, "").replace(task.measure, ""), task.id


def test_every_status_of_a_task_without_a_target_is_dated_to_the_report(tasks: tuple[Task, ...]) -> None:
    for task in tasks:
        if not task.has_target:
            assert "2023年报告写作时的说法" in describe_task(task), task.id
