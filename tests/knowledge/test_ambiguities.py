from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeInvalid
from knowledge.ambiguities import FILE, Ambiguity, find_ambiguity, read_ambiguities
from tests.knowledge.conftest import KNOWLEDGE


@pytest.fixture(scope="module")
def real() -> list[Ambiguity]:
    return read_ambiguities(KNOWLEDGE)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("补贴", "policy_redeem"),
        ("我想问补贴", "talent"),
        ("補貼呢？", "financing"),
        ("执照", "deregister"),
        ("保证金怎么办", "arrears"),
        ("请问执照的事", "company_change"),
    ],
)
def test_a_word_of_several_meanings_alone_is_asked_back(real: list[Ambiguity], text: str, subject: str) -> None:
    found = find_ambiguity(text, real)

    assert found is not None and subject in found.options


@pytest.mark.parametrize(
    "text", ["租房补贴怎么申请", "营业执照注销要什么材料", "投标保证金不退怎么办", "信用中国的处罚怎么修复", "你好", ""]
)
def test_a_word_with_something_telling_beside_it_is_not_asked_back(real: list[Ambiguity], text: str) -> None:
    assert find_ambiguity(text, real) is None


def test_the_longest_word_of_an_entry_is_tried_first(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("- words: [证, 許可證, 办证]\n  options: {a: 甲, b: 乙}\n", encoding="utf-8")

    [entry] = read_ambiguities(tmp_path)

    assert entry.words == ("许可证", "办证", "证")
    assert entry.options == {"a": "甲", "b": "乙"}


def test_every_entry_that_cannot_be_used_is_named_at_once(tmp_path: Path) -> None:
    entries = [
        "{words: [证], options: {a: 甲, b: 乙}}",
        "{words: [], options: {a: 甲, b: 乙}}",
        "{words: [证], options: {a: 甲}}",
        "一句话",
        "{words: 证件, options: {a: 甲, b: 乙}}",
        "{words: [证], options: [a, b]}",
    ]
    text = "".join(f"- {entry}\n" for entry in entries)
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    with pytest.raises(KnowledgeInvalid) as caught:
        read_ambiguities(tmp_path)

    assert [(p.file, p.field) for p in caught.value.problems] == [(FILE, f"entry {number}") for number in range(2, 7)]


@pytest.mark.parametrize("content", [b"- words: [", b"- words: [\xff]"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: file: cannot be read"):
        read_ambiguities(tmp_path)


@pytest.mark.parametrize("content", ["", "words: [证]\n", "一句话"])
def test_a_file_that_is_no_list_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")

    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: file: must be a list"):
        read_ambiguities(tmp_path)


def test_no_word_stands_in_two_entries(real: list[Ambiguity]) -> None:
    words = [word for entry in real for word in entry.words]

    assert sorted(words) == sorted(set(words))
