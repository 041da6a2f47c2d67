"""Putting demands together that are about the same thing. Pure: who stores them says what is there, and reads what came of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.business.demand_words import COMPARED, Vector, Weighing, dot, grams

MERGE, SAME = 0.78, 0.6
"""From which share of the joining likeness two clusters are one; and, once one of them has work, no second work is proposed."""
BETTER = 0.02
"""By how much another cluster must be nearer before a demand moves there."""
ROUNDS = 3
LONG_PIECE, LONGEST_PIECE = 4, 6
"""Characters: from where on a longer piece of text is no better, and where one ends."""
_HAN = re.compile(r"[㐀-鿿]+")
TELLING = 3
"""How many words a cluster is known by."""
HELD_BY = 0.5
"""Share of the members that must use such a word."""


@dataclass(frozen=True)
class Demand:
    id: int
    text: str
    """In normal form."""
    asker: str
    at: datetime


@dataclass
class Cluster:
    """Demands that are about the same thing. `key` is the stored cluster's id, below zero for a new one."""

    key: int
    has_work: bool = False
    closed_at: datetime | None = None
    """When its work was done. What is asked after that is asked anew."""
    members: dict[int, Demand] = field(default_factory=dict)
    vectors: dict[int, Vector] = field(default_factory=dict)
    total: dict[str, float] = field(default_factory=dict)
    square: float = 0.0
    """Of the total's length."""
    changed: bool = False

    @property
    def length(self) -> float:
        return math.sqrt(max(self.square, 0.0))

    def add(self, demand: Demand, vector: Vector, is_new: bool = True) -> None:
        self.members[demand.id], self.vectors[demand.id] = demand, vector
        self._count(vector, 1.0)
        self.changed = self.changed or is_new

    def remove(self, demand_id: int) -> Demand:
        self._count(self.vectors.pop(demand_id), -1.0)
        self.changed = True
        return self.members.pop(demand_id)

    def _count(self, vector: Vector, sign: float) -> None:
        if not vector:
            return
        self.square += 2 * sign * dot(vector, self.total) + 1.0
        for gram, weight in vector.items():
            self.total[gram] = self.total.get(gram, 0.0) + sign * weight

    def likeness(self, vector: Vector) -> float:
        """Return the cosine (0-1) between the vector and the middle of the members."""
        return dot(vector, self.total) / self.length if self.length > 1e-9 else 0.0

    def likeness_without(self, demand_id: int) -> float:
        """Return how near a member is to the middle of the others; 0 when it is alone."""
        vector = self.vectors[demand_id]
        common = dot(vector, self.total)
        rest = self.length**2 - 2 * common + 1
        return (common - 1) / math.sqrt(rest) if len(self.members) > 1 and rest > 1e-9 else 0.0

    def likeness_to(self, other: Cluster) -> float:
        lengths = self.length * other.length
        return dot(self.total, other.total) / lengths if lengths > 1e-9 else 0.0


@dataclass(frozen=True)
class Merge:
    """`gone` is part of `kept` now."""

    kept: int
    gone: int


