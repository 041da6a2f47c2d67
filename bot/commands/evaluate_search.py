"""`evaluate-search`: the product's search on a collection with judged queries."""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log2

from tqdm import tqdm

from bot.bootstrap import KNOWLEDGE
from bot.commands.input_files import read_jsonl, read_tsv
from bot.errors import FileInvalid
from knowledge.search import LexicalIndex
from knowledge.terms import dictionary_terms, read_term_groups
from knowledge.words import cutter_for

DEPTH = 10
FIELD_WEIGHTS = {"title": 1.0, "text": 1.0}


def evaluate_search(options: argparse.Namespace) -> int:
    """Print MRR@10, nDCG@10, recall@1 and @10, the time to build and per query."""
    corpus = read_jsonl(options.corpus, ("id", "text"))
    judged = _judgements(read_tsv(options.qrels, 3), str(options.qrels))
    queries = [query for query in read_jsonl(options.queries, ("id", "text")) if query["id"] in judged]
    if not queries:
        raise FileInvalid(str(options.queries), "id", "no query has a judgement")
    cutter = cutter_for(dictionary_terms(read_term_groups(KNOWLEDGE)))
    started = time.perf_counter()
    documents = [{"title": str(row.get("title") or ""), "text": row["text"]} for row in corpus]
    index = LexicalIndex(documents, FIELD_WEIGHTS, cutter)
    built = time.perf_counter()
    ranked = [
        [corpus[position]["id"] for position, _ in index.best(query["text"], DEPTH)]
        for query in tqdm(queries, desc="检索", unit="条")
    ]
    asked = time.perf_counter()
    result = measure([judged[query["id"]] for query in queries], ranked)
    result |= {"build_s": round(built - started, 3), "ms_per_query": round(1000 * (asked - built) / len(queries), 3)}
    print(json.dumps(result) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0


def measure(judged: Sequence[Mapping[str, float]], ranked: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the means over queries. `judged` gives the gain of each relevant document of a query, `ranked` what was found."""
    n = len(judged)
    return {
        "n": n,
        "mrr10": round(sum(map(_reciprocal_rank, judged, ranked)) / n, 4),
        "ndcg10": round(sum(map(_ndcg, judged, ranked)) / n, 4),
        "recall1": round(sum(_recall(gains, found[:1]) for gains, found in zip(judged, ranked, strict=True)) / n, 4),
        "recall10": round(sum(map(_recall, judged, ranked)) / n, 4),
    }


def _reciprocal_rank(gains: Mapping[str, float], found: Sequence[str]) -> float:
    return next((1 / rank for rank, document in enumerate(found, start=1) if gains.get(document, 0) > 0), 0.0)


def _ndcg(gains: Mapping[str, float], found: Sequence[str]) -> float:
    gained = sum(gains.get(document, 0.0) / log2(rank + 1) for rank, document in enumerate(found, start=1))
    ideal = sorted(gains.values(), reverse=True)[:DEPTH]
    return gained / sum(gain / log2(rank + 1) for rank, gain in enumerate(ideal, start=1))


def _recall(gains: Mapping[str, float], found: Sequence[str]) -> float:
    relevant = {document for document, gain in gains.items() if gain > 0}
    return len(relevant & set(found)) / len(relevant)


def _judgements(rows: Sequence[tuple[str, ...]], file: str) -> dict[str, dict[str, float]]:
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for number, (query, document, gain) in enumerate(rows, start=1):
        try:
            value = float(gain)
        except ValueError:
            if number == 1:
                continue  # a header line
            raise FileInvalid(file, f"line {number}", f"the third column must be a number, is {gain!r}") from None
        if value > 0:
            judged[query][document] = value
    return dict(judged)
