"""From what comes in to proposals: each demand joins what is like it, and where many ask for the same, work is proposed.

A batch is read in one transaction, compared outside of any, and stored in another, which goes through only if nobody has
stored that batch meanwhile: then the place up to which everything was looked at is still where it was. So several processes
may look at once, and a crash loses nothing and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.business.demand import Cluster, Demand, Grouping, count_askers
from bot.business.demand_words import Usage, Weighing, grams
from bot.errors import StoreConflict
from bot.persistence import demands, work_items
from bot.persistence.database import Database, Session
from bot.persistence.demands import CASE, QUESTION, Bucket, ClusterState, Place
from bot.services.case_settings import CaseSettings
from bot.services.demand_intake import Asked, Batch, read_cases, read_questions
from bot.services.work_item_notices import plan_notices
from knowledge.normalise import normalise

AT_ONCE = 200
SAMPLE = 1_500
"""From how many of the newest demands it is learnt which words are rare."""
TITLE_AT_MOST = 200


@dataclass(frozen=True)
class _Read:
    """What one batch is compared with."""

    place: Place | None
    batch: Batch
    clusters: Mapping[Bucket, Sequence[ClusterState]]
    sample: Sequence[tuple[str, str]]


@dataclass
class _Grouped:
    """What became of a bucket: its clusters, and for whom work is to be proposed with which words."""

    grouping: Grouping
    asked: Mapping[int, Asked]
    """The new demands, by their number while they have no id: below zero."""
    proposals: list[Cluster]

    @property
    def changed(self) -> list[Cluster]:
        return [cluster for cluster in self.grouping.clusters.values() if cluster.changed]


class Demands:
    """Looks at what came in. It runs in threads."""

    def __init__(
        self, database: Database, settings: CaseSettings, subjects: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        """`subjects`: titles by subject."""
        self._database, self._settings, self._subjects, self._now = database, settings, subjects, now

    def take_in(self) -> int:
        """Look at everything that came in since the last time; return how many work items were proposed."""
        return sum(self._take_in_all(kind) for kind in (CASE, QUESTION))

    def _take_in_all(self, kind: str) -> int:
        proposed = 0
        while (read := self._read(kind)) is not None:
            weighings = _weighings(read)
            grouped = {bucket: self._group(bucket, read, weighings[bucket[0]]) for bucket in read.clusters}
            try:
                with self._database.session() as session:
                    if not demands.move_place(session, kind, read.place, read.batch.until):
                        return proposed  # somebody else is at it
                    proposed += self._store(session, grouped)
            except StoreConflict:  # somebody else was the first
                return proposed
            if not read.batch.is_full:
                break
        return proposed

    def _since(self) -> datetime:
        return self._now() - timedelta(days=self._settings.demand.window_days)

    def _read(self, kind: str) -> _Read | None:
        now = self._now()
        with self._database.session() as session:
            place = demands.find_place(session, kind)
            begin = place or Place(self._since(), "")
            if kind == CASE:
                batch = read_cases(session, begin, now, AT_ONCE)
            else:
                batch = read_questions(session, begin, now, AT_ONCE, self._settings.districts)
            if batch is None:
                return None
            known = demands.known_references(session, kind, [each.reference for each in batch.asked])
            batch = Batch([each for each in batch.asked if each.reference not in known], batch.until, batch.is_full)
            clusters = demands.load_clusters(session, {(each.subject, each.district) for each in batch.asked}, self._since())
            return _Read(place, batch, clusters, demands.newest_texts(session, SAMPLE) if clusters else ())

    def _group(self, bucket: Bucket, read: _Read, weighing: Weighing) -> _Grouped:
        """Compare what is new in a subject and district with what is there. No transaction is open."""
        asked = {-1 - n: each for n, each in enumerate(read.batch.asked) if (each.subject, each.district) == bucket}
        grouping = Grouping(weighing, self._settings.demand.similarity, grams(self._subjects.get(bucket[0], "")))
        for state in read.clusters[bucket]:
            members = [Demand(row[0], _normal(row[1]), row[2], row[3]) for row in state.demands]
            grouping.restore(state.key, members, state.work_item_id is not None, state.closed_at)
        for number, each in asked.items():
            grouping.add(Demand(number, _normal(each.text), each.asker, each.at))
        grouping.tidy()
        return _Grouped(grouping, asked, self._proposals(grouping))

    def _proposals(self, grouping: Grouping) -> list[Cluster]:
        """Return the clusters that enough ask for, unless there is work on much the same already."""
        found: list[Cluster] = []
        for cluster in list(grouping.clusters.values()):
            if cluster.has_work or not cluster.changed:
                continue
            askers = count_askers(cluster.members.values(), grouping.telling_words(cluster), self._since())
            if askers >= self._settings.demand.threshold and not grouping.absorb(cluster):
                cluster.has_work = True
                found.append(cluster)
        return found

    def _store(self, session: Session, grouped: Mapping[Bucket, _Grouped]) -> int:
        """Write down what became of the buckets; return how many work items were proposed."""
        now, ids = self._now(), self._add_clusters(session, grouped)
        rows: list[dict[str, object]] = []
        words: dict[int, Sequence[str]] = {}
        for bucket, each in grouped.items():
            for merge in each.grouping.merges:
                if merge.gone > 0:
                    demands.merge_clusters(session, ids[bucket, _final(merge.kept, each.grouping)], merge.gone)
            for cluster in each.changed:
                cluster_id = ids[bucket, cluster.key]
                demands.move_demands(session, each.grouping.moved_to(cluster), cluster_id)
                rows += [_row(each.asked[number], cluster_id) for number in cluster.members if number < 0]
                words[cluster_id] = each.grouping.phrases(cluster) if cluster.has_work else []
        demands.add_demands(session, rows)
        demands.count_again(session, words)
        self._tell_late(session, [cluster_id for cluster_id in words], now)
        for bucket, each in grouped.items():
            for cluster in each.proposals:
                work_items.add_work_item(session, ids[bucket, cluster.key], bucket, self._title(bucket, each, cluster), now)
            twins = [(bucket, one, other) for one, other in sorted(each.grouping.twins)]
            work_items.note_twins(session, [(ids[at, one], ids[at, other]) for at, one, other in twins if (at, one) in ids])
        return sum(len(each.proposals) for each in grouped.values())

    def _add_clusters(self, session: Session, grouped: Mapping[Bucket, _Grouped]) -> dict[tuple[Bucket, int], int]:
        """Store the new clusters; return the ids of all by bucket and key."""
        keys = [(bucket, key) for bucket, each in grouped.items() for key in each.grouping.clusters]
        new = {(bucket, key): demands.add_cluster(session, bucket, self._now()) for bucket, key in keys if key < 0}
        session.flush()
        return {(bucket, key): new[bucket, key].id if key < 0 else key for bucket, key in keys}

    def _tell_late(self, session: Session, cluster_ids: Sequence[int], now: datetime) -> None:
        """Let those who had asked before the work was done, and are looked at only now, be told as well."""
        for item in work_items.list_done_of(session, cluster_ids):
            item.noted_at = None
            plan_notices(session, item, now)

    def _title(self, bucket: Bucket, grouped: _Grouped, cluster: Cluster) -> str:
        subject, district = self._subjects.get(bucket[0], "其他问题"), bucket[1]
        words = "、".join(grouped.grouping.phrases(cluster))
        return f"{district}{'：' if district else ''}{subject}{f'（{words}）' if words else ''}"[:TITLE_AT_MOST]


@lru_cache(maxsize=8192)
def _normal(text: str) -> str:
    return normalise(text)


def _weighings(read: _Read) -> Mapping[str, Weighing]:
    """Return by subject what is rare, as far as this batch and those before it show."""
    overall, by_subject = Usage(), {subject: Usage() for subject, _ in read.clusters}
    for subject, text in [*((each.subject, each.text) for each in read.batch.asked), *read.sample]:
        overall.add(_normal(text))
        if subject in by_subject:
            by_subject[subject].add(_normal(text))
    return {subject: Weighing(overall, usage) for subject, usage in by_subject.items()}


def _final(key: int, grouping: Grouping) -> int:
    """Return the cluster that the named one is part of in the end."""
    into = {merge.gone: merge.kept for merge in grouping.merges}
    while key in into:
        key = into[key]
    return key


def _row(asked: Asked, cluster_id: int) -> dict[str, object]:
    return {
        "kind": asked.kind,
        "reference": asked.reference,
        "subject": asked.subject,
        "district": asked.district,
        "text": asked.text,
        "asker": asked.asker,
        "conversation_id": asked.conversation_id,
        "at": asked.at,
        "cluster_id": cluster_id,
    }
