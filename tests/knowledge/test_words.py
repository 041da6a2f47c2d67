from __future__ import annotations

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import WordCutter, character_pairs, cutter_for, han_characters

TERMS = ("市政基础设施配套费", "经营异常名录", "首违不罚")


@pytest.fixture(scope="module")
def cutter() -> WordCutter:
    return cutter_for(TERMS)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_ours_is_one_word_inside_a_sentence(cutter: WordCutter, term: str) -> None:
    assert term in cutter.cut(f"请问{term}怎么办")


@given(text=st.text(alphabet="公司注销要多久被列入经营异常名录 ，。a1b2?首违不罚"))
def test_the_words_put_together_are_the_text(cutter: WordCutter, text: str) -> None:
    assert "".join(cutter.cut(text)) == text


def test_search_also_finds_the_short_words_inside_a_long_one(cutter: WordCutter) -> None:
    words = cutter.cut_for_search("市政基础设施配套费,多少?")

    assert {"市政", "设施", "市政基础设施配套费", "多少"} <= set(words)
    assert not {",", "?"} & set(words)


def test_one_cutter_does_not_know_the_terms_of_another() -> None:
    # given
    term = "营商小助智答"
    with_term, without = WordCutter([term]), WordCutter()

    # when, then
    assert term in with_term.cut(f"用{term}问")
    assert term not in without.cut(f"用{term}问")


def test_the_library_s_global_dictionary_is_not_kept() -> None:
    WordCutter()

    assert getattr(rjieba, "_DEFAULT_JIEBA", None) is None


def test_the_same_terms_share_one_cutter() -> None:
    assert cutter_for(TERMS) is cutter_for(tuple(TERMS))


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("信用修复", ["信用", "用修", "修复"]),
        ("税", ["税"]),
        ("交税abc报税", ["交税", "报税"]),
        ("12345", []),
        ("", []),
        ("开。户", ["开", "户"]),
    ],
)
def test_pairs_overlap_within_a_run_of_han_characters(text: str, pairs: list[str]) -> None:
    assert character_pairs(text) == pairs


def test_only_han_characters_are_single_characters_of_the_search() -> None:
    assert han_characters("税12 A务。") == ["税", "务"]
