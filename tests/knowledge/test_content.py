"""What the real knowledge folder says, and must not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from knowledge.articles import Article, Passage
from knowledge.report import Report, ReportNote
from tests.knowledge.conftest import KNOWLEDGE

TOPICS = {*(f"C{n}" for n in range(11)), *(f"I{n}" for n in range(1, 13)), *(f"S{n}" for n in range(1, 40))}
ONLY_2026 = {"S26"}
"""The city's policy for 2026 names no successor."""
HOTLINES = r"(?<!\d)(?:110|119|120|12345|12315|12329|12333|12348|12360|12366|12367|12368|12388|12393|95198|95598|96110)(?!\d)"
HEDGE = re.compile(
    rf"核实|确认|为准|核对|咨询|转人工|{HOTLINES}|先问|请(?:直接)?问|请向.{{1,20}}(?:问|了解)|由.{{1,10}}决定"
    r"|没有统一"
)
"""A passage that rests on memory alone says so, asks to check, or names who knows."""
LANDLINE = re.compile(r"0571[-－—\s)）]?\d|(?<!\d)8[5-9]\d{6}(?!\d)")
ORDER_58 = re.compile(r"58\s*号令|第\s*58\s*号|５８号|五十八号令")
MONEY = re.compile(r"\d[\d,.]*\s*(?:万|千|百)?元|\d[\d,.]*\s*万(?![人户家张平㎡])")
ASSERTED_FROM_MEMORY = {
    "C5-tax-credit-repair#fee",
    "C9-credit-information-objection#fee",
    "S10-tax-registration-vat#fee",
    "S2-company-change#fee",
    "S3-paid-in-capital-five-years#fee",
    "S33-fair-competition-review-report#fee",
    "S4-annual-report-and-disclosure#fee",
    "S5-business-dormancy#fee",
    "S6-simplified-deregistration#fee",
}
"""A debt: these say "free of charge" from memory, without a word of caution. The list may only become shorter."""


def passages(articles: list[Article]) -> Iterator[tuple[Article, Passage]]:
    return ((article, passage) for article in articles for passage in article.passages)


@pytest.mark.parametrize(("day", "without"), [(date(2026, 11, 22), set()), (date(2027, 1, 2), ONLY_2026)])
def test_every_topic_has_an_article_that_holds(articles: list[Article], day: date, without: set[str]) -> None:
    served = {article.topic for article in articles if article.validity.holds_on(day)}

    assert served == TOPICS - without


def test_no_article_is_overdue_for_review_before_it_was_checked(articles: list[Article]) -> None:
    assert [a.id for a in articles if a.review_by <= a.checked_on] == []


def test_order_58_is_mentioned_only_as_repealed(articles: list[Article], report: Report) -> None:
    texts = {passage.id: passage.text for _, passage in passages(articles)} | {n.id: n.text for n in report.notes}

    assert [id for id, text in texts.items() if ORDER_58.search(text) and "已废止" not in text] == []


def test_order_58_is_nobody_s_document_number(articles: list[Article]) -> None:
    assert [a.id for a in articles if ORDER_58.search(a.document_no) and "已废止" not in a.document_no] == []


def test_no_passage_gives_a_landline_number_of_an_office(articles: list[Article], report: Report) -> None:
    texts = {passage.id: passage.text for _, passage in passages(articles)} | {n.id: n.text for n in report.notes}

    assert [id for id, text in texts.items() if LANDLINE.search(text)] == []


def test_what_rests_on_memory_alone_is_said_with_caution(articles: list[Article]) -> None:
    asserted = set()
    for article, passage in passages(articles):
        trust = {source.id: source.trust for source in article.sources}
        if all(trust[source] in {"忆", "?"} for source in passage.source_ids) and not HEDGE.search(passage.text):
            asserted.add(passage.id)

    assert asserted == ASSERTED_FROM_MEMORY


@pytest.mark.parametrize("topic", ["S19", "S20"])
def test_no_amount_of_a_talent_subsidy_is_given_but_the_rent_of_start_up_premises(articles: list[Article], topic: str) -> None:
    texts = [passage.text for article, passage in passages(articles) if article.topic == topic]
    sentences = [sentence for text in texts for sentence in re.split(r"[。\n]", text)]

    assert sentences
    assert [s for s in sentences if MONEY.search(s) and not re.search(r"元/㎡·天", s)] == []


def test_every_subject_of_an_article_or_note_is_known_and_has_a_button(articles: list[Article], report: Report) -> None:
    known = set(yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8")))
    owners: list[Article | ReportNote] = [*articles, *report.notes]
    used = {subject for owner in owners for subject in owner.subjects}

    assert used <= known


def test_every_source_an_article_lists_is_used(articles: list[Article]) -> None:
    unused = [
        (article.id, source.id)
        for article in articles
        for source in article.sources
        if not any(source.id in passage.source_ids for passage in article.passages)
    ]

    assert unused == []


def test_no_passage_still_holds_a_mark_of_its_writer(articles: list[Article], report: Report) -> None:
    marks = re.compile(r"\[[?法检忆]\]|【[?法检忆]】|TODO|FIXME|待补|facts\.md|来源\s*[:：]|问法\s*[:：]|\*\*|\{\w+\}")
    texts = {passage.id: passage.text for _, passage in passages(articles)} | {n.id: n.text for n in report.notes}

    assert [id for id, text in texts.items() if marks.search(text)] == []


def test_a_passage_fits_into_a_chat_message(articles: list[Article]) -> None:
    assert [passage.id for _, passage in passages(articles) if len(passage.text) > 600] == []
