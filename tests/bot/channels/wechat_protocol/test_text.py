"""Long texts in parts."""

from __future__ import annotations

from time import process_time

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_protocol.characters import split_characters
from bot.channels.wechat_protocol.text import split_text

FAMILY = "👨‍👩‍👧‍👦"
EMOJI = [FAMILY, "👍🏽", "🇨🇳", "❤️‍🔥", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301", "ก็"]
LINK = '<a href="https://example.com/guide?id=1;x">办事，指南！看</a>'
WORDS = [
    "公司注册",
    "hello",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "。",
    "，",
    "！",
    "? ",
    "; ",
    LINK,
    "https://example.com/a?b;c!d,e",
    *EMOJI,
]
TEXTS = st.text(st.characters(exclude_categories=()), max_size=200) | st.lists(st.sampled_from(WORDS), max_size=80).map("".join)


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def gaps(text: str, parts: list[str]) -> list[str]:
    """Return what lies before, between and after the parts; fails when they are not in the text in this order."""
    between = []
    for part in parts:
        before, found, text = text.partition(part)
        assert found
        between.append(before)
    return [*between, text]


@given(TEXTS, st.integers(4, 300))
def test_parts_are_never_too_long_never_blank_and_lose_only_white_space(text: str, limit: int) -> None:
    parts = split_text(text, limit)

    assert all(part.strip() and size(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert not "".join(gaps(text, parts)).strip()


@given(TEXTS)
def test_a_text_that_fits_stays_as_it_is(text: str) -> None:
    assert split_text(text, 2047) == ([text] if text.strip() else [])


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=80).map("".join), st.integers(100, 300))
def test_a_link_and_an_emoji_are_never_cut(text: str, limit: int) -> None:
    parts = split_text(text, limit)

    assert sum(part.count(LINK) for part in parts) == text.count(LINK)
    assert [c for part in parts for c in regex.findall(r"\X", part) if not c.isspace()] == [
        c for c in regex.findall(r"\X", text) if not c.isspace()
    ]


@given(st.lists(st.sampled_from([*EMOJI, "a", "营", " ", "\n", "\r", "\r\n"]), max_size=30).map("".join))
def test_characters_are_those_of_unicode(text: str) -> None:
    assert list(split_characters(text)) == regex.findall(r"\X", text)


@given(st.text(st.characters(exclude_categories=())))
def test_characters_joined_are_the_text(text: str) -> None:
    assert "".join(split_characters(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一二三四五六。七八\n\n九十", ["一二三四五六。七八", "九十"]),
        ("一二三四五，六。七\n八九十", ["一二三四五，六。七", "八九十"]),
        ("一二三四五六。七，八九十", ["一二三四五六。", "七，八九十"]),
        ("一二三四五六！”七，八九十", ["一二三四五六！”", "七，八九十"]),
        ("一二三四五六，七八九十十", ["一二三四五六，", "七八九十十"]),
        ("一二三四五六 七八九十十", ["一二三四五六", "七八九十十"]),
        ("一二三四五六七八九十一二", ["一二三四五六七八九十", "一二"]),
        ("一。二三四五六七八九十一二", ["一。二三四五六七八九", "十一二"]),
        ("一二三四五六七八九十\n\n一二", ["一二三四五六七八九十", "一二"]),
        ("\n一二三四五六七八九十\n", ["\n一二三四五六七八九", "十\n"]),
        ("it costs 1,000,000,000 yuan in all", ["it costs 1,000,000,000 yuan in", "all"]),
    ],
)
def test_a_part_ends_at_the_best_place_in_its_second_half(text: str, parts: list[str]) -> None:
    assert split_text(text, 30) == parts


def test_white_space_at_a_cut_is_dropped_however_much_it_is() -> None:
    assert split_text("一二三" + " " * 100 + "\n四五六", 12) == ["一二三", "四五六"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "　", " " * 5000])
def test_blank_text_has_no_parts(text: str) -> None:
    assert split_text(text) == []


def test_a_link_longer_than_a_part_is_cut_rather_than_lost() -> None:
    text = f'<a href="https://example.com/{"x" * 100}">看</a>'

    assert "".join(split_text(text, 50)) == text


def test_an_emoji_longer_than_a_part_is_cut_rather_than_lost() -> None:
    assert "".join(split_text(FAMILY * 3, 8)) == FAMILY * 3


@pytest.mark.parametrize("end", ["e\u0301", "1️⃣"])
def test_an_address_may_end_in_the_middle_of_a_character(end: str) -> None:
    assert split_text("营" * 5 + f"https://example.com/{end}", 35) == ["营" * 5, f"https://example.com/{end}"]


def test_a_link_after_a_joiner_is_a_link() -> None:
    assert split_text("营营营" + "\u200d" + LINK, size(LINK)) == ["营营营\u200d", LINK]


def test_the_usual_limit_is_what_wechat_takes() -> None:
    parts = split_text("营商环境，" * 1000)

    assert len(parts) == 8 and all(2000 < size(part) <= 2047 for part in parts[:-1])


def test_a_limit_that_no_character_fits_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="limit_bytes"):
        split_text("营", 3)


@pytest.mark.parametrize(
    "text", ["<a " * 20_000, "<a x>" * 12_000, " " * 60_000 + "x", "\n" * 60_000 + "x", "e" + "\u0301" * 60_000]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    begun = process_time()
    split_text(text)

    assert process_time() - begun < 3
