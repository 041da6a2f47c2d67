"""What the articles say, asked over HTTP: the right article of the day, dated, sourced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from bot.bootstrap import Services
from tests.fixtures.running_app import RunningApp, serving
from tests.fixtures.talk import Talk


@pytest.fixture(scope="module")
def next_year(make_services: Callable[[date], Services]) -> Iterator[RunningApp]:
    """The same product, served as of 2027-01-02."""
    with serving(make_services(date(2027, 1, 2))) as running:
        yield running


OPPOSITION = ["商标异议期是多久", "商标初审公告后多长时间内可以提异议", "别人抢注我们的商标，异议要在几个月内提出"]


@pytest.mark.parametrize("question", OPPOSITION)
def test_the_opposition_period_is_three_months_in_2026(talk: Talk, question: str) -> None:
    said = talk.ask(question)

    assert re.search("(3|三) ?个月", said.answer)
    assert said.topic == "I4" and said.sources[0]["article_id"].endswith("2019")
    assert said.sources[0]["effective_to"] == "2026-12-31"


@pytest.mark.parametrize("question", OPPOSITION)
def test_the_opposition_period_is_two_months_in_2027(next_year: RunningApp, question: str) -> None:
    said = next_year.talk().ask(question)

    assert re.search("(2|两|二) ?个月", said.answer)
    assert said.topic == "I4" and said.sources[0]["article_id"].endswith("2027")
    assert said.sources[0]["effective_from"] == "2027-01-01"


def test_no_source_of_another_day_is_cited(app: RunningApp, next_year: RunningApp) -> None:
    for running, day in ((app, "2026-11-22"), (next_year, "2027-01-02")):
        for question in (
            "商标侵权怎么投诉",
            "商标注册要多久",
            "商标诉前保全怎么申请",
            "高质量发展政策2026有哪些补贴",
            "企业年报什么时候报",
        ):
            for source in running.talk().ask(question).sources:
                assert (source.get("effective_from") or "") <= day <= (source.get("effective_to") or "9999")


CREDIT = [
    "信用修复怎么办",
    "行政处罚信息最短公示多久",
    "信用修复要什么材料",
    "信用修复几个工作日",
    "信用修复的依据是哪个文件",
    "市场监管处罚怎么修复",
    "经营异常名录怎么移出",
    "58号令还有效吗",
    "信用修复按国家发改委58号令办吗",
]


@pytest.mark.parametrize("question", CREDIT)
def test_credit_repair_is_never_based_on_order_58(talk: Talk, question: str) -> None:
    said = talk.ask(question)

    assert said.sources, said.text
    assert all("58" not in source["document_no"] for source in said.sources)
    if re.search("58 ?号", said.answer):
        assert re.search("废止|失效|不再", said.answer)


EVERYDAY = [
    ("注册公司要什么材料", {"S1"}),
    ("公司注销怎么办", {"S5", "S6", "S7"}),
    ("经营异常名录怎么移出", {"C3"}),
    ("纳税信用D级怎么修复", {"C5"}),
    ("办食品经营许可证要多久", {"S8"}),
    ("被人侵犯专利权怎么办", {"I1", "I2", "I8", "I9"}),
    ("工程款被拖欠找谁", {"S34"}),
    ("员工要求经济补偿怎么算", {"S35"}),
    ("外国人来华工作许可怎么办", {"S21"}),
    ("注册资本五年内要缴足吗", {"S3"}),
]


@pytest.mark.parametrize(("question", "topics"), EVERYDAY)
def test_everyday_questions_are_answered_from_the_right_article_with_a_whole_source(
    talk: Talk, question: str, topics: set[str]
) -> None:
    said = talk.ask(question)

    assert said.topic in topics
    source = said.sources[0]
    assert source["title"] and source["section"] and source["document_no"]
    assert date.fromisoformat(source["checked_on"]) <= date(2026, 11, 22)
    assert source["article_id"] and source["version"] >= 1
    assert source["title"] in said.text and source["document_no"] in said.text, "the source line stands in the text too"
    assert len(said.buttons) <= 3


def test_a_question_in_traditional_is_answered_in_traditional_with_its_buttons(talk: Talk) -> None:
    said = talk.ask("請問公司註銷需要準備什麼材料？")

    assert said.topic in {"S6", "S7"}
    assert "註銷" in said.text and "注销" not in said.text
    assert "注销" not in "".join(button["title"] for button in said.buttons)


def test_every_button_of_an_answer_leads_to_an_answer(talk: Talk) -> None:
    said = talk.ask("信用修复怎么办")

    assert said.buttons
    for button in said.buttons:
        pressed = talk.press(button)
        assert pressed.sources and pressed.band == "answer"
