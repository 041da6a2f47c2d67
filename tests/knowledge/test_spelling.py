from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spelling import TermSpeller, pinyin_syllables

TERMS = ["公示期", "纳税信用", "信用修复", "经营异常名录", "税务", "etc卡办理"]
SPELLER = TermSpeller(TERMS)


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("公式期要多久", "公示期要多久"),
        ("我的纳睡信用", "我的纳税信用"),
        ("信用休复和公式期", "信用修复和公示期"),
        ("怎么移出经营异常名路", "怎么移出经营异常名录"),
    ],
)
def test_a_term_written_with_a_homophone_is_mended(written: str, mended: str) -> None:
    assert SPELLER.mend(written) == mended


@pytest.mark.parametrize("text", ["公示期", "信用修复纳税信用", "商标注册", "", "abc 123，。", "公 式期"])
def test_what_is_right_or_unknown_stays(text: str) -> None:
    assert SPELLER.mend(text) == text


def test_a_word_that_sounds_alike_but_shares_too_few_characters_stays() -> None:
    assert SPELLER.mend("工事奇") == "工事奇"


def test_a_short_term_is_not_put_in_the_place_of_its_homophones() -> None:
    assert SPELLER.mend("睡务") == "睡务"


def test_a_longer_term_wins_against_a_shorter_one_inside_it() -> None:
    speller = TermSpeller(["信用修复", "信用修复承诺书"])

    assert speller.mend("信用休复承诺书") == "信用修复承诺书"


def test_without_terms_nothing_is_mended() -> None:
    assert TermSpeller(()).mend("公式期") == "公式期"


@given(st.text(alphabet="公示式期纳睡税信用休修复经营异常名路录 a1，"))
def test_mending_keeps_the_length_and_the_sound_and_is_done_in_one_go(text: str) -> None:
    mended = SPELLER.mend(text)

    assert len(mended) == len(text)
    assert pinyin_syllables(mended) == pinyin_syllables(text)
    assert SPELLER.mend(mended) == mended


@given(st.text())
def test_no_text_makes_the_speller_fail(text: str) -> None:
    assert len(SPELLER.mend(text)) == len(text)
