"""What desks get of cases: the contract's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.business.case import RULES, STATE_TITLES, TRANSITION_TITLES, TYPE_TITLES, CaseState
from bot.business.case_promise import days_left, is_overdue
from bot.business.contact import masked
from bot.business.roles import Permission, Principal, Role
from bot.persistence.case_tables import CaseEventRow, CaseLinkRow, CaseRow
from bot.services.case_work import CaseWork
from bot.services.cases import CaseDetail
from bot.web.desk_json import iso

SOURCES = {"chat": "对话", "desk": "坐席登记", "contact": "留言"}
URGENCIES = {"normal": "一般", "urgent": "紧急"}


def card_json(case: CaseRow, work: CaseWork) -> dict[str, Any]:
    today, runs = work.today(), CaseState(case.state).runs
    return {
        "id": case.id,
        "number": case.number,
        "title": case.title,
        "type": case.type,
        "state": case.state,
        "urgency": case.urgency,
        "subject": case.subject,
        "district": case.district,
        "department": case.department,
        "department_title": work.settings.title_of(case.department),
        "assignee": case.assignee,
        "enterprise": _enterprise_json(case),
        "filed_at": iso(case.filed_at),
        "last_at": iso(case.last_at),
        "due_on": case.due_on.isoformat(),
        "due_provisional": case.due_provisional,
        "days_left": days_left(work.calendar, today, case.due_on) if runs else None,
        "is_overdue": runs and is_overdue(today, case.due_on),
        "escalation_level": case.escalation_level,
        "source": case.source,
        "version": case.version,
    }


def detail_json(detail: CaseDetail, work: CaseWork, principal: Principal) -> dict[str, Any]:
    case = detail.case
    handover = next((int(link.target) for link in detail.links if link.kind == "handover" and link.target.isdigit()), None)
    sees_chat = principal.may(Permission.READ)
    return card_json(case, work) | {
        "what": case.what,
        "place": case.place,
        "since": case.since,
        "wish": case.wish,
        "contact": {"name": case.contact_name, "phone": _phone(case, principal)},
        "answer": case.answer,
        "result": case.result,
        "rating": case.rating,
        "rating_comment": case.rating_comment,
        "conversation_id": case.conversation_id if sees_chat else None,
        "handover_id": handover if sees_chat else None,
        "filed_by_name": _filed_by(detail),
        "can": [transition.value for transition in detail.can],
        "can_edit": detail.can_edit,
        "events": [_event_json(event, detail.names) for event in detail.events],
        "links": [_link_json(link) for link in detail.links if sees_chat or link.kind in ("task", "article")],
    }


def setup_json(work: CaseWork, agents: Mapping[str, str], subjects: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page of cases needs once: words for codes, the table of states, departments.

    `subjects`: their titles; departments, who may not see the desk's setup, read them here.
    """
    settings, today = work.settings, work.today()
    unannounced = next(year for year in range(today.year, today.year + 3) if work.calendar.is_provisional(year))
    return {
        "types": dict(TYPE_TITLES),
        "states": dict(STATE_TITLES),
        "transitions": {
            transition: {"title": TRANSITION_TITLES[transition], "needs_text": rule.needs_text, "sources": sorted(rule.sources)}
            for transition, rule in RULES.items()
        },
        "urgencies": URGENCIES,
        "departments": [
            {"id": each.id, "title": each.title, "subjects": sorted(each.subjects), "districts": sorted(each.districts)}
            for each in settings.departments
        ],
        "subjects": dict(subjects),
        "districts": list(settings.districts),
        "results": dict(settings.results),
        "days": dict(settings.days),
        "urgent_days": settings.urgent_days,
        "sources": SOURCES,
        "agents": [{"username": username, "display_name": name} for username, name in sorted(agents.items())],
        "today": today.isoformat(),
        "calendar": {"provisional_from": date(unannounced, 1, 1).isoformat()},
    }


def _enterprise_json(case: CaseRow) -> dict[str, Any] | None:
    if case.credit_code is None and not case.enterprise_name:
        return None
    return {"credit_code": case.credit_code, "name": case.enterprise_name}


def _phone(case: CaseRow, principal: Principal) -> str:
    """Whoever only reads sees the middle of a number hidden."""
    acts = principal.may(Permission.TALK) or principal.role is Role.DEPARTMENT
    return case.contact_phone if acts or not case.contact_phone else masked(case.contact_phone)


def _filed_by(detail: CaseDetail) -> str:
    return next((event.by_name for event in detail.events if event.kind == "filed"), "")


def _event_json(event: CaseEventRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "transition": event.transition,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "text": event.text,
        "detail": event.detail,
        "by": "holder" if event.by.startswith("holder:") else event.by,
        "by_name": names.get(event.by.removeprefix("agent:"), event.by_name),
        "is_internal": event.is_internal,
        "at": iso(event.at),
    }


def _link_json(link: CaseLinkRow) -> dict[str, Any]:
    return {"id": link.id, "kind": link.kind, "target": link.target, "title": link.title, "by": link.by, "at": iso(link.at)}
