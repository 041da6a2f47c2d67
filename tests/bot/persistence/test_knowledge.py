from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import KnowledgeInvalid
from bot.persistence import knowledge as store
from bot.persistence.database import Database
from bot.persistence.tables import ArticleRow
from bot.services.knowledge import Knowledge, LoadResult, load_knowledge
from bot.settings import PROJECT
from tests.bot.persistence.conftest import NOW
from tests.knowledge.test_report import write_report
from tests.knowledge.writing import write_article


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with two articles, two tasks and one note."""
    knowledge = tmp_path / "knowledge"
    for name in ("articles", "report"):
        (knowledge / name).mkdir(parents=True)
    write_article(knowledge / "articles")
    write_article(knowledge / "articles", id="S10-tax", topic="S10", subjects="[tax]")
    write_report(knowledge / "report")
    shutil.copy(PROJECT / "knowledge" / "terms.yml", knowledge)
    return knowledge


def versions(database: Database) -> list[tuple[str, int, bool]]:
    with database.session() as session:
        rows = session.scalars(select(ArticleRow).order_by(ArticleRow.article_id, ArticleRow.version))
        return [(row.article_id, row.version, row.is_current) for row in rows]


def test_loading_for_the_first_time_adds_every_article(database: Database, folder: Path) -> None:
    assert load_knowledge(database, folder, NOW) == LoadResult(added=2, changed=0, withdrawn=0, unchanged=0)
    assert versions(database) == [("C1-repair", 1, True), ("S10-tax", 1, True)]


def test_loading_again_changes_nothing(database: Database, folder: Path) -> None:
    load_knowledge(database, folder, NOW)

    assert load_knowledge(database, folder, NOW) == LoadResult(added=0, changed=0, withdrawn=0, unchanged=2)
    assert versions(database) == [("C1-repair", 1, True), ("S10-tax", 1, True)]


def test_a_changed_article_becomes_a_new_version_and_the_old_one_is_kept(database: Database, folder: Path) -> None:
    # given
    load_knowledge(database, folder, NOW)
    write_article(folder / "articles", title="信用修复（新）")

    # when
    result = load_knowledge(database, folder, NOW)

    # then
    assert result == LoadResult(added=0, changed=1, withdrawn=0, unchanged=1)
    assert versions(database) == [("C1-repair", 1, False), ("C1-repair", 2, True), ("S10-tax", 1, True)]


def test_a_removed_article_is_withdrawn_and_kept(database: Database, folder: Path) -> None:
    load_knowledge(database, folder, NOW)
    (folder / "articles" / "S10-tax.md").unlink()

    assert load_knowledge(database, folder, NOW) == LoadResult(added=0, changed=0, withdrawn=1, unchanged=1)
    assert versions(database) == [("C1-repair", 1, True), ("S10-tax", 1, False)]


def test_an_article_that_comes_back_continues_its_versions(database: Database, folder: Path) -> None:
    load_knowledge(database, folder, NOW)
    (folder / "articles" / "S10-tax.md").rename(folder / "kept")
    load_knowledge(database, folder, NOW)
    (folder / "kept").rename(folder / "articles" / "S10-tax.md")

    load_knowledge(database, folder, NOW)

    assert versions(database)[1:] == [("S10-tax", 1, False), ("S10-tax", 2, True)]


def test_one_bad_file_changes_nothing_in_the_database(database: Database, folder: Path) -> None:
    load_knowledge(database, folder, NOW)
    write_article(folder / "articles", title="信用修复（新）")
    write_article(folder / "articles", id="C2-bad", topic="X")

    with pytest.raises(KnowledgeInvalid):
        load_knowledge(database, folder, NOW)

    assert versions(database) == [("C1-repair", 1, True), ("S10-tax", 1, True)]


def test_tasks_and_notes_are_replaced_by_what_the_files_say(database: Database, folder: Path) -> None:
    load_knowledge(database, folder, NOW)
    tasks = (folder / "report" / "tasks.tsv").read_text(encoding="utf-8")
    (folder / "report" / "tasks.tsv").write_text(tasks.replace("FZ-02", "FZ-03"), encoding="utf-8")
    (folder / "report" / "notes.yml").write_text("", encoding="utf-8")

    load_knowledge(database, folder, NOW)

    with database.session() as session:
        assert [(task.id, task.phrasings) for task in store.list_tasks(session)] == [("FZ-03", []), ("ZH-01", ["几个专班"])]
        assert store.list_notes(session) == []


def test_the_base_is_served_from_the_database_with_the_version_of_each_article(database: Database, folder: Path) -> None:
    # given
    load_knowledge(database, folder, NOW)
    days = [date(2026, 11, 22)]
    knowledge = Knowledge(database, folder, lambda: days[-1])
    before = knowledge.base()

    # when
    write_article(folder / "articles", title="信用修复（新）")
    load_knowledge(database, folder, NOW)
    unasked = knowledge.base()
    knowledge.forget()

    # then
    assert unasked is before
    row = knowledge.base().find_row("C1-repair#overview")
    assert row is not None
    assert (row.source.version, row.title) == (2, "信用修复（新）")
    assert knowledge.base().find_row("task:ZH-01") is not None
    assert knowledge.base().find_row("note:A2-count") is not None


def test_the_base_changes_with_the_day(database: Database, folder: Path) -> None:
    write_article(folder / "articles", effective_to="2026-12-31")
    load_knowledge(database, folder, NOW)
    days = [date(2026, 12, 31)]
    knowledge = Knowledge(database, folder, lambda: days[-1])
    assert "credit_repair_apply" in knowledge.base().subjects

    days.append(date(2027, 1, 1))

    assert "credit_repair_apply" not in knowledge.base().subjects
