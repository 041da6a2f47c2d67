"""Numbers that name one thing are one word to the classifier."""

from __future__ import annotations

import pytest

from bot.nlu.identifiers import without_identifiers
from knowledge.normalise import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("YS20261123483920", "YS20250101000000"),
        ("诉求YS 20261123 483920到哪了", "诉求YS 20250101 000000到哪了"),
        ("ＹＳ２０２６１１２３４８３９２０", "YS20250101000000"),
        ("20261123483920到哪了", "20250101000000到哪了"),
        ("我代表9133010000000001XC来问", "我代表91330100000000002F来问"),
        ("13800000000 王女士", "13912345678 王女士"),
        ("尾号483920", "尾号123456"),
    ],
)
def test_two_of_a_kind_are_the_same(one: str, other: str) -> None:
    assert without_identifiers(normalise(one)) == without_identifiers(normalise(other))


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月23日",
        "107号令",
        "国办发2025 22号",
        "12345热线",
        "注册资本500万元",
        "fz-13的目标",
        "3.141592653",
        "system requirements",
    ],
)
def test_other_numbers_and_words_stay(text: str) -> None:
    assert without_identifiers(normalise(text)) == normalise(text)
