"""Choosing an option by typing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.choice import asks_for_the_rest, choose_option

OPTIONS = [{"title": title, "payload": f"/{number}"} for number, title in enumerate(("公司注册", "ＶＡＴ税率", "3"), start=1)]


@pytest.mark.parametrize(
    "typed", ["1", "１", "①", " 1 ", "1.", "1、", "（1）"[1:], "一", "第一个", "第 1 项", "选1", "我选第一个", "选择1号", "回复1"]
)
def test_a_number_in_any_writing_is_the_option_of_that_number(typed: str) -> None:
    assert choose_option(typed, OPTIONS) == "/1"


@pytest.mark.parametrize(("typed", "payload"), [("公司注册", "/1"), (" 公司注册\n", "/1"), ("VAT税率", "/2")])
def test_a_title_is_its_option(typed: str, payload: str) -> None:
    assert choose_option(typed, OPTIONS) == payload


def test_a_title_that_is_a_number_counts_before_the_number() -> None:
    options = [{"title": "3", "payload": "/title"}, *OPTIONS]

    assert choose_option("3", options) == "/title"


@pytest.mark.parametrize(
    "typed", ["0", "4", "99", "100", "2023", "公司", "怎么公司注册", "1和2", "一二", "第一个问题", "", "选", "-1", "1.5", "²³"]
)
def test_what_names_no_option_chooses_none(typed: str) -> None:
    assert choose_option(typed, OPTIONS) is None


def test_without_options_nothing_is_chosen() -> None:
    assert choose_option("1", []) is None


@given(st.text(max_size=20))
def test_whatever_is_typed_chooses_one_of_the_options_or_none(typed: str) -> None:
    assert choose_option(typed, OPTIONS) in {None, "/1", "/2", "/3"}


@pytest.mark.parametrize("typed", ["继续", "“继续”", "继续。", " 继续 ", "继续！", "更多"])
def test_asking_for_the_rest_is_recognised(typed: str) -> None:
    assert asks_for_the_rest(typed)


@pytest.mark.parametrize("typed", ["", "继续经营", "怎么继续", "继续办理要什么材料", "1"])
def test_a_question_is_not_taken_for_asking_for_the_rest(typed: str) -> None:
    assert not asks_for_the_rest(typed)
