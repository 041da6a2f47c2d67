"""What happens to a case, each within the caller's transaction: filing, changing its state, adding words.

Desk, chat and time all come through here, so that the table of states is asked, the history is written and the enterprise is
told in the same transaction, whoever causes the change.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.business.case import RULES, CaseActor, CaseState, CaseTransition, CaseType, Urgency, change_state
from bot.business.case_promise import Promise, describe_promise, promise
from bot.business.working_calendar import HANGZHOU, WorkingCalendar
from bot.errors import CaseChangeRefused, CaseInvalid, StoreConflict
from bot.persistence import bindings, cases, conversations
from bot.persistence.case_tables import CaseEventRow, CaseLinkRow, CaseRow
from bot.persistence.database import Session
from bot.persistence.enterprise_tables import EnterpriseRow
from bot.services import case_notices as notices
from bot.services.case_draft import CaseDraft, checked
from bot.services.case_settings import CaseSettings
from bot.services.handover_notices import Notice
from bot.services.ownership import tell_user
from knowledge.normalise import normalise

NUMBER_TRIES = 8


@dataclass(frozen=True)
class CaseBy:
    """Who causes something. `name` is what the history says; `title` what people read."""

    actor: CaseActor
    name: str
    title: str


SYSTEM = CaseBy(CaseActor.SYSTEM, "system", "系统")


@dataclass
class Told:
    """Conversations that something was said in: their pages are told after the transaction."""

    conversations: list[str] = field(default_factory=list)


class CaseWork:
    """The rules of `bot.business.case` at work on rows. Holds no state of its own."""

    def __init__(self, settings: CaseSettings, calendar: WorkingCalendar, clock: Callable[[], datetime]) -> None:
        """`clock`: Hangzhou's time, by which promises are counted."""
        self.settings = settings
        self.calendar = calendar
        self.clock = clock

    def today(self) -> date:
        return self.clock().astimezone(HANGZHOU).date()

    def file(
        self,
        session: Session,
        draft: CaseDraft,
        by: CaseBy,
        now: datetime,
        *,
        source: str,
        conversation_id: str | None = None,
        told: Told | None = None,
    ) -> CaseRow:
        """Store a case and its first event; the same client id again is the same case. Raises CaseInvalid.

        `told` given: the enterprise reads a notice of it. In a chat the bot says so itself.
        """
        draft = checked(draft, self.settings)
        if draft.client_id and (known := cases.find_by_client_id(session, draft.client_id)):
            return known
        due = self.promise_for(CaseType(draft.type), Urgency(draft.urgency))
        enterprise = self._enterprise(session, draft, by, now)
        case = CaseRow(
            id=uuid.uuid4().hex,
            number=self._new_number(session),
            credit_code=draft.credit_code,
            enterprise_name=enterprise.name if enterprise else draft.enterprise_name,
            conversation_id=conversation_id,
            source=source,
            filed_by=by.name,
            type=draft.type,
            subject=draft.subject,
            district=draft.district,
            urgency=draft.urgency,
            title=draft.title,
            what=draft.what,
            place=draft.place,
            since=draft.since,
            wish=draft.wish,
            contact_name=draft.contact_name,
            contact_phone=draft.contact_phone,
            state=CaseState.SUBMITTED.value,
            version=1,
            filed_at=now,
            last_at=now,
            due_on=due.due_on,
            due_provisional=due.is_provisional,
            escalation_level=0,
            client_id=draft.client_id,
        )
        refresh_search_text(case)
        session.add(case)
        session.flush()
        self.note_event(session, case, "filed", by, now, to_state=case.state)
        for kind, target in draft.links:
            add_link(session, case, kind, target, by.name, now)
        if conversation_id:
            add_link(session, case, "conversation", conversation_id, by.name, now)
        if told is not None:
            self.tell(session, case, notices.filed_by_desk(case.number, case.title, self.promise_text(case)), now, told)
        return case

    def _enterprise(self, session: Session, draft: CaseDraft, by: CaseBy, now: datetime) -> EnterpriseRow | None:
        """Return the enterprise of the code, a new one when it is not known yet. Raises CaseInvalid without a name for it."""
        if draft.credit_code is None:
            return None
        known = bindings.find_enterprise(session, draft.credit_code)
        if known is None and not draft.enterprise_name:
            raise CaseInvalid({"enterprise_name": "这家企业还没有登记，请填写企业名称。"})
        return known or bindings.add_enterprise(session, draft.credit_code, draft.enterprise_name, draft.district, by.name, now)

    def change(
        self,
        session: Session,
        case: CaseRow,
        transition: CaseTransition,
        by: CaseBy,
        now: datetime,
        told: Told,
        *,
        text: str = "",
        department: str | None = None,
        result: str | None = None,
    ) -> None:
        """Take the case, whose row is locked, to its next state; write it down and tell the enterprise.

        Raises CaseChangeRefused for what the table of states does not have.
        """
        before = CaseState(case.state)
        after = change_state(before, transition, by.actor, text, case.reopened_at is not None)
        if transition is CaseTransition.ASSIGN:
            self._assign(case, department, before)
        self._keep_time(case, before, transition, now)
        case.state = after.value
        case.closed_at = now if after.is_over else None
        if transition is CaseTransition.ANSWER:
            case.answer, case.answered_at = text.strip(), now
        if transition is CaseTransition.CLOSE and result is not None:
            case.result = result
        detail: dict[str, Any] = {"department": case.department} if transition is CaseTransition.ASSIGN else {}
        self.note_event(
            session,
            case,
            "state",
            by,
            now,
            text=text.strip(),
            transition=transition,
            from_state=before.value,
            to_state=after.value,
            detail=detail | ({"result": result} if result else {}),
            is_internal=transition is CaseTransition.SEND_BACK,
        )
        if transition is CaseTransition.SEND_BACK:
            case.department = None
        if RULES[transition].tells and (notice := self._notice(session, case, transition, by, text)) is not None:
            self.tell(session, case, notice, now, told)

    def note_event(
        self,
        session: Session,
        case: CaseRow,
        kind: str,
        by: CaseBy,
        now: datetime,
        *,
        text: str = "",
        transition: CaseTransition | None = None,
        from_state: str | None = None,
        to_state: str | None = None,
        detail: Mapping[str, Any] | None = None,
        is_internal: bool = False,
    ) -> None:
        """Add an event to the history, and mark the case as changed."""
        if kind != "filed":
            case.version += 1
        case.last_at = now
        cases.add_event(
            session,
            CaseEventRow(
                case_id=case.id,
                kind=kind,
                transition=transition.value if transition else None,
                from_state=from_state,
                to_state=to_state,
                text=text,
                detail=dict(detail) if detail else None,
                by=by.name,
                by_name=by.title,
                is_internal=is_internal,
                at=now,
            ),
        )

    def tell(self, session: Session, case: CaseRow, notice: Notice, now: datetime, told: Told) -> None:
        """Tell the enterprise, where it can be told. A case of an enterprise is told of only to who may speak for it now."""
        conversation_id = conversation_to_tell(session, case, now)
        if conversation_id is None:
            return
        conversation = conversations.get_conversation_for_update(session, conversation_id)
        tell_user(session, conversation, notice, now)
        told.conversations.append(conversation_id)

    def promise_text(self, case: CaseRow) -> str:
        return describe_promise(case.due_on, case.due_provisional, self.today())

    def promise_for(self, type_: CaseType, urgency: Urgency) -> Promise:
        """Return what is promised for a case that is filed today."""
        return self._promise(type_, urgency, self.today())

    def promise_anew(self, case: CaseRow, from_day: date) -> None:
        """Count the promised day from this one, as type and urgency have it now."""
        due = self._promise(CaseType(case.type), Urgency(case.urgency), from_day)
        case.due_on, case.due_provisional = due.due_on, due.is_provisional

    def _promise(self, type_: CaseType, urgency: Urgency, from_day: date) -> Promise:
        days = self.settings.urgent_days if urgency is Urgency.URGENT else self.settings.days[type_]
        return promise(self.calendar, from_day, days)

    def _new_number(self, session: Session) -> str:
        day = self.today()
        for _ in range(NUMBER_TRIES):
            number = f"YS{day:%Y%m%d}{secrets.randbelow(10**6):06d}"
            if cases.find_by_number(session, number) is None:
                return number
        raise StoreConflict("no free case number was found")

    def _assign(self, case: CaseRow, department: str | None, before: CaseState) -> None:
        if not department:
            raise CaseChangeRefused("department_needed", CaseTransition.ASSIGN, before)
        if self.settings.department(department) is None:
            raise CaseChangeRefused("department_unknown", CaseTransition.ASSIGN, before)
        if department == case.department:
            raise CaseChangeRefused("already_so", CaseTransition.ASSIGN, before)
        case.department = department

    def _keep_time(self, case: CaseRow, before: CaseState, transition: CaseTransition, now: datetime) -> None:
        """Let the promised day move by the time that the case waited for the enterprise; begin anew when it is reopened."""
        if transition is CaseTransition.ASK_MORE:
            case.waiting_since = now
        elif before is CaseState.WAITING and case.waiting_since is not None:
            waited = self.calendar.count_working_days(case.waiting_since.astimezone(HANGZHOU).date(), self.today())
            moved = promise(self.calendar, case.due_on, max(0, waited))
            case.due_on, case.due_provisional = moved.due_on, case.due_provisional or moved.is_provisional
            case.waiting_since = None
        if transition is CaseTransition.REOPEN:
            case.reopened_at, case.answered_at, case.escalation_level, case.escalated_at = now, None, 0, None
            case.rating, case.rating_comment, case.result = None, None, None
            self.promise_anew(case, self.today())

    def _notice(self, session: Session, case: CaseRow, transition: CaseTransition, by: CaseBy, text: str) -> Notice | None:
        number, title, until = case.number, case.title, self.promise_text(case)
        bound = case.credit_code is not None
        makes: dict[CaseTransition, Callable[[], Notice]] = {
            CaseTransition.ACCEPT: lambda: notices.accepted(number, title, until),
            CaseTransition.REJECT: lambda: notices.rejected(number, title, text),
            CaseTransition.ASSIGN: lambda: notices.assigned(number, title, self.settings.title_of(case.department) or "", until),
            CaseTransition.ASK_MORE: lambda: notices.asked_more(number, title, text, bound),
            CaseTransition.ANSWER: lambda: notices.answered(
                number, title, self.speaker(case, by), text, bound, self.settings.reopen_for_days
            ),
            CaseTransition.CLOSE: lambda: notices.closed(number, title, self.settings.results.get(case.result or "")),
            CaseTransition.WITHDRAW: lambda: notices.withdrawn(number, title),
            CaseTransition.REOPEN: lambda: notices.reopened(number, title, until),
        }
        # What the enterprise does itself in the chat, the bot confirms there.
        return None if by.actor is CaseActor.ENTERPRISE else makes[transition]()

    def speaker(self, case: CaseRow, by: CaseBy) -> str:
        """Return who answers, as the enterprise reads it: a department or the desk, never a person's name."""
        own = self.settings.title_of(case.department) if by.actor is CaseActor.DEPARTMENT else None
        return own or "综合服务台"


