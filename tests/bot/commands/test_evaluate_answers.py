"""`evaluate-answers`: the counts of the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands.evaluate_answers import count_outcomes
from tests.bot.commands.running import run

ROWS = [
    {"text": "信用修复怎么办", "expect": "answer", "topics": ["C1", "C2", "C8"]},
    {"text": "公司注销要什么材料", "expect": "answer", "topics": ["S1"]},
    {"text": "补贴", "expect": "answer", "topics": ["S25", "S26"]},
    {"text": "帮我写一首七言绝句", "expect": "out_of_scope"},
    {"text": "我要找真人客服", "expect": "to_human"},
    {"text": "执照", "expect": "ambiguous"},
]


def test_outcomes_are_counted_by_expectation() -> None:
    rows = [{"expect": e} for e in ("answer", "answer", "answer", "answer", "out_of_scope", "out_of_scope", "to_human")]
    outcomes = ["right", "offered", "wrong", "none", "as_expected", "article", "not_handed_over"]

    assert count_outcomes(rows, outcomes) == {
        "answer": {"n": 4, "right": 1, "offered": 1, "wrong": 1, "none": 1},
        "out_of_scope": {"n": 2, "as_expected": 1},
        "to_human": {"n": 1, "as_expected": 0},
        "ambiguous": {"n": 0, "as_expected": 0},
    }


def test_no_rows_give_zeros() -> None:
    assert count_outcomes([], [])["answer"] == {"n": 0, "right": 0, "offered": 0, "wrong": 0, "none": 0}


@pytest.mark.slow
def test_each_question_is_asked_in_a_conversation_of_its_own_and_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, copy_of_data_dir
) -> None:
    questions, details = tmp_path / "q.jsonl", tmp_path / "details.jsonl"
    questions.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), encoding="utf-8")

    outcome = run(
        capsys, "evaluate-answers", "--questions", questions, "--details", details, "--today", "2026-11-22",
        "--data-dir", copy_of_data_dir(), "--json",
    )  # fmt: skip

    assert outcome.status == 0
    assert json.loads(outcome.out) == {
        "answer": {"n": 3, "right": 1, "offered": 1, "wrong": 1, "none": 0},
        "out_of_scope": {"n": 1, "as_expected": 1},
        "to_human": {"n": 1, "as_expected": 1},
        "ambiguous": {"n": 1, "as_expected": 1},
    }
    assert len(details.read_text(encoding="utf-8").splitlines()) == len(ROWS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "line 1: is not JSON"),
        ('{"text":"x"}', "line 1: needs the texts text, expect"),
        ('{"text":"x","expect":"laugh"}', "expect must be one of"),
    ],
)
def test_a_malformed_question_file_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, message: str
) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(content, encoding="utf-8")

    outcome = run(capsys, "evaluate-answers", "--questions", questions, "--json")

    assert outcome.status == 1 and message in outcome.err and str(questions) in outcome.err
