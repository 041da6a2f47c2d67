"""What the desk and the departments do with cases. Each use case is one transaction; what may be seen is checked where it is
fetched, and each look and each attempt in vain is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.business.case import CaseActor, CaseTransition, allowed_changes
from bot.business.case import CaseState as State
from bot.business.roles import Permission, Principal, Role
from bot.business.working_calendar import HANGZHOU
from bot.errors import CaseChangeRefused, CaseConflict, CaseInvalid, CaseNotFound
from bot.persistence import access_log, bindings, cases, presences, users
from bot.persistence.case_tables import CaseEventRow, CaseLinkRow, CaseRow
from bot.persistence.cases import CaseQuery, Cursor, Sight
from bot.persistence.database import Database, Session
from bot.services import case_notices as notices
from bot.services.case_draft import CaseDraft, checked, clean
from bot.services.case_work import CaseBy, CaseWork, Told, add_link, hash_of, refresh_search_text
from bot.services.desk_access import get_conversation_for
from bot.services.desk_settings import DeskSettings
from bot.services.live import Happening, LiveEvents
from knowledge.normalise import normalise

PAGE_AT_MOST = 100
MAX_TEXT = 4_000
"""Characters of an answer, a reason or a note."""
DUPLICATES_AT_MOST = 5
COUNTED = ("open", "mine", "waiting", "overdue")
EDITABLE = (
    "type", "subject", "district", "urgency", "title", "what", "place", "since", "wish", "contact_name", "contact_phone",
    "credit_code", "enterprise_name", "assignee",
)  # fmt: skip


@dataclass(frozen=True)
class CasePage:
    cases: Sequence[CaseRow]
    next: Cursor | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class CaseDetail:
    case: CaseRow
    events: Sequence[CaseEventRow]
    links: Sequence[CaseLinkRow]
    can: Sequence[CaseTransition]
    can_edit: bool
    names: Mapping[str, str]
    """What agents are called, by user name."""


class Cases:
    """The use cases. They run in threads; `principal` is who asks."""

    def __init__(
        self,
        database: Database,
        work: CaseWork,
        desk: DeskSettings,
        live: LiveEvents,
        wake: Callable[[], None],
        now: Callable[[], datetime],
        subjects: Mapping[str, str],
    ) -> None:
        self.work = work
        self._database, self._desk, self._live, self._wake, self._now = database, desk, live, wake, now
        self._subjects = subjects

    # Seeing.

    def list_page(self, principal: Principal, query: CaseQuery, before: Cursor | None, limit: int) -> CasePage:
        """Return a page of one of the boxes and the counts of the boxes that somebody watches."""
        sight, limit = self._sight(principal), min(limit, PAGE_AT_MOST)
        words = normalise("".join(filter(str.isprintable, query.words)))  # PostgreSQL refuses NUL in a text
        with self._database.session() as session:
            found = cases.list_page(session, replace(query, words=words), sight, before, limit + 1)
            counts = cases.count_boxes(session, COUNTED, sight)
        page = found[:limit]
        return CasePage(page, (page[-1].last_at, page[-1].id) if len(found) > limit else None, counts)

    def detail(self, principal: Principal, case_id: str) -> CaseDetail:
        """Return the case with all that happened. Raises CaseNotFound for one that is not there or not theirs to see."""
        with self._database.session() as session:
            case = self._find(session, principal, case_id, "case.read")
            found = self._detail(session, principal, case) if case else None
        if found is None:
            raise CaseNotFound
        return found

    def find_duplicates(self, principal: Principal, draft: CaseDraft) -> Sequence[CaseRow]:
        """Return open cases of the same enterprise, or of the same name or phone, the newest first."""
        principal.require(Permission.TALK)
        with self._database.session() as session:
            code = (draft.credit_code or "").strip().upper()
            found = list(cases.list_of_enterprise(session, code, DUPLICATES_AT_MOST, only_open=True)) if code else []
            found += cases.list_open_of(session, clean(draft.enterprise_name), clean(draft.contact_phone), DUPLICATES_AT_MOST)
            return list({case.id: case for case in found}.values())[:DUPLICATES_AT_MOST]

    def list_agents(self) -> Mapping[str, str]:
        """Return what agents are called, by user name."""
        with self._database.session() as session:
            return presences.names(session)

    # Filing and changing.

    def file(self, principal: Principal, draft: CaseDraft, conversation_id: str | None = None) -> CaseDetail:
        """File a case for an enterprise: on the phone, or out of a chat that the agent may see. Raises CaseInvalid."""
        principal.require(Permission.TALK)
        self._check_subject(draft.subject)
        told, now = Told(), self._now()
        with self._database.session() as session:
            if conversation_id:
                get_conversation_for(session, principal, conversation_id, self._desk, now, "case.file")
            by = self._by(principal)
            case = self.work.file(session, draft, by, now, source="desk", conversation_id=conversation_id, told=told)
            case.assignee = case.assignee or principal.username
            found = self._detail(session, principal, case)
        self._tell(told)
        return found

    def change(
        self,
        principal: Principal,
        case_id: str,
        transition: str,
        version: int,
        text: str = "",
        department: str | None = None,
        result: str | None = None,
    ) -> CaseDetail:
        """Take the case to its next state. Raises CaseNotFound, CaseConflict, CaseChangeRefused, CaseInvalid."""
        text = self._text(text)
        if result is not None and result not in self.work.settings.results:
            raise CaseInvalid({"result": "没有这种结果，请重新选择。"})
        with self._changing(principal, case_id, version, f"case.{transition}") as (session, case, told):
            if transition not in set(CaseTransition):
                raise CaseChangeRefused("not_from_here", transition, case.state)
            self.work.change(
                session,
                case,
                CaseTransition(transition),
                self._by(principal),
                self._now(),
                told,
                text=text,
                department=department,
                result=result,
            )
            case.assignee = case.assignee or (principal.username if principal.may(Permission.TALK) else None)
        return self._again(principal, case_id)

    def edit(self, principal: Principal, case_id: str, version: int, changes: Mapping[str, Any]) -> CaseDetail:
        """Correct what the case says; a new type or urgency counts the promised day anew, and the enterprise is told."""
        principal.require(Permission.TALK)
        with self._changing(principal, case_id, version, "case.edit") as (session, case, told):
            before = {name: getattr(case, name) for name in EDITABLE if name in changes}
            self._apply(session, principal, case, changes)
            changed = {name: [old, getattr(case, name)] for name, old in before.items() if getattr(case, name) != old}
            if not changed:
                return self._detail(session, principal, case)
            self._move_promise(session, case, changed, told)
            refresh_search_text(case)
            self.work.note_event(session, case, "edit", self._by(principal), self._now(), detail=changed, is_internal=True)
        return self._again(principal, case_id)

    def note(self, principal: Principal, case_id: str, text: str) -> CaseDetail:
        """Add an internal note, which the enterprise never sees."""
        text = self._text(text)
        if not text:
            raise CaseInvalid({"text": "请写下备注内容。"})
        with self._changing(principal, case_id, None, "case.note") as (session, case, _):
            self.work.note_event(session, case, "note", self._by(principal), self._now(), text=text, is_internal=True)
        return self._again(principal, case_id)

    def link(self, principal: Principal, case_id: str, kind: str, target: str, title: str = "") -> CaseDetail:
        """Link the case to a conversation, task, article or other case. Raises CaseInvalid."""
        principal.require(Permission.TALK)
        if kind not in ("conversation", "task", "article", "case") or not target.isprintable() or not 0 < len(target) <= 200:
            raise CaseInvalid({"target": "关联的内容不对，请重新选择。"})
        with self._changing(principal, case_id, None, "case.link") as (session, case, _):
            if kind == "case" and cases.find_case(session, target) is None:
                raise CaseInvalid({"target": "没有这个诉求。"})
            if kind == "conversation":
                get_conversation_for(session, principal, target, self._desk, self._now(), "case.link")
            add_link(session, case, kind, target, self._by(principal).name, self._now(), clean(title)[:200])
            detail = {"kind": kind, "target": target}
            self.work.note_event(session, case, "link", self._by(principal), self._now(), detail=detail, is_internal=True)
        return self._again(principal, case_id)

    def unlink(self, principal: Principal, case_id: str, link_id: int) -> CaseDetail:
        principal.require(Permission.TALK)
        with self._changing(principal, case_id, None, "case.link") as (session, case, _):
            link = cases.find_link(session, case.id, link_id)
            if link is None:
                raise CaseInvalid({"target": "这项关联已经不在了，请刷新。"})
            session.delete(link)
            detail = {"kind": link.kind, "target": link.target, "removed": True}
            self.work.note_event(session, case, "link", self._by(principal), self._now(), detail=detail, is_internal=True)
        return self._again(principal, case_id)

    # What they share.

    def _sight(self, principal: Principal) -> Sight:
        principal.require(Permission.CASES)
        department = (principal.department or "") if principal.role is Role.DEPARTMENT else None
        return Sight(department, principal.username, self.work.today())

    def _find(
        self, session: Session, principal: Principal, case_id: str, action: str, for_update: bool = False
    ) -> CaseRow | None:
        """Return the case if it is theirs to see; write down that they looked, or tried."""
        sight, now, who = self._sight(principal), self._now(), f"agent:{principal.username}"
        case = cases.find_case(session, case_id, for_update) if case_id.isprintable() and len(case_id) <= 32 else None
        if case is None or (sight.department is not None and case.department != sight.department):
            access_log.note_attempt(session, who, action[:32], hash_of(case_id), access_log.DENIED, now)
            return None
        access_log.note_look(session, who, action[:32], case.id, now)
        return case

    def _detail(self, session: Session, principal: Principal, case: CaseRow) -> CaseDetail:
        actor = self._by(principal).actor
        can_act = principal.may(Permission.TALK) or principal.role is Role.DEPARTMENT
        return CaseDetail(
            case=case,
            events=cases.list_events(session, case.id),
            links=cases.list_links(session, case.id),
            can=allowed_changes(State(case.state), actor, case.reopened_at is not None) if can_act else (),
            can_edit=principal.may(Permission.TALK),
            names=presences.names(session),
        )

    @contextmanager
    def _changing(
        self, principal: Principal, case_id: str, version: int | None, action: str
    ) -> Iterator[tuple[Session, CaseRow, Told]]:
        """Yield the case, its row locked, for a change; afterwards those are told who listen.

        Raises PermissionDenied for who may only look, CaseNotFound, and CaseConflict when it changed since it was looked at.
        """
        if principal.role is not Role.DEPARTMENT:
            principal.require(Permission.TALK)
        told = Told()
        with self._database.session() as session:
            case = self._find(session, principal, case_id, action, for_update=True)
            if case is not None:
                if version is not None and case.version != version:
                    raise CaseConflict(case.number)
                yield session, case, told
        if case is None:
            raise CaseNotFound
        self._tell(told)

    def _again(self, principal: Principal, case_id: str) -> CaseDetail:
        with self._database.session() as session:
            case = cases.get_case(session, case_id)
            if self._sight(principal).department not in (None, case.department):  # sent back: it is theirs no more
                return CaseDetail(case, (), (), (), False, {})
            return self._detail(session, principal, case)

    def _by(self, principal: Principal) -> CaseBy:
        actor = CaseActor.DEPARTMENT if principal.role is Role.DEPARTMENT else CaseActor.AGENT
        return CaseBy(actor, f"agent:{principal.username}", principal.display_name)

    def _text(self, text: str) -> str:
        text = clean(text)
        if len(text) > MAX_TEXT:
            raise CaseInvalid({"text": f"请控制在{MAX_TEXT}字以内。"})
        return text

    def _check_subject(self, subject: str | None) -> None:
        if subject and subject not in self._subjects:
            raise CaseInvalid({"subject": "没有这个主题，请重新选择。"})

    def _apply(self, session: Session, principal: Principal, case: CaseRow, changes: Mapping[str, Any]) -> None:
        """Set the fields, checked as when filing. Raises CaseInvalid."""
        given = {name: value for name, value in changes.items() if name in EDITABLE and name != "assignee"}
        now = {name: getattr(case, name) for name in EDITABLE if name != "assignee"}
        draft = checked(CaseDraft(**{**now, **{k: v if v is not None else now[k] for k, v in given.items()}}), self.work.settings)
        self._check_subject(draft.subject)
        if draft.credit_code != case.credit_code and draft.credit_code:
            known = bindings.find_enterprise(session, draft.credit_code)
            if known is None and not draft.enterprise_name:
                raise CaseInvalid({"enterprise_name": "这家企业还没有登记，请填写企业名称。"})
            by, moment = self._by(principal).name, self._now()
            known = known or bindings.add_enterprise(
                session, draft.credit_code, draft.enterprise_name, draft.district, by, moment
            )
            draft = replace(draft, enterprise_name=known.name)
        for name in now:
            setattr(case, name, getattr(draft, name))
        if changes.get("assignee") is not None:
            case.assignee = self._assignee(session, changes["assignee"])

    def _assignee(self, session: Session, username: str) -> str | None:
        user = users.find_user(session, username) if username and username.isprintable() else None
        if username and (user is None or user.disabled):
            raise CaseInvalid({"assignee": "没有这个账号，或者已经停用。"})
        return username or None

    def _move_promise(self, session: Session, case: CaseRow, changed: Mapping[str, Any], told: Told) -> None:
        if not changed.keys() & {"type", "urgency"} or not State(case.state).runs:
            return
        day = case.due_on
        since = case.reopened_at or case.filed_at
        self.work.promise_anew(case, since.astimezone(HANGZHOU).date())
        if case.due_on != day:
            notice = notices.moved(case.number, case.title, self.work.promise_text(case))
            self.work.tell(session, case, notice, self._now(), told)

    def _tell(self, told: Told) -> None:
        for conversation_id in told.conversations:
            self._live.tell_from_thread(conversation_id, Happening("message"))
        if told.conversations:
            self._wake()
