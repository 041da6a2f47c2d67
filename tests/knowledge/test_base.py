from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.business.aspects import Aspect
from knowledge.articles import Article, parse_article
from knowledge.base import MAX_RELATED, KnowledgeBase, Row, VersionedArticle, assign_questions, rows_on
from knowledge.report import Report
from knowledge.spelling import TermSpeller
from knowledge.words import WordCutter
from tests.knowledge.writing import OVERVIEW, article_text

LAST_DAY_OF_2026, FIRST_DAY_OF_2027 = date(2026, 12, 31), date(2027, 1, 1)
TODAY = date(2026, 11, 22)
NO_REPORT = Report((), {}, ())
BODY = (
    OVERVIEW
    + "## fee 费用\n申请信用修复不收费。\n来源: law\n"
    + "## time_limit 时限\n十个工作日。\n来源: law\n"
    + "## follow_up\n### 罚款分期缴能修复吗\n要缴清以后。\n来源: law\n"
)


def versioned(articles: list[Article]) -> list[VersionedArticle]:
    return [VersionedArticle(article, 1) for article in articles]


def article_of(**head: str) -> Article:
    return parse_article(article_text(BODY, **head), f"{head.get('id', 'C1-repair')}.md")


@pytest.fixture
def repair(cutter: WordCutter) -> KnowledgeBase:
    return KnowledgeBase(rows_on(TODAY, versioned([article_of()]), NO_REPORT), cutter)


@pytest.fixture(scope="module")
def rows_today(articles: list[Article], report: Report) -> list[Row]:
    return rows_on(TODAY, versioned(articles), report)


def article_ids(rows: list[Row]) -> set[str]:
    return {row.source.article_id for row in rows if row.source.article_id}


