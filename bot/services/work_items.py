"""What supervisors do with proposed work: look at the evidence, take it on or not, link it, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.business.roles import Permission, Principal
from bot.errors import WorkItemNotFound, WorkItemRefused
from bot.persistence import access_log, demands, work_items
from bot.persistence.case_tables import CaseRow
from bot.persistence.database import Database, Session
from bot.persistence.demand_tables import DemandClusterRow, DemandRow, WorkItemRow
from bot.persistence.demands import CASE
from bot.persistence.work_items import ACCEPTED, DECLINED, DONE, PROPOSED
from bot.services.case_draft import clean
from bot.services.case_settings import CaseSettings
from bot.services.work_item_notices import plan_notices

LISTED_AT_MOST = 500
EVIDENCE_AT_MOST = 200
MAX_TEXT = 1_000
"""Characters of a reason or an outcome."""
ACCEPT, DECLINE, LINK, FINISH = "accept", "decline", "link", "done"
ALLOWED_FROM: Mapping[str, frozenset[str]] = {
    ACCEPT: frozenset({PROPOSED}),
    DECLINE: frozenset({PROPOSED, ACCEPTED}),
    LINK: frozenset({PROPOSED, ACCEPTED}),
    FINISH: frozenset({ACCEPTED}),
}
STATES = (PROPOSED, ACCEPTED, DECLINED, DONE)
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class WorkItem:
    row: WorkItemRow
    cluster: DemandClusterRow
    task_name: str | None
    to_tell: int
    """How many are told of the outcome; 0 before there is one."""
    told: int


@dataclass(frozen=True)
class WorkItemPage:
    items: Sequence[WorkItem]
    counts: Mapping[str, int]
    """By state."""


@dataclass(frozen=True)
class Evidence:
    demand: DemandRow
    number: str | None
    """Of a case."""
    asker_name: str


@dataclass(frozen=True)
class WorkItemDetail:
    item: WorkItem
    evidence: Sequence[Evidence]


class WorkItems:
    """The use cases. They run in threads; `principal` is who asks."""

    def __init__(
        self,
        database: Database,
        settings: CaseSettings,
        subjects: Mapping[str, str],
        look_soon: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        """`look_soon` is called when somebody is to be told."""
        self.settings, self.subjects = settings, subjects
        self._database, self._look_soon, self._now = database, look_soon, now

    def list_items(self, principal: Principal, state: str = "") -> WorkItemPage:
        principal.require(Permission.SUPERVISE)
        with self._database.session() as session:
            rows = work_items.list_work_items(session, state, LISTED_AT_MOST) if state in ("", *STATES) else []
            counts = work_items.count_states(session)
            return WorkItemPage(self._shown(session, rows), {state: counts.get(state, 0) for state in STATES})

    def detail(self, principal: Principal, item_id: int) -> WorkItemDetail:
        """Return the work item with the newest of what was asked. Raises WorkItemNotFound."""
        principal.require(Permission.SUPERVISE)
        with self._database.session() as session:
            item = self._get(session, item_id)
            access_log.note_look(session, f"agent:{principal.username}", "demand.read", f"work_item:{item.id}", self._now())
            return self._detail(session, item)

    def change(
        self,
        principal: Principal,
        item_id: int,
        transition: str,
        version: int,
        text: str = "",
        department: str | None = None,
        task_id: str | None = None,
    ) -> WorkItemDetail:
        """Decide on it, link it, or say what came of it. Raises WorkItemNotFound, WorkItemRefused."""
        principal.require(Permission.SUPERVISE)
        now, text = self._now(), clean(text)[:MAX_TEXT]
        with self._database.session() as session:
            item = self._get(session, item_id, for_update=True)
            self._check(session, item, transition, version, text, department, task_id)
            if transition in (ACCEPT, LINK):
                item.department, item.task_id = department or item.department, task_id or item.task_id
            if transition in (ACCEPT, DECLINE):
                item.state = ACCEPTED if transition == ACCEPT else DECLINED
                item.decided_by, item.decided_at = principal.username, now
            if transition == DECLINE:
                item.reason = text
            if transition == FINISH:
                item.state, item.outcome, item.done_by, item.done_at = DONE, text, principal.username, now
                plan_notices(session, item, now)
            item.version += 1
            who, about = f"agent:{principal.username}", f"work_item:{item.id}"
            access_log.note_attempt(session, who, f"demand.{transition}", about, access_log.ALLOWED, now)
            session.flush()
            found = self._detail(session, item)
        if transition == FINISH:
            self._look_soon()
        return found

    def _check(
        self,
        session: Session,
        item: WorkItemRow,
        transition: str,
        version: int,
        text: str,
        department: str | None,
        task_id: str | None,
    ) -> None:
        if item.version != version:
            raise WorkItemRefused("conflict")
        if item.state not in ALLOWED_FROM.get(transition, frozenset()):
            raise WorkItemRefused("not_from_here")
        if transition in (DECLINE, FINISH) and not text:
            raise WorkItemRefused("needs_text")
        if department and self.settings.department(department) is None:
            raise WorkItemRefused("department_unknown")
        if task_id and (not task_id.isprintable() or work_items.find_task(session, task_id) is None):
            raise WorkItemRefused("task_unknown")

    def _get(self, session: Session, item_id: int, for_update: bool = False) -> WorkItemRow:
        item = work_items.find_work_item(session, item_id, for_update) if 0 < item_id <= MAX_ID else None
        if item is None:
            raise WorkItemNotFound(str(item_id))
        return item

    def _shown(self, session: Session, rows: Sequence[tuple[WorkItemRow, DemandClusterRow]]) -> list[WorkItem]:
        names = work_items.task_names(session, {item.task_id for item, _ in rows if item.task_id})
        notices = work_items.count_notices(session, [item.id for item, _ in rows])
        return [WorkItem(item, cluster, names.get(item.task_id or ""), *notices.get(item.id, (0, 0))) for item, cluster in rows]

    def _detail(self, session: Session, item: WorkItemRow) -> WorkItemDetail:
        rows = work_items.list_evidence(session, item.cluster_id, EVIDENCE_AT_MOST)
        filed = work_items.list_cases(session, [row.reference for row in rows if row.kind == CASE])
        names = {code: each.name for code, each in demands.list_enterprises(session, {row.asker for row in rows}).items()}
        evidence = [_evidence(row, filed.get(row.reference), names.get(row.asker)) for row in rows]
        return WorkItemDetail(self._shown(session, [(item, work_items.get_cluster(session, item))])[0], evidence)


def _evidence(row: DemandRow, case: CaseRow | None, enterprise: str | None) -> Evidence:
    name = enterprise or (case.enterprise_name if case else "")
    return Evidence(row, case.number if case else None, name or "未表明企业的用户")
