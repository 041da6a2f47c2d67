"""Named queries on demands, the clusters they form, and where they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.persistence.case_tables import CaseRow
from bot.persistence.demand_tables import DemandClusterRow, DemandPlaceRow, DemandRow, WorkItemRow
from bot.persistence.enterprise_tables import BindingRow, EnterpriseRow
from bot.persistence.tables import ChannelUserRow, MessageRow

CASE, QUESTION = "case", "question"
NOT_ANSWERED = ("clarify", "refuse")
"""Bands of a reply that leaves the question open."""
MEMBERS_AT_MOST = 1_000
"""How many demands of a subject in a district are compared with a new one, the newest."""
FEW_MEMBERS = 40
"""How many stand for a cluster that has work and that nobody has asked about for long."""
IN_A_QUERY = 400
_Item = TypeVar("_Item", int, str, tuple[str, str])
Bucket = tuple[str, str]
"""Subject and district."""


@dataclass(frozen=True)
class Place:
    """A place in the order of what came in."""

    at: datetime
    reference: str


@dataclass(frozen=True)
class ClusterState:
    key: int
    work_item_id: int | None
    closed_at: datetime | None
    demands: Sequence[Any]
    """(id, text, asker, at) of its newest demands, the oldest first."""


def find_place(session: Session, kind: str) -> Place | None:
    row = session.get(DemandPlaceRow, kind)
    return Place(row.at, row.reference) if row else None


def move_place(session: Session, kind: str, before: Place | None, after: Place) -> bool:
    """Move on; False when somebody else has done so since. Raises StoreConflict at the end when both were the first."""
    if before is None:
        session.add(DemandPlaceRow(kind=kind, at=after.at, reference=after.reference))
        session.flush()
        return True
    here = (DemandPlaceRow.kind == kind, DemandPlaceRow.at == before.at, DemandPlaceRow.reference == before.reference)
    moved = session.execute(update(DemandPlaceRow).where(*here).values(at=after.at, reference=after.reference))
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def list_cases_after(session: Session, place: Place, before: datetime, limit: int) -> Sequence[CaseRow]:
    """Return cases filed after the place and before a moment, in order."""
    behind = or_(CaseRow.filed_at > place.at, and_(CaseRow.filed_at == place.at, CaseRow.id > place.reference))
    found = select(CaseRow).where(CaseRow.filed_at >= place.at, behind, CaseRow.filed_at < before)
    return session.scalars(found.order_by(CaseRow.filed_at, CaseRow.id).limit(limit)).all()


def list_open_replies_after(session: Session, place: Place, before: datetime, limit: int) -> Sequence[MessageRow]:
    """Return the bot's replies that left a question open, said after the place and before a moment, in order."""
    behind = or_(MessageRow.at > place.at, and_(MessageRow.at == place.at, MessageRow.id > place.reference))
    found = select(MessageRow).where(MessageRow.sender == "bot", MessageRow.band.in_(NOT_ANSWERED))
    found = found.where(MessageRow.at >= place.at, behind, MessageRow.at < before)
    return session.scalars(found.order_by(MessageRow.at, MessageRow.id).limit(limit)).all()


def list_messages(session: Session, ids: Collection[str]) -> Mapping[str, MessageRow]:
    return {row.id: row for some in _chunks(ids) for row in session.scalars(select(MessageRow).where(MessageRow.id.in_(some)))}


def find_next_said(session: Session, message: MessageRow) -> MessageRow | None:
    """Return what the user said next."""
    later = select(MessageRow).where(
        MessageRow.conversation_id == message.conversation_id, MessageRow.sequence > message.sequence, MessageRow.sender == "user"
    )
    return session.scalar(later.order_by(MessageRow.sequence).limit(1))


def credit_codes_of(session: Session, conversation_ids: Collection[str], now: datetime) -> Mapping[str, str]:
    """Return for which enterprise those may speak who write in these conversations, now (conversation → credit code)."""
    found: dict[str, str] = {}
    for some in _chunks(conversation_ids):
        users = session.scalars(select(ChannelUserRow).where(ChannelUserRow.conversation_id.in_(some)))
        holders = {f"conversation:{each}": each for each in some}
        for user in users:
            del holders[f"conversation:{user.conversation_id}"]
            holders[f"{user.channel}:{user.account}:{user.user_id}"] = user.conversation_id
        live = select(BindingRow.holder, BindingRow.credit_code).where(
            BindingRow.holder.in_(holders), BindingRow.revoked_at.is_(None), BindingRow.expires_at > now
        )
        found |= {holders[holder]: code for holder, code in session.execute(live)}
    return found


def list_live_bindings(session: Session, credit_codes: Collection[str], now: datetime) -> Sequence[BindingRow]:
    """Return the bindings of these enterprises that hold now, the newest first."""
    found: list[BindingRow] = []
    for some in _chunks(credit_codes):
        holds = (BindingRow.credit_code.in_(some), BindingRow.revoked_at.is_(None), BindingRow.expires_at > now)
        found += session.scalars(select(BindingRow).where(*holds))
    return sorted(found, key=lambda row: (row.created_at, row.id), reverse=True)


def list_enterprises(session: Session, credit_codes: Collection[str]) -> Mapping[str, EnterpriseRow]:
    wanted = (select(EnterpriseRow).where(EnterpriseRow.credit_code.in_(some)) for some in _chunks(credit_codes))
    return {row.credit_code: row for each in wanted for row in session.scalars(each)}


