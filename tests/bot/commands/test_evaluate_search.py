"""`evaluate-search` on a collection small enough to count by hand."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pytest

from bot.commands.evaluate_search import measure
from tests.bot.commands.running import Outcome, run

CORPUS = [("a", "公司注销怎么办理"), ("b", "信用修复需要什么材料"), ("c", "商标异议的期限")]
KEYS = {"n", "mrr10", "ndcg10", "recall1", "recall10", "build_s", "ms_per_query"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "corpus.jsonl", "\n".join(json.dumps({"id": i, "text": t}, ensure_ascii=False) for i, t in CORPUS))
    write(
        tmp_path / "queries.jsonl",
        '{"id":"q1","text":"信用修復材料"}\n{"id":"q2","text":"商标期限"}\n{"id":"q3","text":"没有答案"}\n',
    )
    write(tmp_path / "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tb\t1\nq2\tc\t1\n")
    return tmp_path


def write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


def evaluate(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> Outcome:
    files = {"corpus": "corpus.jsonl", "queries": "queries.jsonl", "qrels": "qrels.tsv"}
    return run(capsys, "evaluate-search", *(x for k, f in files.items() for x in (f"--{k}", folder / f)), *more)


def test_the_measures_are_printed_as_json_alone(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    outcome = evaluate(capsys, folder, "--json")

    result = json.loads(outcome.out)
    assert outcome.status == 0 and set(result) == KEYS
    assert (result["n"], result["mrr10"], result["ndcg10"], result["recall1"], result["recall10"]) == (2, 1, 1, 1, 1)


def test_without_json_the_measures_are_readable(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert "ndcg10: 1.0" in evaluate(capsys, folder).out


def test_queries_without_a_judgement_are_left_out_and_the_header_is_optional(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder / "qrels.tsv", "q1\tb\t2\nq1\ta\t0\n")

    assert json.loads(evaluate(capsys, folder, "--json").out)["n"] == 1


def test_measures_counted_by_hand() -> None:
    result = measure([{"x": 1.0, "y": 1.0}, {"z": 1.0}], [["n", "x"], []])

    ideal = 1 + 1 / log2(3)
    assert result == {
        "n": 2,
        "mrr10": 0.25,
        "ndcg10": round(1 / log2(3) / ideal / 2, 4),
        "recall1": 0.0,
        "recall10": 0.25,
    }


BROKEN = [
    ("corpus.jsonl", "{", "corpus.jsonl: line 1: is not JSON"),
    ("corpus.jsonl", '{"id":"a"}', "corpus.jsonl: line 1: needs the texts id, text"),
    ("corpus.jsonl", '{"id":1,"text":"x"}', "corpus.jsonl: line 1: needs the texts id, text"),
    ("queries.jsonl", '\n["q1"]', "queries.jsonl: line 2: needs the texts"),
    ("queries.jsonl", '{"id":"other","text":"x"}', "queries.jsonl: id: no query has a judgement"),
    ("qrels.tsv", "q1\tb\n", "qrels.tsv: line 1: has 2 columns instead of 3"),
    ("qrels.tsv", "h\th\th\nq1\tb\tviel\n", "qrels.tsv: line 2: the third column must be a number"),
    ("corpus.jsonl", None, "corpus.jsonl: file: does not exist"),
    ("qrels.tsv", b"\xff\xfe\x00", "qrels.tsv: file: cannot be read as UTF-8"),
]


@pytest.mark.parametrize(("file", "content", "message"), BROKEN, ids=[message for _, _, message in BROKEN])
def test_a_malformed_file_is_named_with_line_and_reason(
    capsys: pytest.CaptureFixture[str], folder: Path, file: str, content: str | bytes | None, message: str
) -> None:
    path = folder / file
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    outcome = evaluate(capsys, folder, "--json")

    assert outcome.status == 1 and message in outcome.err and outcome.out == ""
    assert "Traceback" not in outcome.err


def test_an_empty_corpus_is_an_error_and_no_crash(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder / "corpus.jsonl", "\n")

    outcome = evaluate(capsys, folder, "--json")

    assert outcome.status in {0, 1} and "Traceback" not in outcome.err
