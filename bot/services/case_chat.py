"""What somebody in a chat does with the cases of the enterprise they may speak for.

Who that is comes from their binding alone, never from what they write. A case that is not theirs and one that does not exist are
the same to them, in words and in work; every attempt is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.business.case import CaseActor, CaseTransition, CaseType, allowed_changes
from bot.business.case import CaseState as State
from bot.business.case_promise import is_overdue
from bot.business.identity import Caller
from bot.business.likeness import SAME_MATTER, likeness
from bot.business.working_calendar import HANGZHOU
from bot.errors import CaseChangeRefused, CaseInvalid, CaseNotFound
from bot.persistence import access_log, bindings, cases
from bot.persistence.case_tables import CaseRow
from bot.persistence.database import Database, Session
from bot.services.callers import find_caller
from bot.services.case_draft import CaseDraft, clean
from bot.services.case_words import describe_last_change
from bot.services.case_work import CaseBy, CaseWork, Told, add_link, hash_of
from knowledge.normalise import normalise

SIMILAR_AT_MOST = 3
LOOKED_AT = 20
"""How many of an enterprise's open cases are compared."""
MAX_ADDITION = 2_000
MAX_COMMENT = 200
MAX_NUMBER = 40
RATED_FROM, RATED_TO = 1, 5


@dataclass(frozen=True)
class CaseBrief:
    """What an enterprise may know about its case."""

    id: str
    number: str
    title: str
    type: CaseType
    state: State
    filed_at: datetime
    due_on: date
    due_provisional: bool
    department_title: str | None
    answer: str | None
    last_change: str
    """One sentence with its day."""
    can: tuple[CaseTransition, ...]
    can_rate: bool
    is_overdue: bool