def conversation_to_tell(session: Session, case: CaseRow, now: datetime) -> str | None:
    """Return where news of the case go: the conversation it was filed in, while whoever writes there may speak for the
    enterprise, else that of the newest binding of the enterprise; None when nobody can be told."""
    if case.credit_code is None:
        return case.conversation_id
    live = bindings.list_live_bindings_of(session, case.credit_code, now)
    found = [place for place in (bindings.conversation_of(session, row.holder) for row in live) if place is not None]
    return case.conversation_id if case.conversation_id in found else next(iter(found), None)


def add_link(session: Session, case: CaseRow, kind: str, target: str, by: str, now: datetime, title: str = "") -> None:
    """Link the case to something; what is linked already stays as it is."""
    if any(link.kind == kind and link.target == target for link in cases.list_links(session, case.id)):
        return
    session.add(CaseLinkRow(case_id=case.id, kind=kind, target=target, title=title, by=by, at=now))
    session.flush()


def refresh_search_text(case: CaseRow) -> None:
    parts = (
        case.number,
        case.title,
        case.what,
        case.place,
        case.wish,
        case.enterprise_name,
        case.contact_name,
        case.contact_phone,
    )
    case.search_text = normalise("\n".join((*parts, case.credit_code or "")))


def hash_of(text: str) -> str:
    """Return what the audit log keeps of something that was asked for in vain."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
