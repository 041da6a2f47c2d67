"""Telling everybody who asked that the work is done: each once, whatever happens in between.

Who is to be told stands in a row each, made in the transaction that closes the work. The words go into the conversation in the
transaction that marks the row as told, so a crash comes before both or after both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from bot.business.case import CaseActor
from bot.errors import BotError
from bot.persistence import bindings, cases, conversations, demands, work_items
from bot.persistence.database import Database, Session
from bot.persistence.demand_tables import DemandRow, WorkItemNoticeRow, WorkItemRow
from bot.persistence.demands import QUESTION
from bot.persistence.work_items import LINK
from bot.services.case_work import CaseBy, CaseWork, add_link
from bot.services.handover_notices import Notice
from bot.services.live import Happening, LiveEvents
from bot.services.ownership import tell_user

logger = logging.getLogger(__name__)
AT_ONCE = 100
_OTHERS = ("conversation:", "name:", "phone:", "case:")
"""How askers begin who are not known by a credit code."""
BY = CaseBy(CaseActor.SYSTEM, "system", "共性问题办理")


def outcome_notice(matter: str, outcome: str) -> Notice:
    """`matter`: subject and district, never another enterprise's words."""
    return Notice(
        f"您之前问过“{matter}”方面的事，不少企业也遇到了，我们把它作为共性问题专门办理，现在有结果了：\n{outcome}\n"
        "谢谢您的反映。还有疑问可以直接问我，或回复“转人工”。"
    )


def plan_notices(session: Session, item: WorkItemRow, now: datetime) -> None:
    """Add a row for each asker of the item's cluster who can be told and has none yet. The item's row must be locked."""
    known = work_items.list_notices(session, item.id)
    askers, places = {row.asker for row in known}, {row.conversation_id for row in known}
    asked = [row for row in work_items.list_demands(session, item.cluster_id) if item.done_at is None or row.at <= item.done_at]
    codes = demands.credit_codes_of(session, {row.conversation_id for row in asked if row.conversation_id}, now)
    reachable = _reachable(session, {row.asker for row in asked} | set(codes.values()), now)
    for row in asked:
        asker = _asker_now(row, codes)
        place = _place_to_tell(row, asker, reachable)
        if place is not None and asker not in askers and place not in places:
            session.add(WorkItemNoticeRow(work_item_id=item.id, asker=asker, conversation_id=place))
            askers.add(asker)
            places.add(place)
    session.flush()


def _asker_now(row: DemandRow, codes: Mapping[str, str]) -> str:
    """Return the asker, by the enterprise for whom they have shown to speak since they asked."""
    if row.asker.startswith("conversation:"):
        return codes.get(row.conversation_id or "", row.asker)
    return row.asker


def _reachable(session: Session, askers: Collection[str], now: datetime) -> Mapping[str, Sequence[str]]:
    """Return the conversations of those who may speak for each enterprise, the newest binding first."""
    codes = [asker for asker in askers if not asker.startswith(_OTHERS)]
    found: dict[str, list[str]] = {}
    for binding in demands.list_live_bindings(session, codes, now):
        place = bindings.conversation_of(session, binding.holder)
        if place is not None:
            found.setdefault(binding.credit_code, []).append(place)
    return found


def _place_to_tell(row: DemandRow, asker: str, reachable: Mapping[str, Sequence[str]]) -> str | None:
    """Return where the asker reads it: where they asked, while they may speak for the enterprise, else where somebody may.

    A question was asked by whoever writes in that conversation, so there it can be answered in any case.
    """
    if asker.startswith(_OTHERS):
        return row.conversation_id
    places = reachable.get(asker, ())
    if row.conversation_id in places or (not places and row.kind == QUESTION):
        return row.conversation_id
    return next(iter(places), None)


class WorkItemNotices:
    """Tells what is to be told, and gives the cases their outcome. Several processes may do so at once."""

    def __init__(
        self,
        database: Database,
        work: CaseWork,
        subjects: Mapping[str, str],
        live: LiveEvents,
        wake: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._work, self._subjects = database, work, subjects
        self._live, self._wake, self._now = live, wake, now

    def tell_all(self) -> int:
        """Tell everybody who is to be told; return how many were."""
        told, after = 0, 0
        while True:
            with self._database.session() as session:
                due = work_items.list_untold(session, after, AT_ONCE)
            for notice in due:
                told += self._tell(notice)
            if len(due) < AT_ONCE:
                break
            after = due[-1].id
        if told:
            self._wake()
        return told

    def note_cases(self) -> int:
        """Link the cases of finished work to it, with an event that the enterprise may see; return how many."""
        with self._database.session() as session:
            due = work_items.list_to_note(session)
        return sum(self._note_cases_of(item_id) for item_id in due)

    def _tell(self, notice: WorkItemNoticeRow) -> bool:
        try:
            with self._database.session() as session:
                conversation = conversations.get_conversation_for_update(session, notice.conversation_id)
                row = work_items.find_notice(session, notice.id)
                item = work_items.find_work_item(session, notice.work_item_id)
                if row is None or item is None or row.told_at is not None:
                    return False
                now = self._now()
                tell_user(session, conversation, outcome_notice(self.matter(item), item.outcome), now)
                row.told_at = now
        except BotError as error:  # the others must not wait for it
            logger.warning("somebody is told later that work is done: %s", type(error).__name__)
            return False
        self._live.tell_from_thread(notice.conversation_id, Happening("message"))
        return True

    def _note_cases_of(self, item_id: int) -> int:
        noted = 0
        while True:
            with self._database.session() as session:
                item = work_items.find_work_item(session, item_id, for_update=True)
                if item is None or item.noted_at is not None:
                    return noted
                due = work_items.list_unlinked_cases(session, item, AT_ONCE)
                for case_id in due:
                    self._note_case(session, item, case_id)
                noted += len(due)
                if len(due) < AT_ONCE:
                    item.noted_at = self._now()
                    return noted

    def _note_case(self, session: Session, item: WorkItemRow, case_id: str) -> None:
        case, now = cases.get_case(session, case_id, for_update=True), self._now()
        add_link(session, case, LINK, str(item.id), BY.name, now, item.title)
        text = f"这件事已作为共性问题专门办理，结果：{item.outcome}"
        self._work.note_event(session, case, "link", BY, now, text=text, detail={"kind": LINK, "target": str(item.id)})

    def matter(self, item: WorkItemRow) -> str:
        return f"{item.district}{self._subjects.get(item.subject, '企业办事')}"