class Grouping:
    """The clusters of one subject in one district. The same demands in the same order make the same clusters."""

    def __init__(self, weighing: Weighing, similarity: float, plain: Collection[str] = ()) -> None:
        """`similarity` (0-1): how near a demand must be to a cluster's middle to join it. `plain`: grams that tell nothing
        here, those of the subject's name."""
        self.weighing, self.similarity, self.plain = weighing, similarity, plain
        self.clusters: dict[int, Cluster] = {}
        self.merges: list[Merge] = []
        self.twins: set[tuple[int, int]] = set()
        """Clusters alike enough to be one that each have work already: they stay two, and name each other."""
        self._next = -1
        self._was_in: dict[int, int] = {}

    def restore(self, key: int, members: Sequence[Demand], has_work: bool, closed_at: datetime | None) -> None:
        """Add a cluster as it was stored."""
        cluster = self.clusters[key] = Cluster(key, has_work, closed_at)
        for demand in members:
            cluster.add(demand, self.weighing.vector(demand.text), is_new=False)
            self._was_in[demand.id] = key

    def moved_to(self, cluster: Cluster) -> list[int]:
        """Return the stored demands that came into the cluster, but for those that came with a whole one."""
        merged = {merge.gone: merge.kept for merge in self.merges}

        def was_in(key: int) -> int:
            return was_in(merged[key]) if key in merged else key

        return [each for each in cluster.members if each > 0 and was_in(self._was_in[each]) != cluster.key]

    def add(self, demand: Demand) -> Cluster:
        """Let the demand join the nearest cluster, or begin one."""
        vector = self.weighing.vector(demand.text)
        near = self._nearest(demand, vector)
        cluster = near[1] if near and near[0] >= self.similarity else self._begin()
        cluster.add(demand, vector)
        return cluster

    def tidy(self) -> None:
        """Let what grew alike become one, and what now lies nearer to another cluster move there."""
        for _ in range(ROUNDS):
            if not (self._merge_all() | self._move_all()):
                return

    def absorb(self, cluster: Cluster) -> bool:
        """Before work is proposed for a cluster: if there is work on much the same, let it be part of that instead."""
        for other in sorted(self.clusters.values(), key=lambda each: (-each.likeness_to(cluster), each.key)):
            if other.has_work and self._may_join(cluster, other) and other.likeness_to(cluster) >= SAME * self.similarity:
                self._merge(other, cluster)
                return True
        return False

    def telling_words(self, cluster: Cluster) -> list[str]:
        """Return the pairs of characters that at least half of the members use and few others do, most telling first."""
        used = Counter(g for demand in cluster.members.values() for g in grams(demand.text) if len(g) == 2)
        rarity, least = self.weighing.rarity, HELD_BY * len(cluster.members)
        telling = [gram for gram, n in used.items() if n >= least and gram not in self.plain]
        telling = [gram for gram in telling if not self.weighing.is_everybodys(gram)]
        return sorted(telling, key=lambda gram: (-used[gram] * rarity(gram), gram))[:TELLING]

    def phrases(self, cluster: Cluster) -> list[str]:
        """Return what the members have in common as people would say it: pieces of text that hold a telling word."""
        if len(cluster.members) == 1:
            return []
        used = Counter(piece for demand in cluster.members.values() for piece in _pieces(demand.text))
        words, least = self.telling_words(cluster), HELD_BY * len(cluster.members)
        held = [piece for piece, n in used.items() if n >= least and any(word in piece for word in words)]
        chosen: list[str] = []
        for piece in sorted(held, key=lambda each: (-used[each] * min(len(each), LONG_PIECE), -len(each), each)):
            if all(grams(piece).isdisjoint(pair for pair in grams(other) if len(pair) == 2) for other in chosen):
                chosen.append(piece)
        return chosen[:TELLING]

    def _begin(self) -> Cluster:
        cluster = self.clusters[self._next] = Cluster(self._next)
        self._next -= 1
        return cluster

    def _nearest(self, demand: Demand, vector: Vector, but: int | None = None) -> tuple[float, Cluster] | None:
        open_ = [c for c in self.clusters.values() if c.key != but and (c.closed_at is None or demand.at <= c.closed_at)]
        ranked = [(cluster.likeness(vector), cluster) for cluster in open_]
        return max(ranked, key=lambda each: (each[0], -abs(each[1].key)), default=None)

    def _merge_all(self) -> bool:
        merged = False
        while (pair := self._most_alike()) is not None:
            self._merge(*pair)
            merged = True
        return merged

    def _most_alike(self) -> tuple[Cluster, Cluster] | None:
        best: tuple[float, Cluster, Cluster] | None = None
        for one, other in self._pairs():
            likeness = one.likeness_to(other)
            if likeness < MERGE * self.similarity:
                continue
            if one.has_work and other.has_work:
                self.twins.add((min(one.key, other.key), max(one.key, other.key)))
            elif self._may_join(one, other) and (best is None or likeness > best[0]):
                best = (likeness, one, other)
        return _survivor_first(best[1], best[2]) if best else None

    def _pairs(self) -> Iterator[tuple[Cluster, Cluster]]:
        """Yield the pairs of which one at least changed: the others were compared before."""
        listed = list(self.clusters.values())
        for place, one in enumerate(listed):
            for other in listed[place + 1 :]:
                if one.changed or other.changed:
                    yield one, other

    def _may_join(self, one: Cluster, other: Cluster) -> bool:
        return one is not other and one.closed_at is None and other.closed_at is None and not (one.has_work and other.has_work)

    def _merge(self, kept: Cluster, gone: Cluster) -> None:
        for demand_id, demand in gone.members.items():
            kept.add(demand, gone.vectors[demand_id])
        del self.clusters[gone.key]
        self.merges.append(Merge(kept.key, gone.key))

    def _move_all(self) -> bool:
        moved = False
        for cluster in list(self.clusters.values()):
            if cluster.has_work or len(cluster.members) == 1 or not cluster.changed:
                continue
            for demand in list(cluster.members.values()):
                near = self._nearest(demand, cluster.vectors[demand.id], but=cluster.key)
                if near and near[0] >= max(self.similarity, cluster.likeness_without(demand.id) + BETTER):
                    vector = cluster.vectors[demand.id]
                    near[1].add(cluster.remove(demand.id), vector)
                    moved = True
        for key in [key for key, cluster in self.clusters.items() if not cluster.members]:
            if key < 0:
                del self.clusters[key]
        return moved


def count_askers(members: Collection[Demand], words: Collection[str], since: datetime) -> int:
    """Return how many different askers, since then, use one of the cluster's telling words. Who asks twice counts once."""
    return len({each.asker for each in members if each.at >= since and not grams(each.text).isdisjoint(words)})


def _pieces(text: str) -> set[str]:
    """Return the runs of two to six Han characters."""
    runs = _HAN.findall(text[:COMPARED])
    return {run[i : i + n] for run in runs for n in range(2, LONGEST_PIECE + 1) for i in range(len(run) - n + 1)}


def _survivor_first(one: Cluster, other: Cluster) -> tuple[Cluster, Cluster]:
    """Work is kept; else the stored one, and of those the older."""
    first = min(one, other, key=lambda each: (not each.has_work, each.key < 0, abs(each.key)))
    return first, other if first is one else one