def known_references(session: Session, kind: str, references: Collection[str]) -> set[str]:
    wanted = (DemandRow.kind == kind, DemandRow.reference.in_(references))
    return set(session.scalars(select(DemandRow.reference).where(*wanted)))


def newest_texts(session: Session, limit: int) -> Sequence[tuple[str, str]]:
    """Return (subject, text) of the newest demands."""
    found = session.execute(select(DemandRow.subject, DemandRow.text).order_by(DemandRow.id.desc()).limit(limit))
    return [(subject, text) for subject, text in found]


def load_clusters(session: Session, buckets: Collection[Bucket], since: datetime) -> Mapping[Bucket, Sequence[ClusterState]]:
    """Return the clusters of these subjects and districts: those asked about since then, and those that have work."""
    found: dict[Bucket, list[ClusterState]] = {bucket: [] for bucket in buckets}
    for some in _chunks(buckets):
        members = _members(session, some, since)
        items = _work_of(session, some)
        for key, bucket, item_id, closed_at in items:
            if closed_at is None and key not in members:
                members[key] = _newest_members(session, key)
            if key in members:
                found[bucket].append(ClusterState(key, item_id, closed_at, [row[3:] for row in members.pop(key)]))
        for key, rows in members.items():
            found[(rows[0][1], rows[0][2])].append(ClusterState(key, None, None, [row[3:] for row in rows]))
    return {bucket: sorted(states, key=lambda state: state.key) for bucket, states in found.items()}


def _members(session: Session, buckets: Sequence[Bucket], since: datetime) -> dict[int, list[Any]]:
    nth = func.row_number().over(partition_by=(DemandRow.subject, DemandRow.district), order_by=DemandRow.id.desc())
    columns = (DemandRow.cluster_id, DemandRow.subject, DemandRow.district, DemandRow.id, DemandRow.text, DemandRow.asker)
    ranked = (
        select(*columns, DemandRow.at, nth.label("nth"))
        .where(tuple_(DemandRow.subject, DemandRow.district).in_(buckets), DemandRow.at >= since)
        .where(DemandRow.cluster_id.is_not(None))
        .subquery()
    )
    members: dict[int, list[Any]] = {}
    for row in session.execute(select(ranked).where(ranked.c.nth <= MEMBERS_AT_MOST).order_by(ranked.c.id)):
        members.setdefault(row[0], []).append(tuple(row)[:7])
    return members


def _newest_members(session: Session, key: int) -> list[Any]:
    columns = (DemandRow.cluster_id, DemandRow.subject, DemandRow.district, DemandRow.id, DemandRow.text, DemandRow.asker)
    newest = select(*columns, DemandRow.at).where(DemandRow.cluster_id == key).order_by(DemandRow.id.desc()).limit(FEW_MEMBERS)
    return [tuple(row) for row in session.execute(newest)][::-1]


def _work_of(session: Session, buckets: Sequence[Bucket]) -> list[tuple[int, Bucket, int, datetime | None]]:
    wanted = tuple_(WorkItemRow.subject, WorkItemRow.district).in_(buckets)
    columns = (WorkItemRow.cluster_id, WorkItemRow.subject, WorkItemRow.district, WorkItemRow.id, WorkItemRow.done_at)
    return [(row[0], (row[1], row[2]), row[3], row[4]) for row in session.execute(select(*columns).where(wanted))]


def add_cluster(session: Session, bucket: Bucket, at: datetime) -> DemandClusterRow:
    row = DemandClusterRow(subject=bucket[0], district=bucket[1], size=0, askers=0, words=[], created_at=at, last_at=at)
    session.add(row)
    return row


def add_demands(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(DemandRow), list(rows))


def move_demands(session: Session, demand_ids: Collection[int], cluster_id: int) -> None:
    for some in _chunks(demand_ids):
        session.execute(update(DemandRow).where(DemandRow.id.in_(some)).values(cluster_id=cluster_id))


def merge_clusters(session: Session, kept: int, gone: int) -> None:
    """Let all demands of one cluster, also those of long ago, be of the other, and delete the first."""
    session.execute(update(DemandRow).where(DemandRow.cluster_id == gone).values(cluster_id=kept))
    session.execute(delete(DemandClusterRow).where(DemandClusterRow.id == gone))


def count_again(session: Session, words: Mapping[int, Sequence[str]]) -> None:
    """Count these clusters' demands and askers anew, and keep their words; those without demands and work are deleted."""
    counted: dict[int, Any] = {}
    for some in _chunks(words):
        figures = (func.count(), func.count(DemandRow.asker.distinct()), func.max(DemandRow.at))
        found = session.execute(
            select(DemandRow.cluster_id, *figures).where(DemandRow.cluster_id.in_(some)).group_by(DemandRow.cluster_id)
        )
        counted |= {row[0]: row for row in found if row[0]}
        for cluster in session.scalars(select(DemandClusterRow).where(DemandClusterRow.id.in_(some))):
            if cluster.id in counted:
                _, cluster.size, cluster.askers, cluster.last_at = counted[cluster.id]
                cluster.words = list(words[cluster.id])
            elif session.scalar(select(WorkItemRow.id).where(WorkItemRow.cluster_id == cluster.id)) is None:
                session.delete(cluster)


def _chunks(items: Iterable[_Item]) -> Iterable[list[_Item]]:
    """Return the items in lists short enough for one query."""
    listed = sorted(set(items))
    return (listed[start : start + IN_A_QUERY] for start in range(0, len(listed), IN_A_QUERY))
