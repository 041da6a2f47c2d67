"""The product's search on public question-document data, beside plain BM25 over jieba's words in the same run.

The peer reads the same normal form (Simplified, lower case), so that it is not beaten by the script alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import add_datasets, parser_for, print_figures
from benchmarks.plain_bm25 import PlainBm25
from benchmarks.product import run_evaluation
from bot.commands.evaluate_search import DEPTH, measure
from bot.commands.input_files import read_jsonl, read_tsv
from knowledge.normalise import normalise
from knowledge.words import WordCutter

SETS: Mapping[str, tuple[str, str]] = {
    "taipei_faq": ("taipei_faq", "queries.jsonl"),
    "taipei_faq_hans": ("taipei_faq", "queries_hans.jsonl"),
    "covid_policy_doc": ("covid_policy_doc", "queries.jsonl"),
}
"""Folder and file of the queries."""


def main() -> int:
    parser = parser_for(__doc__)
    add_datasets(parser, tuple(SETS))
    options = parser.parse_args()
    rows = [row for name in options.only for row in _compare(name, options.datasets)]
    print_figures(rows, options.json)
    return 0


def _compare(name: str, datasets: Path) -> list[dict[str, Any]]:
    folder, queries = datasets / SETS[name][0], datasets / SETS[name][0] / SETS[name][1]
    corpus, qrels = folder / "corpus.jsonl", folder / "qrels.tsv"
    ours = run_evaluation("evaluate-search", [("corpus", corpus), ("queries", queries), ("qrels", qrels)])
    return [
        {"data": name, "who": "yingshang", **ours},
        {"data": name, "who": "plain bm25", **_evaluate_plain(corpus, queries, qrels)},
    ]


def _evaluate_plain(corpus: Path, queries: Path, qrels: Path) -> dict[str, float]:
    documents, asked = read_jsonl(corpus, ("id", "text")), read_jsonl(queries, ("id", "text"))
    judged = {query: {document: float(gain)} for query, document, gain in read_tsv(qrels, 3)}
    cutter = WordCutter()
    started = time.perf_counter()
    index = PlainBm25([_words(cutter, f"{row.get('title') or ''} {row['text']}") for row in documents])
    built = time.perf_counter()
    ranked = [[documents[i]["id"] for i in index.best(_words(cutter, query["text"]), DEPTH)] for query in asked]
    answered = time.perf_counter()
    result = measure([judged[query["id"]] for query in asked], ranked)
    return result | {
        "build_s": round(built - started, 3),
        "ms_per_query": round(1000 * (answered - built) / len(asked), 3),
    }


def _words(cutter: WordCutter, text: str) -> list[str]:
    return [word for word in cutter.cut(normalise(text)) if word.strip()]


if __name__ == "__main__":
    sys.exit(main())
