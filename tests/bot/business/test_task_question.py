from __future__ import annotations

import pytest

from bot.business.task_question import (
    Asked,
    BehindQuestion,
    asked_of,
    asks_for_tasks_without_lead,
    behind_question,
    calls_for_lead,
    named_in,
    named_in_result,
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("预付式消费谁牵头", {Asked.LEAD}),
        ("简案快办由哪个部门负责", {Asked.LEAD}),
        ("知识产权结案率目标多少", {Asked.TARGET}),
        ("减负500亿的期限是什么时候", {Asked.DEADLINE}),
        ("什么时候完成", {Asked.DEADLINE}),
        ("fz-13进度", {Asked.PROGRESS}),
        ("目标完成了吗", {Asked.TARGET, Asked.PROGRESS}),
        ("改革任务“做地”的内容是什么", set()),
    ],
)
def test_what_is_asked_about_a_task_is_told_by_its_words(text: str, asked: set[Asked]) -> None:
    assert asked_of(text) == asked


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("法治环境有哪些任务落后", "法治"),
        ("市场环境滞后的任务有哪些", "市场"),
        ("经济生态环境有几项亮红灯", "经济生态"),
        ("有哪些改革任务进度落后", None),
        ("哪些任务没按期完成", None),
    ],
)
def test_a_question_for_what_is_behind_names_an_environment_or_all_tasks(text: str, environment: str | None) -> None:
    assert behind_question(text) == BehindQuestion(environment)


@pytest.mark.parametrize(
    "text", ["行政处罚逾期了怎么办", "逾期申报扣分能补回来吗", "我们落后了", "有哪些任务", "闯红灯罚多少", "任务逾期怎么办"]
)
def test_other_words_do_not_ask_for_what_is_behind(text: str) -> None:
    assert behind_question(text) is None


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("有多少任务没有牵头单位", True),
        ("哪些任务没写牵头单位", True),
        ("几项任务缺责任部门", True),
        ("哪些任务写了牵头单位", False),
        ("这项任务没有牵头单位", False),
        ("多少企业没有年报", False),
    ],
)
def test_a_question_for_tasks_without_a_lead_unit_asks_which_or_how_many(text: str, is_so: bool) -> None:
    assert asks_for_tasks_without_lead(text) is is_so


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("简案快办牵头单位是谁", "简案快办"),
        ("知识产权“一件事”改革由谁牵头？", "知识产权一件事"),
        ("任务的牵头单位怎么查不到", "怎么查不到"),
        ("谁牵头", ""),
    ],
)
def test_what_is_left_of_a_question_for_the_lead_unit_is_the_name(text: str, name: str) -> None:
    assert named_in(text) == name


def test_what_is_left_of_a_question_for_a_result_is_the_name() -> None:
    assert named_in_result("减负500亿完成了吗") == "减负500亿"
    assert named_in_result("目标完成了吗") == ""


def test_the_words_of_offices_are_told_from_those_of_everyday() -> None:
    assert calls_for_lead("预付式消费谁牵头")
    assert not calls_for_lead("会员卡谁负责")
