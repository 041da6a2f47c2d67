"""Matters that many ask for, found in seeded streams of 3,000 texts: ours as they come in, beside a peer that sees all at once.

The peer is scikit-learn's DBSCAN on TF-IDF of one to three characters, of each subject and district, at the best of several
distances, chosen on the same streams with the labels known.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sklearn.cluster import DBSCAN
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.figures import parser_for, print_figures
from bot.business.demand import Demand, Grouping, count_askers
from bot.business.demand_words import Usage, Weighing, grams
from knowledge.normalise import normalise
from tests.fixtures.demand_stream import PLANTED, Written, demand_stream
from tests.fixtures.desk import subject_titles

SEEDS = (1, 2, 3)
BATCH, THRESHOLD, SIMILARITY = 200, 5, 0.2
DISTANCES = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
Proposed = Sequence[Sequence[Written]]


def ours(stream: Sequence[Written]) -> Proposed:
    """Return the groups that work was proposed for."""
    overall, by_subject = Usage(), defaultdict[str, Usage](Usage)
    stored: dict[tuple[str, str], dict[int, list[Demand]]] = defaultdict(dict)
    work: set[int] = set()
    for start in range(0, len(stream), BATCH):
        coming = defaultdict[tuple[str, str], list[Demand]](list)
        for n in range(start, min(start + BATCH, len(stream))):
            each, text = stream[n], normalise(stream[n].text)
            overall.add(text)
            by_subject[each.subject].add(text)
            coming[each.subject, each.district].append(Demand(n + 1, text, each.asker, BEGIN + timedelta(minutes=n)))
        for bucket, demands in coming.items():
            plain = grams(subject_titles().get(bucket[0], ""))
            grouping = Grouping(Weighing(overall, by_subject[bucket[0]]), SIMILARITY, plain)
            for key, members in stored[bucket].items():
                grouping.restore(key, members, key in work, None)
            stored[bucket] = _group(grouping, demands, work)
    return [[stream[each.id - 1] for each in m] for found in stored.values() for key, m in found.items() if key in work]


def _group(grouping: Grouping, demands: Sequence[Demand], work: set[int]) -> dict[int, list[Demand]]:
    for demand in demands:
        grouping.add(demand)
    grouping.tidy()
    kept: dict[int, list[Demand]] = {}
    for cluster in list(grouping.clusters.values()):
        words = grouping.telling_words(cluster)
        enough = count_askers(cluster.members.values(), words, BEGIN) >= THRESHOLD
        if enough and not cluster.has_work and not grouping.absorb(cluster):
            cluster.has_work = True
    for cluster in grouping.clusters.values():
        if cluster.members:
            key = cluster.key if cluster.key > 0 else min(cluster.members)
            kept[key] = list(cluster.members.values())
            work |= {key} if cluster.has_work else set()
    return kept


def peer(stream: Sequence[Written], distance: float) -> Proposed:
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit_transform([normalise(each.text) for each in stream])
    buckets = defaultdict[tuple[str, str], list[int]](list)
    for n, each in enumerate(stream):
        buckets[each.subject, each.district].append(n)
    found: list[list[Written]] = []
    for rows in buckets.values():
        labels = DBSCAN(eps=distance, min_samples=3, metric="cosine").fit_predict(vectors[rows])
        groups = defaultdict[int, list[Written]](list)
        for row, label in zip(rows, labels, strict=True):
            groups[label].append(stream[row])
        found += [m for label, m in groups.items() if label >= 0 and len({each.asker for each in m}) >= THRESHOLD]
    return found


def judge(proposed: Proposed) -> Mapping[str, float]:
    """Return how many planted were found, how often twice, how pure, and how many proposals are of nothing planted."""
    found: Counter[str] = Counter()
    shares: list[float] = []
    for members in proposed:
        label, n = Counter(each.label for each in members).most_common(1)[0]
        if label.startswith("theme:") and 2 * n >= len(members):
            found[label] += 1
            shares.append(n / len(members))
    others = len(proposed) - len(shares)
    return {
        "found": len(found),
        "twice": len(shares) - len(found),
        "purity": round(sum(shares) / max(1, len(shares)), 3),
        "others": others,
    }


def main() -> int:
    options = parser_for(__doc__).parse_args()
    streams = {seed: demand_stream(seed) for seed in SEEDS}
    best = max(DISTANCES, key=lambda each: sum(_worth(judge(peer(stream, each))) for stream in streams.values()))
    rows: list[dict[str, Any]] = []
    for seed, stream in streams.items():
        for who in ("yingshang", f"DBSCAN at {best}"):
            began = time.perf_counter()
            figures = judge(ours(stream) if who == "yingshang" else peer(stream, best))
            spent = (time.perf_counter() - began) * 1000 / len(stream)
            rows.append({"seed": seed, "who": who, "planted": PLANTED, **figures, "ms_per_text": round(spent, 1)})
    print_figures(rows, options.json)
    return 0


def _worth(figures: Mapping[str, float]) -> float:
    return figures["found"] - figures["twice"] - 0.5 * figures["others"]


if __name__ == "__main__":
    sys.exit(main())