class CaseChat:
    """The use cases. They run in threads."""

    def __init__(self, database: Database, work: CaseWork, now: Callable[[], datetime]) -> None:
        self.work = work
        self._database, self._now = database, now

    def caller(self, conversation_id: str) -> Caller | None:
        """Return who may speak for an enterprise in this conversation, None when nobody has shown that."""
        with self._database.session() as session:
            return find_caller(session, conversation_id, self._now())

    def note_stranger(self, conversation_id: str, number: str | None) -> None:
        """Write down that somebody who has not shown whom they speak for asked for a case."""
        now = self._now()
        with self._database.session() as session:
            holder = bindings.holder_of(session, conversation_id)
            about = hash_of(normal_number(number) if number else "")
            access_log.note_attempt(session, holder, "case.ask", about, access_log.DENIED, now, conversation_id)

    def list_similar(self, conversation_id: str, what: str) -> Sequence[CaseBrief]:
        """Return open cases of the caller's own enterprise that may be the same matter, the likest first."""
        now, text = self._now(), normalise(what)
        with self._database.session() as session:
            caller = find_caller(session, conversation_id, now)
            if caller is None:
                return ()
            own = cases.list_of_enterprise(session, caller.credit_code, LOOKED_AT, only_open=True)
            alike = sorted(((likeness(text, normalise(case.what)), case) for case in own), key=lambda pair: -pair[0])
            return [self._brief(session, case) for score, case in alike if score >= SAME_MATTER][:SIMILAR_AT_MOST]

    def file(self, conversation_id: str, draft: CaseDraft) -> CaseBrief:
        """File a case: for the caller's enterprise, else for nobody that is known. Raises CaseInvalid."""
        now = self._now()
        with self._database.session() as session:
            caller = find_caller(session, conversation_id, now)
            holder = caller.holder if caller else bindings.holder_of(session, conversation_id)
            code, name = (caller.credit_code, caller.enterprise_name) if caller else (None, draft.enterprise_name)
            draft = replace(draft, credit_code=code, enterprise_name=name)
            by = CaseBy(CaseActor.ENTERPRISE, f"holder:{holder}"[:160], name or "用户")
            case = self.work.file(session, draft, by, now, source="chat", conversation_id=conversation_id)
            access_log.note_attempt(session, holder, "case.file", case.id, access_log.ALLOWED, now, conversation_id)
            return self._brief(session, case)

    def status(self, conversation_id: str, number: str | None) -> CaseBrief:
        """Return the caller's case of this number, or their last one. Raises CaseNotFound for whatever is not theirs."""
        with self._own(conversation_id, number, "case.status") as (session, case, _):
            return self._brief(session, case)

    def list_mine(self, conversation_id: str, limit: int = 5) -> Sequence[CaseBrief]:
        """Return the caller's cases, the newest first; nothing for who has not shown whom they speak for."""
        now = self._now()
        with self._database.session() as session:
            caller = find_caller(session, conversation_id, now)
            if caller is None:
                return ()
            access_log.note_look(session, caller.holder, "case.list", caller.credit_code, now)
            return [self._brief(session, case) for case in cases.list_of_enterprise(session, caller.credit_code, limit)]

    def add(self, conversation_id: str, number: str | None, text: str, links: Sequence[tuple[str, str]] = ()) -> CaseBrief:
        """Add words to a case that is not over; one that waited for them goes on. Raises CaseNotFound, CaseChangeRefused."""
        text = self._words(text, MAX_ADDITION)
        with self._own(conversation_id, number, "case.add") as (session, case, by):
            if State(case.state).is_over:
                raise CaseChangeRefused("not_from_here", "add", case.state)
            if case.state == State.WAITING:
                self.work.change(session, case, CaseTransition.SUPPLEMENT, by, self._now(), Told(), text=text)
            else:
                self.work.note_event(session, case, "addition", by, self._now(), text=text)
            for kind, target in links:
                add_link(session, case, kind, target, by.name, self._now())
            return self._brief(session, case)

    def rate(self, conversation_id: str, number: str | None, score: int, comment: str = "") -> CaseBrief:
        """Rate an answer, once. Raises CaseNotFound, CaseChangeRefused, CaseInvalid."""
        if not RATED_FROM <= score <= RATED_TO:
            raise CaseInvalid({"score": "请打1到5分。"})
        with self._own(conversation_id, number, "case.rate") as (session, case, by):
            if not self._can_rate(case):
                reason = "already_so" if case.rating is not None else "not_from_here"
                raise CaseChangeRefused(reason, "rate", case.state)
            case.rating, case.rating_comment = score, clean(comment)[:MAX_COMMENT] or None
            self.work.note_event(
                session, case, "rating", by, self._now(), text=case.rating_comment or "", detail={"score": score}
            )
            if case.state == State.ANSWERED and score > RATED_FROM + 1:
                self.work.change(session, case, CaseTransition.CLOSE, by, self._now(), Told())
            return self._brief(session, case)

    def reopen(self, conversation_id: str, number: str | None, text: str) -> CaseBrief:
        """Ask for the case to be worked on again, once and within the time for it."""
        text = self._words(text, MAX_ADDITION)
        with self._own(conversation_id, number, "case.reopen") as (session, case, by):
            if case.answered_at is not None and self._days_since(case.answered_at) > self.work.settings.reopen_for_days:
                raise CaseChangeRefused("too_late", CaseTransition.REOPEN, case.state)
            self.work.change(session, case, CaseTransition.REOPEN, by, self._now(), Told(), text=text)
            return self._brief(session, case)

    def withdraw(self, conversation_id: str, number: str | None) -> CaseBrief:
        """Take the case back. Raises CaseNotFound, CaseChangeRefused."""
        with self._own(conversation_id, number, "case.withdraw") as (session, case, by):
            self.work.change(session, case, CaseTransition.WITHDRAW, by, self._now(), Told())
            return self._brief(session, case)

    @contextmanager
    def _own(self, conversation_id: str, number: str | None, action: str) -> Iterator[tuple[Session, CaseRow, CaseBy]]:
        """Yield the caller's own case, its row locked. Raises CaseNotFound.

        The attempt is written down in a transaction of its own, so that it stays whatever comes of it.
        """
        now = self._now()
        with self._database.session() as session:
            caller, case = self._find(session, conversation_id, number, now)
            who = caller.holder if caller else bindings.holder_of(session, conversation_id)
            about, outcome = (case.id, access_log.ALLOWED) if case else (hash_of(number or ""), access_log.DENIED)
            access_log.note_attempt(session, who, action, about, outcome, now, conversation_id)
        if caller is None or case is None:
            raise CaseNotFound
        with self._database.session() as session:
            caller, case = self._find(session, conversation_id, case.number, now, for_update=True)
            if caller is None or case is None:  # the binding ended this moment
                raise CaseNotFound
            by = CaseBy(CaseActor.ENTERPRISE, f"holder:{caller.holder}"[:160], caller.enterprise_name[:64])
            yield session, case, by

    def _find(
        self, session: Session, conversation_id: str, number: str | None, now: datetime, for_update: bool = False
    ) -> tuple[Caller | None, CaseRow | None]:
        """The same queries run whether the number is known or not, and whosever it is."""
        caller = find_caller(session, conversation_id, now)
        if number is None:
            own = cases.list_of_enterprise(session, caller.credit_code, 1) if caller else ()
            found = own[0] if own else None
        else:
            found = cases.find_by_number(session, normal_number(number))
        if caller is None or found is None or found.credit_code != caller.credit_code:
            return caller, None
        return caller, cases.find_case(session, found.id, for_update=True) if for_update else found

    def _brief(self, session: Session, case: CaseRow) -> CaseBrief:
        today, state = self.work.today(), State(case.state)
        return CaseBrief(
            id=case.id,
            number=case.number,
            title=case.title,
            type=CaseType(case.type),
            state=state,
            filed_at=case.filed_at,
            due_on=case.due_on,
            due_provisional=case.due_provisional,
            department_title=self.work.settings.title_of(case.department),
            answer=case.answer,
            last_change=describe_last_change(cases.list_visible_events(session, case.id), today),
            can=allowed_changes(state, CaseActor.ENTERPRISE, case.reopened_at is not None),
            can_rate=self._can_rate(case),
            is_overdue=state.runs and is_overdue(today, case.due_on),
        )

    def _can_rate(self, case: CaseRow) -> bool:
        if case.state not in (State.ANSWERED, State.CLOSED) or case.answered_at is None or case.rating is not None:
            return False
        return self._days_since(case.answered_at) <= self.work.settings.rate_for_days

    def _days_since(self, at: datetime) -> int:
        return self.work.calendar.count_working_days(at.astimezone(HANGZHOU).date(), self.work.today())

    def _words(self, text: str, limit: int) -> str:
        text = clean(text)
        if not text:
            raise CaseInvalid({"text": "请写下具体内容。"})
        if len(text) > limit:
            raise CaseInvalid({"text": f"请控制在{limit}字以内，其余可以发图片或文件。"})
        return text


def normal_number(text: str) -> str:
    """Return the number as it is stored: ys 2026-1123 483920 and full-width digits are the same. Unreadable = no number."""
    kept = "".join(char for char in normalise(text[:MAX_NUMBER]) if char.isascii() and char.isalnum()).upper()
    return kept if kept.startswith("YS") else f"YS{kept}"
