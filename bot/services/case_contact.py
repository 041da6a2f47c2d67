"""A contact that was left while nobody was there becomes a case, so that somebody owns it and a day is promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.business.case import CaseActor, CaseState, CaseType
from bot.persistence import bindings, cases
from bot.persistence.case_tables import CaseRow
from bot.persistence.database import Session
from bot.persistence.tables import ConversationRow, HandoverRow
from bot.services.callers import find_caller
from bot.services.case_draft import MAX_WHAT, CaseDraft
from bot.services.case_work import CaseBy, CaseWork

FileContact = Callable[[Session, ConversationRow, HandoverRow, str, str, datetime], tuple[str, str]]
"""(session, conversation, handover, what they wrote, phone, now) -> the case's number and its promise in words."""


class ContactCases:
    """Files such cases within the caller's transaction."""

    def __init__(self, work: CaseWork, subjects: frozenset[str]) -> None:
        self._work = work
        self._subjects = subjects

    def file(
        self, session: Session, conversation: ConversationRow, handover: HandoverRow, text: str, phone: str, now: datetime
    ) -> tuple[str, str]:
        """File a case for the request that nobody was there for; a second number corrects the first."""
        client_id = f"handover:{handover.id}"
        case = cases.find_by_client_id(session, client_id)
        if case is None:
            case = self._new(session, conversation, handover, text, phone, client_id, now)
        elif not CaseState(case.state).is_over:
            self._correct(session, conversation, case, text, phone, now)
        return case.number, self._work.promise_text(case)

    def _new(
        self,
        session: Session,
        conversation: ConversationRow,
        handover: HandoverRow,
        text: str,
        phone: str,
        client_id: str,
        now: datetime,
    ) -> CaseRow:
        caller = find_caller(session, conversation.id, now)
        asked = [str(each) for each in (handover.summary or {}).get("asked", ())]
        draft = CaseDraft(
            type=CaseType.CONSULT,
            what="\n".join(dict.fromkeys([*asked, text]))[:MAX_WHAT],
            title=str((handover.summary or {}).get("matter") or "")[:30],
            subject=handover.subject if handover.subject in self._subjects else None,
            contact_phone=phone,
            credit_code=caller.credit_code if caller else None,
            enterprise_name=caller.enterprise_name if caller else "",
            links=(("handover", str(handover.id)),),
            client_id=client_id,
        )
        by = self._by(session, conversation)
        return self._work.file(session, draft, by, now, source="contact", conversation_id=conversation.id)

    def _correct(
        self, session: Session, conversation: ConversationRow, case: CaseRow, text: str, phone: str, now: datetime
    ) -> None:
        case.contact_phone = phone
        self._work.note_event(session, case, "addition", self._by(session, conversation), now, text=text[:MAX_WHAT])

    def _by(self, session: Session, conversation: ConversationRow) -> CaseBy:
        holder = bindings.holder_of(session, conversation.id)
        return CaseBy(CaseActor.ENTERPRISE, f"holder:{holder}"[:160], "用户")
