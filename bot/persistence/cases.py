"""Named queries on cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.business.case import OVER, RUNNING, CaseState
from bot.errors import CaseNotFound
from bot.persistence.case_tables import CaseEventRow, CaseLinkRow, CaseRow

Cursor = tuple[datetime, str]
"""Time and id of the last case of a page; the next page begins behind it."""
EVENTS_AT_MOST = 500
LAST_EVENTS = 5
OPEN_STATES = tuple(state.value for state in CaseState if state not in OVER)
RUNNING_STATES = tuple(state.value for state in RUNNING)


@dataclass(frozen=True)
class CaseQuery:
    """Which cases a list shows. Empty = any."""

    box: str = "open"
    """open, mine, department, waiting, overdue, closed or all."""
    words: str = ""
    """In normal form."""
    type: str = ""
    state: str = ""
    subject: str = ""
    district: str = ""
    department: str = ""
    urgency: str = ""
    credit_code: str = ""
    conversation_id: str = ""


@dataclass(frozen=True)
class Sight:
    """Whose cases somebody may see; None = all."""

    department: str | None
    username: str
    today: date


def find_case(session: Session, case_id: str, for_update: bool = False) -> CaseRow | None:
    return session.get(CaseRow, case_id, with_for_update=True if for_update else None)


def get_case(session: Session, case_id: str, for_update: bool = False) -> CaseRow:
    """Raises CaseNotFound."""
    case = find_case(session, case_id, for_update)
    if case is None:
        raise CaseNotFound
    return case


def find_by_number(session: Session, number: str) -> CaseRow | None:
    return session.scalar(select(CaseRow).where(CaseRow.number == number))


def find_by_client_id(session: Session, client_id: str) -> CaseRow | None:
    return session.scalar(select(CaseRow).where(CaseRow.client_id == client_id))


def list_of_enterprise(session: Session, credit_code: str, limit: int, only_open: bool = False) -> Sequence[CaseRow]:
    """Return an enterprise's cases, the newest first."""
    found = select(CaseRow).where(CaseRow.credit_code == credit_code)
    if only_open:
        found = found.where(CaseRow.state.in_(OPEN_STATES))
    return session.scalars(found.order_by(CaseRow.filed_at.desc(), CaseRow.id.desc()).limit(limit)).all()


def list_open_of(session: Session, enterprise_name: str, phone: str, limit: int) -> Sequence[CaseRow]:
    """Return open cases without a credit code that name the same enterprise or phone."""
    same = [CaseRow.enterprise_name == enterprise_name] if enterprise_name else []
    same += [CaseRow.contact_phone == phone] if phone else []
    if not same:
        return []
    found = select(CaseRow).where(CaseRow.state.in_(OPEN_STATES), or_(*same))
    return session.scalars(found.order_by(CaseRow.filed_at.desc()).limit(limit)).all()


def list_page(session: Session, query: CaseQuery, sight: Sight, before: Cursor | None, limit: int) -> Sequence[CaseRow]:
    """Return a page of a list, what changed last first."""
    found = _filtered(query, sight)
    if before is not None:
        found = found.where(or_(CaseRow.last_at < before[0], and_(CaseRow.last_at == before[0], CaseRow.id < before[1])))
    return session.scalars(found.order_by(CaseRow.last_at.desc(), CaseRow.id.desc()).limit(limit)).all()


def count_boxes(session: Session, boxes: Sequence[str], sight: Sight) -> dict[str, int]:
    return {
        box: session.scalar(select(func.count()).select_from(CaseRow).where(*_conditions(CaseQuery(box), sight))) or 0
        for box in boxes
    }


def list_to_escalate(session: Session, today: date, late_again_before: date, limit: int) -> Sequence[str]:
    """Return the ids of running cases whose day has passed and that are not marked so, the longest late first.

    `late_again_before`: days before this one are late enough for the second mark.
    """
    unmarked = or_(CaseRow.escalation_level == 0, and_(CaseRow.escalation_level == 1, CaseRow.due_on < late_again_before))
    found = select(CaseRow.id).where(
        CaseRow.closed_at.is_(None), CaseRow.due_on < today, CaseRow.state.in_(RUNNING_STATES), unmarked
    )
    return session.scalars(found.order_by(CaseRow.due_on, CaseRow.id).limit(limit)).all()


def list_answered_before(session: Session, at: datetime, limit: int) -> Sequence[str]:
    found = select(CaseRow.id).where(CaseRow.state == CaseState.ANSWERED.value, CaseRow.answered_at < at)
    return session.scalars(found.order_by(CaseRow.answered_at).limit(limit)).all()


def add_event(session: Session, event: CaseEventRow) -> CaseEventRow:
    session.add(event)
    session.flush()
    return event


def list_events(session: Session, case_id: str) -> Sequence[CaseEventRow]:
    """Return the newest events, in order."""
    newest = select(CaseEventRow).where(CaseEventRow.case_id == case_id).order_by(CaseEventRow.id.desc()).limit(EVENTS_AT_MOST)
    return session.scalars(newest).all()[::-1]


def list_visible_events(session: Session, case_id: str) -> Sequence[CaseEventRow]:
    """Return the last events that the enterprise may know of, in order."""
    visible = select(CaseEventRow).where(CaseEventRow.case_id == case_id, CaseEventRow.is_internal.is_(False))
    return session.scalars(visible.order_by(CaseEventRow.id.desc()).limit(LAST_EVENTS)).all()[::-1]


def list_links(session: Session, case_id: str) -> Sequence[CaseLinkRow]:
    return session.scalars(select(CaseLinkRow).where(CaseLinkRow.case_id == case_id).order_by(CaseLinkRow.id)).all()


def find_link(session: Session, case_id: str, link_id: int) -> CaseLinkRow | None:
    return session.scalar(select(CaseLinkRow).where(CaseLinkRow.case_id == case_id, CaseLinkRow.id == link_id))


def count_linked(session: Session, kind: str, target: str) -> int:
    found = select(func.count()).where(CaseLinkRow.kind == kind, CaseLinkRow.target == target)
    return session.scalar(found) or 0


def _filtered(query: CaseQuery, sight: Sight) -> Select[CaseRow]:
    return select(CaseRow).where(*_conditions(query, sight))


def _conditions(query: CaseQuery, sight: Sight) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [CaseRow.department == sight.department] if sight.department is not None else []
    found += _box(query.box, sight)
    columns: dict[str, Any] = {
        "type": CaseRow.type,
        "state": CaseRow.state,
        "subject": CaseRow.subject,
        "district": CaseRow.district,
        "department": CaseRow.department,
        "urgency": CaseRow.urgency,
        "credit_code": CaseRow.credit_code,
        "conversation_id": CaseRow.conversation_id,
    }
    found += [column == getattr(query, name) for name, column in columns.items() if getattr(query, name)]
    found += [CaseRow.search_text.contains(word, autoescape=True) for word in query.words.split()]
    return found


def _box(box: str, sight: Sight) -> list[ColumnElement[bool]]:
    is_open = CaseRow.state.in_(OPEN_STATES)
    boxes: dict[str, list[ColumnElement[bool]]] = {
        "open": [is_open],
        "mine": [is_open, CaseRow.assignee == sight.username],
        "department": [is_open, CaseRow.department.is_not(None)],
        "waiting": [CaseRow.state == CaseState.WAITING.value],
        "overdue": [CaseRow.closed_at.is_(None), CaseRow.due_on < sight.today, CaseRow.state.in_(RUNNING_STATES)],
        "closed": [CaseRow.state.not_in(OPEN_STATES)],
        "all": [],
    }
    return boxes[box]