@pytest.mark.parametrize(
    ("day", "served"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_an_article_is_served_on_the_days_it_holds_and_on_no_other(day: date, served: bool) -> None:
    rows = rows_on(day, versioned([article_of(effective_to="2026-06-30")]), NO_REPORT)

    assert bool(rows) is served


@pytest.mark.parametrize("topic", ["I3", "I4"])
def test_the_trademark_articles_change_by_themselves_on_new_year_s_day(
    articles: list[Article], report: Report, topic: str
) -> None:
    # given
    old = {a.id for a in articles if a.topic == topic and a.validity.ends == LAST_DAY_OF_2026}
    new = {a.id for a in articles if a.topic == topic and a.validity.starts == FIRST_DAY_OF_2027}
    assert old and new

    # when
    before = article_ids(rows_on(LAST_DAY_OF_2026, versioned(articles), report))
    after = article_ids(rows_on(FIRST_DAY_OF_2027, versioned(articles), report))

    # then
    assert old <= before and not new & before
    assert new <= after and not old & after


def test_every_row_stands_once_and_names_a_source_that_a_person_can_open(rows_today: list[Row]) -> None:
    assert len({row.id for row in rows_today}) == len(rows_today)
    for row in rows_today:
        source = row.source
        assert (source.article_id is None) != (source.task_id is None), row.id
        assert source.topic and source.title and source.section and source.document_no, row.id
        assert source.checked_on is not None, row.id
        assert row.text and row.subjects, row.id


def test_the_report_answers_as_topics_of_its_own_on_every_day(report: Report) -> None:
    for day in (date(2023, 12, 29), TODAY, date(2030, 1, 1)):
        rows = rows_on(day, [], report)
        assert {s.topic for row in rows for s in (row.source, *row.related)} == {"A2", "A3", "A4", "A5", "A6", "A7"}
        assert all(row.source.task_id and row.source.article_id is None for row in rows)
        assert sum(row.id.startswith("task:") for row in rows) == len(report.tasks) == 120


def test_each_environment_lists_all_its_tasks_and_says_that_no_results_are_known(report: Report) -> None:
    rows = {row.id: row for row in rows_on(TODAY, [], report)}

    for task in report.tasks:
        listed = rows[f"environment:{task.environment}"].text
        assert f"{task.id} {task.name}" in listed
        assert "没有完成情况的数据" in listed


def test_an_environment_without_tasks_is_not_listed(report: Report) -> None:
    only_law = replace(report, tasks=tuple(task for task in report.tasks if task.environment == "法治"), notes=())

    assert [row.id for row in rows_on(TODAY, [], only_law) if row.id.startswith("environment:")] == ["environment:法治"]


def test_a_note_names_itself_and_the_tasks_it_is_about(report: Report) -> None:
    note = next(note for note in report.notes if note.tasks)

    row = next(row for row in rows_on(TODAY, [], report) if row.id == f"note:{note.id}")

    assert row.source.task_id == note.id
    assert [related.task_id for related in row.related if related.task_id != note.id] == list(note.tasks[:MAX_RELATED])


def test_an_asked_aspect_comes_first(repair: KnowledgeBase) -> None:
    ranked = repair.rank(repair.scores("信用修复"), aspects=[Aspect.TIME_LIMIT, Aspect.FEE], limit=1)

    assert ranked[0][0].aspect is Aspect.FEE


def test_a_single_question_that_says_just_this_wins_against_the_aspect(repair: KnowledgeBase) -> None:
    ranked = repair.rank(repair.scores("罚款分期缴能修复吗"), aspects=[Aspect.FEE])

    assert ranked[0][0].heading == "罚款分期缴能修复吗"


def test_an_aspect_does_not_make_a_question_fit_that_fits_nothing(repair: KnowledgeBase) -> None:
    assert all(score == 0 for _, score in repair.rank(repair.scores("xyz"), aspects=[Aspect.FEE]))


def test_only_rows_of_the_asked_subject_are_ranked(cutter: WordCutter) -> None:
    tax = article_of(id="C5-tax", subjects="[tax_credit]")
    base = KnowledgeBase(rows_on(TODAY, versioned([article_of(), tax]), NO_REPORT), cutter)

    ranked = base.rank(base.scores("信用修复收费吗"), subjects=["tax_credit"], limit=9)

    assert {row.source.article_id for row, _ in ranked} == {"C5-tax"}
    assert base.rank(base.scores("信用修复"), subjects=["no_such"]) == []


def test_what_is_not_there_is_not_found(repair: KnowledgeBase) -> None:
    assert repair.find_row("C1-repair#where") is None
    assert repair.find_aspect("C1-repair", Aspect.WHERE) is None
    assert repair.list_group("no-such") == [] == repair.list_subject("no_such")


def test_a_row_is_about_a_question_only_when_it_holds_enough_of_it(repair: KnowledgeBase) -> None:
    fee = repair.find_aspect("C1-repair", Aspect.FEE)
    assert fee is not None

    assert repair.is_about(fee, "信用修复收费吗")
    assert not repair.is_about(fee, "食堂今天中午吃什么菜")


def test_coverage_grows_with_the_share_of_the_question_that_a_stored_question_holds(repair: KnowledgeBase) -> None:
    full, part, none = (repair.coverage(q) for q in ("罚款分期缴能修复吗", "罚款分期缴食堂几点开门", "食堂几点开门"))

    assert full > 0.9 > part > 0 == none


def test_a_term_written_with_a_homophone_is_found(cutter: WordCutter) -> None:
    rows = rows_on(TODAY, versioned([article_of()]), NO_REPORT)
    with_speller = KnowledgeBase(rows, cutter, TermSpeller(["信用修复"]))

    assert (with_speller.scores("信用修付") == with_speller.scores("信用修复")).all()
    assert with_speller.coverage("信用休复") == with_speller.coverage("信用修复")


def test_an_empty_base_can_be_asked(cutter: WordCutter) -> None:
    base = KnowledgeBase([], cutter)

    assert base.rank(base.scores("信用修复")) == []
    assert base.coverage("信用修复") == 0.0


def test_an_article_s_own_questions_go_to_the_passage_they_fit(cutter: WordCutter) -> None:
    article = article_of(questions="[要收费吗, 分期缴罚款行不行]")
    rows = rows_on(TODAY, versioned([article]), NO_REPORT)

    assigned = {row.id: row.phrasings for row in assign_questions(rows, [article], cutter)}

    assert assigned["C1-repair#fee"] == ("要收费吗",)
    assert assigned["C1-repair#follow_up.1"] == ("分期缴罚款行不行",)
    assert assigned["C1-repair#overview"] == ()


def test_a_row_carries_the_version_and_the_days_of_its_article() -> None:
    [first, *_] = rows_on(TODAY, [VersionedArticle(article_of(effective_to="2026-12-31"), 3)], NO_REPORT)

    source = first.source
    assert (source.version, source.effective_from, source.effective_to) == (3, date(2026, 1, 1), LAST_DAY_OF_2026)
    assert source.url == "https://example.org/law"
