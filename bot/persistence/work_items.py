"""Named queries on work items, and on who is to be told that one is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot.persistence.case_tables import CaseLinkRow, CaseRow
from bot.persistence.demand_tables import DemandClusterRow, DemandRow, WorkItemNoticeRow, WorkItemRow
from bot.persistence.demands import CASE, Bucket
from bot.persistence.tables import TaskRow

PROPOSED, ACCEPTED, DECLINED, DONE = "proposed", "accepted", "declined", "done"
LINK = "work_item"
"""Kind of a case's link to a work item."""


def add_work_item(session: Session, cluster_id: int, bucket: Bucket, title: str, now: datetime) -> WorkItemRow:
    """Propose work for a cluster. Raises StoreConflict at the end when the cluster has some."""
    subject, district = bucket
    row = WorkItemRow(cluster_id=cluster_id, title=title, state=PROPOSED, subject=subject, district=district, version=1)
    row.proposed_at = now
    session.add(row)
    session.flush()
    return row


def find_work_item(session: Session, item_id: int, for_update: bool = False) -> WorkItemRow | None:
    return session.get(WorkItemRow, item_id, with_for_update=True if for_update else None)


def find_of_cluster(session: Session, cluster_id: int, for_update: bool = False) -> WorkItemRow | None:
    found = select(WorkItemRow).where(WorkItemRow.cluster_id == cluster_id)
    return session.scalar(found.with_for_update() if for_update else found)


def list_done_of(session: Session, cluster_ids: Collection[int]) -> Sequence[WorkItemRow]:
    """Return the finished work items of these clusters, locked."""
    found = select(WorkItemRow).where(WorkItemRow.cluster_id.in_(cluster_ids), WorkItemRow.state == DONE)
    return session.scalars(found.order_by(WorkItemRow.id).with_for_update()).all()


def note_twins(session: Session, clusters: Iterable[tuple[int, int]]) -> None:
    """Let the work items of clusters that grew alike name each other."""
    for one, other in clusters:
        first, second = find_of_cluster(session, one), find_of_cluster(session, other)
        if first is not None and second is not None:
            first.twin_id, second.twin_id = first.twin_id or second.id, second.twin_id or first.id


def list_work_items(session: Session, state: str, limit: int) -> Sequence[tuple[WorkItemRow, DemandClusterRow]]:
    """Return the newest work items of a state ("" = all) with their clusters."""
    found = select(WorkItemRow, DemandClusterRow).join(DemandClusterRow, DemandClusterRow.id == WorkItemRow.cluster_id)
    if state:
        found = found.where(WorkItemRow.state == state)
    rows = session.execute(found.order_by(WorkItemRow.proposed_at.desc(), WorkItemRow.id.desc()).limit(limit))
    return [(item, cluster) for item, cluster in rows]


def get_cluster(session: Session, item: WorkItemRow) -> DemandClusterRow:
    return session.get_one(DemandClusterRow, item.cluster_id)


def count_states(session: Session) -> Mapping[str, int]:
    counted = session.execute(select(WorkItemRow.state, func.count()).group_by(WorkItemRow.state))
    return {state: n for state, n in counted}


def list_evidence(session: Session, cluster_id: int, limit: int) -> Sequence[DemandRow]:
    """Return the newest demands of a cluster."""
    found = select(DemandRow).where(DemandRow.cluster_id == cluster_id)
    return session.scalars(found.order_by(DemandRow.at.desc(), DemandRow.id.desc()).limit(limit)).all()


def list_demands(session: Session, cluster_id: int) -> Sequence[DemandRow]:
    """Return all demands of a cluster, the newest first."""
    found = select(DemandRow).where(DemandRow.cluster_id == cluster_id)
    return session.scalars(found.order_by(DemandRow.at.desc(), DemandRow.id.desc())).all()


def list_cases(session: Session, case_ids: Collection[str]) -> Mapping[str, CaseRow]:
    return {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(case_ids)))}


def find_task(session: Session, task_id: str) -> TaskRow | None:
    return session.get(TaskRow, task_id)


def task_names(session: Session, task_ids: Collection[str]) -> Mapping[str, str]:
    return {row[0]: row[1] for row in session.execute(select(TaskRow.id, TaskRow.name).where(TaskRow.id.in_(task_ids)))}


def list_notices(session: Session, item_id: int) -> Sequence[WorkItemNoticeRow]:
    return session.scalars(select(WorkItemNoticeRow).where(WorkItemNoticeRow.work_item_id == item_id)).all()


def count_notices(session: Session, item_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Return by work item how many are to be told, and how many of them have been."""
    counted = (
        select(WorkItemNoticeRow.work_item_id, func.count(), func.count(WorkItemNoticeRow.told_at))
        .where(WorkItemNoticeRow.work_item_id.in_(item_ids))
        .group_by(WorkItemNoticeRow.work_item_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(counted)}


def list_untold(session: Session, after: int, limit: int) -> Sequence[WorkItemNoticeRow]:
    """Return notices not told yet, in order, behind a number."""
    untold = select(WorkItemNoticeRow).where(WorkItemNoticeRow.told_at.is_(None), WorkItemNoticeRow.id > after)
    return session.scalars(untold.order_by(WorkItemNoticeRow.id).limit(limit)).all()


def find_notice(session: Session, notice_id: int) -> WorkItemNoticeRow | None:
    """Return the notice as it is now, locked."""
    return session.get(WorkItemNoticeRow, notice_id, with_for_update=True, populate_existing=True)


def list_to_note(session: Session) -> Sequence[int]:
    """Return the work items that are done and whose cases do not all say so yet."""
    return session.scalars(select(WorkItemRow.id).where(WorkItemRow.state == DONE, WorkItemRow.noted_at.is_(None))).all()


def list_unlinked_cases(session: Session, item: WorkItemRow, limit: int) -> Sequence[str]:
    """Return cases of the item's cluster that are not linked to it."""
    linked = exists().where(
        CaseLinkRow.case_id == DemandRow.reference, CaseLinkRow.kind == LINK, CaseLinkRow.target == str(item.id)
    )
    found = select(DemandRow.reference).where(DemandRow.cluster_id == item.cluster_id, DemandRow.kind == CASE, ~linked)
    return session.scalars(found.order_by(DemandRow.id).limit(limit)).all()
