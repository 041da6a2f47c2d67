from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.business.aspects import Aspect
from bot.errors import KnowledgeInvalid
from knowledge.articles import parse_article, read_articles
from tests.knowledge.writing import HEAD, OVERVIEW, article_text, write_article

FILE = "C1-repair.md"
FULL = (
    OVERVIEW
    + "\n## how 怎么修复\n问法: 咋修复 ｜ 怎么撤下来|  \n第一步。\n\n第二步。\n来源：law、memory\n"
    + "\n## follow_up\n### 要钱吗\n不要钱。\n来源: memory\n### 多久\n十天。\n来源: law\n"
)


def test_every_section_and_every_single_question_is_a_passage() -> None:
    article = parse_article(article_text(FULL), FILE)

    assert [passage.id for passage in article.passages] == [
        "C1-repair#overview",
        "C1-repair#how",
        "C1-repair#follow_up.1",
        "C1-repair#follow_up.2",
    ]
    assert [passage.heading for passage in article.passages] == ["概要", "怎么修复", "要钱吗", "多久"]
    assert [passage.aspect for passage in article.passages] == [Aspect.OVERVIEW, Aspect.HOW, None, None]


def test_a_passage_keeps_its_text_apart_from_its_questions_and_sources() -> None:
    how = parse_article(article_text(FULL), FILE).find_aspect(Aspect.HOW)

    assert how is not None
    assert how.text == "第一步。\n\n第二步。"
    assert how.phrasings == ("咋修复", "怎么撤下来")
    assert how.source_ids == ("law", "memory")


def test_the_head_is_read_with_real_types() -> None:
    article = parse_article(article_text(effective_to="2026-12-31", questions="[问一, 问二]"), FILE)

    assert (article.validity.starts, article.validity.ends) == (date(2026, 1, 1), date(2026, 12, 31))
    assert article.checked_on == date(2026, 11, 22)
    assert article.subjects == ("credit_repair_apply",)
    assert article.questions == ("问一", "问二")
    assert article.supersedes is None


def test_a_heading_left_out_is_the_label_of_the_aspect() -> None:
    article = parse_article(article_text(OVERVIEW + "## fee\n免费。\n来源: law\n"), FILE)

    assert article.passages[1].heading == "费用"


def test_the_address_of_a_passage_is_that_of_its_own_source() -> None:
    article = parse_article(article_text(FULL), FILE)
    how, remembered = article.find_passage("how"), article.find_passage("follow_up.1")

    assert how is not None and article.url_for(how) == "https://example.org/law"
    assert remembered is not None and article.url_for(remembered) is None


def test_what_an_article_does_not_hold_is_not_found() -> None:
    article = parse_article(article_text(), FILE)

    assert article.find_passage("follow_up.9") is None
    assert article.find_aspect(Aspect.FEE) is None


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = article_text(FULL)
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    [(article, kept)] = read_articles(tmp_path)

    assert article == parse_article(text, FILE)
    assert kept == text


def test_a_folder_without_articles_gives_none(tmp_path: Path) -> None:
    assert read_articles(tmp_path) == []


def test_the_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    # given
    write_article(tmp_path)
    write_article(tmp_path, id="C2-topic", topic="C11")
    write_article(tmp_path, "一句话\n" + OVERVIEW, id="C3-text")
    (tmp_path / "C4-bytes.md").write_bytes(article_text().encode("gb18030"))
    write_article(tmp_path, id="C5-ghost", supersedes="C9-nothing")

    # when
    with pytest.raises(KnowledgeInvalid) as caught:
        read_articles(tmp_path)

    # then
    assert [(problem.file, problem.field) for problem in caught.value.problems] == [
        ("C2-topic.md", "topic"),
        ("C3-text.md", "text"),
        ("C4-bytes.md", "file"),
        ("C5-ghost.md", "supersedes"),
    ]
    assert all(problem.file in str(caught.value) for problem in caught.value.problems)


def supersede(folder: Path, older_ends: str, newer_starts: str) -> None:
    write_article(folder, id="C1-old", effective_to=older_ends)
    write_article(folder, id="C1-new", effective_from=newer_starts, supersedes="C1-old")


def test_an_article_may_follow_the_one_it_supersedes_on_the_next_day(tmp_path: Path) -> None:
    supersede(tmp_path, older_ends="2026-12-31", newer_starts="2027-01-01")

    assert len(read_articles(tmp_path)) == 2


@pytest.mark.parametrize(
    ("older_ends", "newer_starts"), [("2027-01-01", "2027-01-01"), ("", "2027-01-01"), ("2027-06-30", "2027-01-01")]
)
def test_an_article_must_not_overlap_with_the_one_it_supersedes(tmp_path: Path, older_ends: str, newer_starts: str) -> None:
    supersede(tmp_path, older_ends, newer_starts)

    with pytest.raises(KnowledgeInvalid, match=r"C1-old\.md: effective_to: must end before C1-new"):
        read_articles(tmp_path)


def test_an_article_must_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match=r"effective_to: lies before effective_from"):
        parse_article(article_text(effective_from="2027-01-01", effective_to="2026-12-31"), FILE)


def test_the_article_of_these_tests_is_right() -> None:
    assert parse_article(article_text(), FILE).id == HEAD["id"]
