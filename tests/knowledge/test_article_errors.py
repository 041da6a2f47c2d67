"""Each mistake in an article names the file, the field and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ArticleInvalid, KnowledgeInvalid
from knowledge.articles import MAX_FILE_BYTES, parse_article, read_articles
from tests.knowledge.writing import OVERVIEW, article_text

FILE = "C1-repair.md"
REQUIRED = ["id", "topic", "title", "subjects", "audience", "issuing_body", "document_no", "checked_on", "review_by"]


def error_of(text: str) -> ArticleInvalid:
    with pytest.raises(ArticleInvalid) as caught:
        parse_article(text, FILE)
    assert caught.value.file == FILE
    assert str(caught.value) == f"{FILE}: {caught.value.field}: {caught.value.reason}"
    return caught.value


@pytest.mark.parametrize("text", ["", "没有开头", "正文\n" + article_text(), "---\nid: x\n没有结尾"])
def test_a_file_must_begin_with_front_matter(text: str) -> None:
    error = error_of(text)

    assert (error.field, "between two lines of ---" in error.reason) == ("front matter", True)


@pytest.mark.parametrize("head", ["title: [a", "a: b: c", "\tid: x", "x: @y"])
def test_front_matter_that_is_no_yaml_is_named(head: str) -> None:
    error = error_of(f"---\n{head}\n---\n{OVERVIEW}")

    assert (error.field, error.reason.startswith("is not YAML")) == ("front matter", True)
    assert "\n" not in error.reason


@pytest.mark.parametrize("head", ["- a\n- b", "只是一句话", "7"])
def test_front_matter_that_is_no_mapping_is_named(head: str) -> None:
    assert error_of(f"---\n{head}\n---\n{OVERVIEW}").reason == "must be `key: value` lines"


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "[]"])
def test_a_required_field_that_is_missing_or_empty_is_named(field: str, value: str | None) -> None:
    error = error_of(article_text(**{field: value}))

    assert (error.field, error.reason) == (field, "is missing")


def test_a_field_no_article_has_is_named() -> None:
    error = error_of(article_text(tittle="信用"))

    assert (error.field, error.reason) == ("tittle", "is no field of an article")


def test_the_id_must_be_the_name_of_the_file() -> None:
    assert error_of(article_text(id="C1-other")).field == "id"


@pytest.mark.parametrize("topic", ["C11", "C", "I0", "I13", "S0", "S40", "A1", "A8", "c1", "C1 x", "C01", "X1"])
def test_an_unknown_topic_is_named(topic: str) -> None:
    error = error_of(article_text(topic=topic))

    assert (error.field, repr(topic) in error.reason) == ("topic", True)


@pytest.mark.parametrize("topic", ["C0", "C10", "I1", "I12", "S1", "S9", "S10", "S39", "A2", "A7"])
def test_the_topics_of_the_facts_are_known(topic: str) -> None:
    assert parse_article(article_text(topic=topic), FILE).topic == topic


@pytest.mark.parametrize("field", ["effective_from", "effective_to", "checked_on", "review_by"])
@pytest.mark.parametrize("value", ["昨天", "2026", "2026-11-22 08:00:00", "[2026-11-22]", "20261122x"])
def test_a_date_that_is_none_is_named(field: str, value: str) -> None:
    assert error_of(article_text(**{field: value})).field == field


@pytest.mark.parametrize("value", ["2026-13-01", "2026-02-30"])
def test_a_day_that_no_calendar_has_is_a_mistake_in_the_front_matter(value: str) -> None:
    error = error_of(article_text(checked_on=value))

    assert error.field in {"front matter", "checked_on"}


def test_front_matter_of_a_thousand_brackets_is_a_mistake_and_no_crash() -> None:
    assert error_of(f"---\nid: {'[' * 20_000}\n---\n{OVERVIEW}").field == "front matter"


@pytest.mark.parametrize("field", ["subjects", "questions", "audience"])
@pytest.mark.parametrize("value", ["一个", "[1, 2]", "[{a: b}]", "['']", "{a: b}"])
def test_a_list_that_is_none_is_named(field: str, value: str) -> None:
    assert error_of(article_text(**{field: value})).field == field


def test_an_unknown_audience_is_named() -> None:
    assert "'martian'" in error_of(article_text(audience="[enterprise, martian]")).reason


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        (None, "is missing"),
        ("", "is missing"),
        ("[]", "is missing"),
        ("法律", "is missing"),
        ("[law]", "needs id, title and trust"),
        ("[{id: law}]", "needs id, title and trust"),
        ("[{id: law, title: 办法}]", "trust must be one of"),
        ("[{id: law, title: 办法, trust: 听说}]", "trust must be one of"),
        ('[{id: law, title: 办法, trust: 法, url: "javascript:alert(1)"}]', "url must begin with"),
    ],
)
def test_sources_that_cannot_be_opened_are_named(sources: str | None, reason: str) -> None:
    error = error_of(article_text(sources=sources))

    assert (error.field, reason in error.reason) == ("sources", True)


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ("## overview 概要\n一句话。\n", "## overview", "names no source"),
        ("## overview 概要\n一句话。\n来源:\n", "## overview", "names no source"),
        ("## overview 概要\n一句话。\n来源: law, ghost\n", "## overview", "['ghost']"),
        ("## overview 概要\n来源: law\n", "## overview", "has no text"),
        (OVERVIEW + "## overview 又一次\n话。\n来源: law\n", "## overview", "stands twice"),
        (OVERVIEW + "## price 价格\n话。\n来源: law\n", "## price", "is no section"),
        ("开头的话\n" + OVERVIEW, "text", "stands outside any section: '开头的话'"),
        (OVERVIEW + "## follow_up\n话。\n来源: law\n", "text", "stands outside any section"),
        (OVERVIEW + "### 要钱吗\n不要。\n来源: law\n", "### 要钱吗", "stand under ## follow_up"),
        ("## how 怎么办\n话。\n来源: law\n", "## overview", "is missing"),
        ("", "## overview", "is missing"),
    ],
)
def test_a_section_that_breaks_the_form_is_named(body: str, field: str, reason: str) -> None:
    error = error_of(article_text(body))

    assert (error.field, reason in error.reason) == (field, True), error


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_file_in_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    (tmp_path / FILE).write_bytes(article_text().encode(encoding))

    with pytest.raises(KnowledgeInvalid, match=rf"{FILE}: file: is not UTF-8"):
        read_articles(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(article_text() + "税" * MAX_FILE_BYTES, encoding="utf-8")

    with pytest.raises(KnowledgeInvalid, match=rf"{FILE}: file: has \d+ bytes, at most {MAX_FILE_BYTES} are read"):
        read_articles(tmp_path)
