from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import is_traditional, normalise, normalise_with_offsets, to_simplified, to_traditional


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("信用修復要多久", "信用修复要多久"),
        ("著作權侵權", "著作权侵权"),
        ("ＡＢＣ１２３　測試", "abc123 测试"),
        ("第５８號令，廢止了嗎？", "第58号令,废止了吗?"),
        ("  公司 \t\n 註銷  ", "公司 注销"),
        ("乾隆年間", "乾隆年间"),
        ("100㎡", "100m2"),
        ("①", "1"),
    ],
)
def test_scripts_and_widths_meet_in_one_form(written: str, normal: str) -> None:
    assert normalise(written) == normal


@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\ufeff", "\x00", "\x07", "\u202e", "\ue000"])
def test_control_and_invisible_characters_disappear(invisible: str) -> None:
    assert normalise(f"信{invisible}用") == "信用"


@pytest.mark.parametrize("text", ["", " ", "\u3000\n", "\u200b"])
def test_a_text_without_visible_characters_becomes_empty(text: str) -> None:
    assert normalise_with_offsets(text) == ("", [len(text)])


def test_offsets_point_to_where_a_character_was_written() -> None:
    # given
    written = "  Ｘ公司\u200b  ﬁ修復"

    # when
    normal, offsets = normalise_with_offsets(written)

    # then
    assert normal == "x公司 fi修复"
    assert [written[offset] for offset in offsets[:-1]] == ["Ｘ", "公", "司", " ", "ﬁ", "ﬁ", "修", "復"]
    assert offsets[-1] == len(written)


@given(st.text())
def test_there_is_one_offset_per_character_they_grow_and_lie_in_the_text(text: str) -> None:
    normal, offsets = normalise_with_offsets(text)

    assert len(offsets) == len(normal) + 1
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets[:-1])
    assert offsets[-1] == len(text)


@given(st.text())
def test_the_normal_form_has_no_control_characters_nor_double_or_outer_blanks(text: str) -> None:
    normal = normalise(text)

    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"} for char in normal)
    assert normal == normal.strip()
    assert "  " not in normal


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_ascii_is_only_lowered_and_its_blanks_folded(text: str) -> None:
    assert normalise(text) == " ".join(text.lower().split())


@given(st.text(alphabet="信用修復後註銷著作權乾燥發頭髮裡里臺台ＡＢ１２，。 a1"))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("text", ["公司註銷要什麼材料", "專利侵權", "食品經營許可證怎麼辦"])
def test_a_question_in_traditional_characters_is_recognised(text: str) -> None:
    assert is_traditional(text)


@pytest.mark.parametrize("text", ["公司注销要什么材料", "专利侵权", "你好", "12345", "", "ok"])
def test_a_question_in_simplified_or_neutral_characters_is_not_traditional(text: str) -> None:
    assert not is_traditional(text)


def test_an_answer_can_be_turned_to_traditional_and_back() -> None:
    answer = "信用修复免费，请先缴清罚款。"

    assert to_traditional(answer) == "信用修復免費，請先繳清罰款。"
    assert to_simplified(to_traditional(answer)) == answer
