"""The states of a case, and who may take it from one to the next."""

from __future__ import annotations

import itertools

import pytest

from bot.business.case import (
    OVER,
    RULES,
    STATE_TITLES,
    TRANSITION_TITLES,
    TYPE_TITLES,
    CaseActor,
    CaseState,
    CaseTransition,
    CaseType,
    allowed_changes,
    change_state,
)
from bot.errors import CaseChangeRefused

# What the table must say, written down a second time: state -> actor -> what they may do with it.
EXPECTED = {
    "submitted": {"agent": "accept reject assign withdraw", "enterprise": "withdraw", "system": "accept assign"},
    "accepted": {
        "agent": "reject assign start ask_more answer withdraw",
        "department": "start ask_more answer",
        "enterprise": "withdraw",
        "system": "assign",
    },
    "assigned": {
        "agent": "assign start ask_more answer withdraw",
        "department": "send_back start ask_more answer",
        "enterprise": "withdraw",
        "system": "assign",
    },
    "in_progress": {
        "agent": "assign ask_more answer withdraw",
        "department": "send_back ask_more answer",
        "enterprise": "withdraw",
        "system": "assign",
    },
    "waiting": {"agent": "supplement withdraw", "enterprise": "supplement withdraw"},
    "answered": {"agent": "close", "enterprise": "close reopen", "system": "close"},
    "closed": {"enterprise": "reopen"},
    "rejected": {},
    "withdrawn": {},
}
ALL = list(itertools.product(CaseState, CaseTransition, CaseActor))


@pytest.mark.parametrize(("state", "transition", "actor"), ALL)
def test_a_change_is_made_when_the_table_has_it_and_refused_with_the_reason_otherwise(
    state: CaseState, transition: CaseTransition, actor: CaseActor
) -> None:
    is_allowed = transition in EXPECTED[state].get(actor, "").split()

    if is_allowed:
        assert change_state(state, transition, actor, "因为", False) is RULES[transition].target
    else:
        with pytest.raises(CaseChangeRefused) as refused:
            change_state(state, transition, actor, "因为", False)
        assert refused.value.reason in ("not_from_here", "not_yours")
    assert (transition in allowed_changes(state, actor, False)) is is_allowed


@pytest.mark.parametrize("transition", [each for each, rule in RULES.items() if rule.needs_text])
@pytest.mark.parametrize("text", ["", "  \n"])
def test_what_the_enterprise_must_be_told_needs_words(transition: CaseTransition, text: str) -> None:
    rule = RULES[transition]

    with pytest.raises(CaseChangeRefused) as refused:
        change_state(next(iter(rule.sources)), transition, next(iter(rule.by)), text, False)

    assert refused.value.reason == "needs_text"


def test_a_case_is_reopened_once() -> None:
    assert change_state(CaseState.CLOSED, CaseTransition.REOPEN, CaseActor.ENTERPRISE, "没有解决", False) is CaseState.ACCEPTED
    with pytest.raises(CaseChangeRefused) as refused:
        change_state(CaseState.CLOSED, CaseTransition.REOPEN, CaseActor.ENTERPRISE, "还是没有解决", True)

    assert refused.value.reason == "reopened_before"
    assert CaseTransition.REOPEN not in allowed_changes(CaseState.CLOSED, CaseActor.ENTERPRISE, True)


def test_every_state_can_be_reached_and_left_unless_it_is_over_for_good() -> None:
    reached = {rule.target for rule in RULES.values()} | {CaseState.SUBMITTED}
    left = set().union(*(rule.sources for rule in RULES.values()))

    assert reached == set(CaseState)
    assert left == set(CaseState) - {CaseState.REJECTED, CaseState.WITHDRAWN}
    assert all(rule.target in OVER or rule.target in left for rule in RULES.values())


def test_every_code_has_a_title() -> None:
    assert set(STATE_TITLES) == set(CaseState) and set(TRANSITION_TITLES) == set(CaseTransition)
    assert set(TYPE_TITLES) == set(CaseType)
