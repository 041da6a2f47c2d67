from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.knowledge_examples import knowledge_examples, knowledge_fingerprint
from tests.knowledge.test_report import write_report
from tests.knowledge.writing import OVERVIEW, write_article

BODY = OVERVIEW + "## fee 收不收钱\n问法: 修复要钱吗\n免费。\n来源: law\n## how 怎么办\n申请。\n来源: law\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("articles", "report"):
        (tmp_path / name).mkdir()
    write_article(tmp_path / "articles", BODY, questions="[修复找谁, 修复找谁]")
    write_article(tmp_path / "articles", BODY, id="C0-two", topic="C0", subjects="[credit_overview, tax]")
    write_report(tmp_path / "report")
    return tmp_path


def test_the_questions_of_an_article_are_utterances_of_its_subject(folder: Path) -> None:
    examples = list(knowledge_examples(str(folder), {"credit_repair_apply"}))

    assert examples == [(text, "credit_repair_apply") for text in ("修复找谁", "收不收钱", "修复要钱吗")]


def test_an_article_of_two_subjects_teaches_neither(folder: Path) -> None:
    assert list(knowledge_examples(str(folder), {"credit_overview", "tax"})) == []


def test_the_report_teaches_its_notes_and_its_tasks(folder: Path) -> None:
    examples = list(knowledge_examples(str(folder), {"reform_structure", "reform_targets"}))

    assert examples == [
        ("有几个组", "reform_structure"),
        ("几个组", "reform_structure"),
        ("几个专班", "reform_targets"),
    ]


def test_without_a_folder_nothing_is_taught() -> None:
    assert list(knowledge_examples(None, {"tax"})) == []


@pytest.mark.parametrize("file", ["articles/C1-repair.md", "report/notes.yml", "report/tasks.tsv"])
def test_any_changed_file_changes_the_fingerprint(folder: Path, file: str) -> None:
    before = knowledge_fingerprint(str(folder))

    (folder / file).write_bytes((folder / file).read_bytes() + b"\n")

    assert knowledge_fingerprint(str(folder)) != before
