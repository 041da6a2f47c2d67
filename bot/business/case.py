"""A case: what an enterprise wants done, the states it goes through, and who may take it from one to the next.

Each change has a name and is one of the table below; there are no others. Those of a person come with words, where the enterprise
must be told why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import CaseChangeRefused


class CaseType(StrEnum):
    CONSULT = "consult"
    COMPLAINT = "complaint"
    HELP = "help"
    SUGGESTION = "suggestion"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class CaseState(StrEnum):
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    """With a department."""
    IN_PROGRESS = "in_progress"
    """The department works on it."""
    WAITING = "waiting"
    """For the enterprise to add something; that time does not count."""
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        return self in OVER

    @property
    def runs(self) -> bool:
        """Whether the promised day still binds somebody."""
        return self in RUNNING


class CaseActor(StrEnum):
    ENTERPRISE = "enterprise"
    AGENT = "agent"
    """Of the desk; supervisors too."""
    DEPARTMENT = "department"
    SYSTEM = "system"


class CaseTransition(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    ASSIGN = "assign"
    """To a department, or to another one."""
    SEND_BACK = "send_back"
    """The department says that it is not theirs."""
    START = "start"
    ASK_MORE = "ask_more"
    SUPPLEMENT = "supplement"
    """The enterprise added what was asked for."""
    ANSWER = "answer"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


@dataclass(frozen=True)
class CaseRule:
    sources: frozenset[CaseState]
    target: CaseState
    by: frozenset[CaseActor]
    needs_text: bool = False
    """Whether it must come with words: a reason, a question or an answer."""
    tells: bool = True
    """Whether the enterprise is told of it."""


def _rule(sources: str, target: str, by: str, needs_text: bool = False, tells: bool = True) -> CaseRule:
    return CaseRule(
        frozenset(map(CaseState, sources.split())), CaseState(target), frozenset(map(CaseActor, by.split())), needs_text, tells
    )


RULES: Mapping[CaseTransition, CaseRule] = {
    CaseTransition.ACCEPT: _rule("submitted", "accepted", "agent system"),
    CaseTransition.REJECT: _rule("submitted accepted", "rejected", "agent", needs_text=True),
    CaseTransition.ASSIGN: _rule("submitted accepted assigned in_progress", "assigned", "agent system"),
    CaseTransition.SEND_BACK: _rule("assigned in_progress", "accepted", "department", needs_text=True, tells=False),
    CaseTransition.START: _rule("accepted assigned", "in_progress", "agent department", tells=False),
    CaseTransition.ASK_MORE: _rule("accepted assigned in_progress", "waiting", "agent department", needs_text=True),
    CaseTransition.SUPPLEMENT: _rule("waiting", "in_progress", "enterprise agent", needs_text=True, tells=False),
    CaseTransition.ANSWER: _rule("accepted assigned in_progress", "answered", "agent department", needs_text=True),
    CaseTransition.CLOSE: _rule("answered", "closed", "agent enterprise system"),
    CaseTransition.WITHDRAW: _rule("submitted accepted assigned in_progress waiting", "withdrawn", "enterprise agent"),
    CaseTransition.REOPEN: _rule("answered closed", "accepted", "enterprise", needs_text=True),
}
OVER = frozenset({CaseState.CLOSED, CaseState.REJECTED, CaseState.WITHDRAWN})
RUNNING = frozenset({CaseState.SUBMITTED, CaseState.ACCEPTED, CaseState.ASSIGNED, CaseState.IN_PROGRESS})
STATE_TITLES: Mapping[CaseState, str] = {
    CaseState.SUBMITTED: "已提交",
    CaseState.ACCEPTED: "已受理",
    CaseState.ASSIGNED: "已转部门",
    CaseState.IN_PROGRESS: "办理中",
    CaseState.WAITING: "待补充",
    CaseState.ANSWERED: "已答复",
    CaseState.CLOSED: "已办结",
    CaseState.REJECTED: "不予受理",
    CaseState.WITHDRAWN: "已撤回",
}
TRANSITION_TITLES: Mapping[CaseTransition, str] = {
    CaseTransition.ACCEPT: "受理",
    CaseTransition.REJECT: "不予受理",
    CaseTransition.ASSIGN: "转部门",
    CaseTransition.SEND_BACK: "退回",
    CaseTransition.START: "开始办理",
    CaseTransition.ASK_MORE: "请补充",
    CaseTransition.SUPPLEMENT: "补充",
    CaseTransition.ANSWER: "答复",
    CaseTransition.CLOSE: "办结",
    CaseTransition.WITHDRAW: "撤回",
    CaseTransition.REOPEN: "重新办理",
}
TYPE_TITLES: Mapping[CaseType, str] = {
    CaseType.CONSULT: "咨询",
    CaseType.COMPLAINT: "投诉",
    CaseType.HELP: "求助",
    CaseType.SUGGESTION: "建议",
}


def change_state(state: CaseState, transition: CaseTransition, by: CaseActor, text: str, was_reopened: bool) -> CaseState:
    """Return the new state. Raises CaseChangeRefused, whose reason is one of: not_from_here, not_yours, needs_text,
    reopened_before. The table decides; a case is reopened once."""
    rule = RULES[transition]
    if state not in rule.sources:
        raise CaseChangeRefused("not_from_here", transition, state)
    if by not in rule.by:
        raise CaseChangeRefused("not_yours", transition, state)
    if rule.needs_text and not text.strip():
        raise CaseChangeRefused("needs_text", transition, state)
    if transition is CaseTransition.REOPEN and was_reopened:
        raise CaseChangeRefused("reopened_before", transition, state)
    return rule.target


def allowed_changes(state: CaseState, by: CaseActor, was_reopened: bool) -> tuple[CaseTransition, ...]:
    """Return what this actor may do with a case in this state, in the table's order."""
    return tuple(
        transition
        for transition, rule in RULES.items()
        if state in rule.sources and by in rule.by and not (transition is CaseTransition.REOPEN and was_reopened)
    )
