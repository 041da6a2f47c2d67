"""Filing, following and changing cases: whom the actions ask, and what they say when that is refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BusinessAction
from actions.case import (
    ActionCaseAdd,
    ActionCaseRate,
    ActionCaseReopen,
    ActionCaseWithdraw,
    ActionCheckCase,
    ActionFileCase,
)
from bot.business.case import CaseState, CaseTransition, CaseType
from bot.errors import BotError, CaseChangeRefused, CaseInvalid, CaseNotFound, StoreUnavailable
from bot.services.case_chat import CaseBrief

NUMBER = "YS20261123483920"
CASE = CaseBrief(
    id="c",
    number=NUMBER,
    title="多收电费",
    type=CaseType.COMPLAINT,
    state=CaseState.ACCEPTED,
    filed_at=datetime(2026, 11, 23, tzinfo=UTC),
    due_on=date(2026, 12, 2),
    due_provisional=False,
    department_title=None,
    answer=None,
    last_change="11月23日（周一）已受理。",
    can=(CaseTransition.WITHDRAW,),
    can_rate=False,
    is_overdue=False,
)
FORM = {
    "case_what": "物业多收电费",
    "case_place": "",
    "case_since": "",
    "case_wish": "",
    "case_contact": {"phone": "13800138000", "name": ""},
    "case_type": "complaint",
    "case_state": {"begun_at": "2026-11-23T02:00:00+00:00", "last_at": "2026-11-23T02:00:00+00:00"},
}


@dataclass
class Cases:
    """Remembers what was asked; fails as told."""

    is_bound: bool = True
    error: BotError | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    strangers: list[str | None] = field(default_factory=list)
    """What was asked for by who has not shown whom they speak for."""

    def note_stranger(self, where: str, number: str | None) -> None:
        self.strangers.append(number)

    def caller(self, where: str) -> object | None:
        return object() if self.is_bound else None

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any, **more: Any) -> Any:
            self.asked.append((name, *arguments[1:]))
            if self.error is not None:
                raise self.error
            return [CASE] if name == "list_mine" else CASE

        return ask


Found = tuple[tuple[str, str], ...]
"""Entities: name, value."""
FORMS = SimpleNamespace(districts=(), list_attachments=lambda *_: ["a1"], describe=lambda *_: "12月2日（周三）前")


def run(
    action: type[BusinessAction], cases: Cases, text: str = "看", entities: Found = (), slots: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what was said and which events came of it."""
    found = [{"entity": name, "value": value} for name, value in entities]
    message = {"text": text, "intent": {"name": "check_case", "confidence": 1.0}, "entities": found}
    tracker, dispatcher = Tracker("c1", slots or {}, message, [], False, None, {}, "action_listen"), CollectingDispatcher()
    events = asyncio.run(action(SimpleNamespace(cases=cases, case_forms=FORMS)).run(dispatcher, tracker, {}))  # type: ignore[arg-type]
    return dispatcher.messages, events


ALL = [ActionCheckCase, ActionCaseAdd, ActionCaseRate, ActionCaseReopen, ActionCaseWithdraw]


@pytest.mark.parametrize("action", ALL)
@pytest.mark.parametrize("text", ["看", NUMBER, "补充：我来了", "我的诉求"])
def test_who_is_not_bound_hears_how_to_be_and_nothing_is_looked_up(action: type[BusinessAction], text: str) -> None:
    cases = Cases(is_bound=False)

    said, _ = run(action, cases, text)

    assert [message["response"] for message in said] == ["utter_case_bind"] and cases.asked == []
    assert len(cases.strangers) == 1


@pytest.mark.parametrize("action", ALL)
def test_what_is_not_theirs_is_not_found(action: type[BusinessAction]) -> None:
    said, _ = run(action, Cases(error=CaseNotFound()), NUMBER)

    assert [message["response"] for message in said] == ["utter_case_not_found"]


@pytest.mark.parametrize("reason", ["not_from_here", "reopened_before", "too_late", "needs_text", "anything"])
def test_a_refusal_is_said_in_plain_words(reason: str) -> None:
    said, _ = run(ActionCaseReopen, Cases(error=CaseChangeRefused(reason, "reopen", "closed")))

    assert said[0]["response"] == "utter_case_refused"


@pytest.mark.parametrize(
    ("text", "entities", "asked"),
    [
        ("我的诉求到哪一步了", (), ("status", None)),
        ("ys 2026 1123 483920到哪了", (), ("status", NUMBER)),
        ("看", (("case_number", NUMBER.lower()),), ("status", NUMBER)),
        ("我的诉求", (), ("list_mine",)),
    ],
)
def test_the_case_is_that_of_the_number_or_the_last(text: str, entities: Found, asked: tuple[Any, ...]) -> None:
    cases = Cases()

    run(ActionCheckCase, cases, text, entities)

    assert cases.asked == [asked]


@pytest.mark.parametrize(
    ("action", "text", "entities", "asked"),
    [
        (ActionCaseAdd, f"补充 {NUMBER}：今天又来了", (), ("add", NUMBER, "今天又来了")),
        (ActionCaseAdd, "补充：今天又来了", (), ("add", None, "今天又来了")),
        (ActionCaseRate, f"给诉求{NUMBER}5分", (), ("rate", NUMBER, 5, "")),
        (ActionCaseRate, "5分 很满意", (("case_rating", f"{NUMBER}:5"),), ("rate", NUMBER, 5, "")),
        (ActionCaseReopen, f"重新办理 {NUMBER}：没退钱", (), ("reopen", NUMBER, "没退钱")),
        (ActionCaseWithdraw, "确认撤回", (("case_confirmed", NUMBER),), ("withdraw", NUMBER)),
        (ActionCaseWithdraw, "撤回诉求", (), ("status", None)),
    ],
)
def test_words_and_buttons_do_the_same(action: type[BusinessAction], text: str, entities: Found, asked: tuple[Any, ...]) -> None:
    cases = Cases()

    run(action, cases, text, entities)

    assert cases.asked == [asked]


def test_what_was_submitted_is_filed_with_its_files_and_forgotten() -> None:
    cases = Cases()

    said, events = run(ActionFileCase, cases, slots={**FORM, "case_confirm": "submit"})

    ((name, draft),) = cases.asked
    assert name == "file" and draft.links == (("attachment", "a1"),) and draft.client_id == "form:c1:2026-11-23T02:00:00+00:00"
    assert said[0]["response"] == "utter_case_filed" and said[0]["number"] == NUMBER
    assert {event["name"]: event["value"] for event in events}["case_what"] is None


@pytest.mark.parametrize("confirm", ["cancel", None])
def test_what_was_cancelled_is_only_forgotten(confirm: str | None) -> None:
    cases = Cases()

    said, events = run(ActionFileCase, cases, slots={**FORM, "case_confirm": confirm})

    assert cases.asked == [] and said[0]["response"] == "utter_case_cancelled"
    assert {event["value"] for event in events} == {None}


@pytest.mark.parametrize("error", [StoreUnavailable("down"), CaseInvalid({"place": "太长。"}), CaseNotFound()])
def test_what_could_not_be_filed_stays_in_the_form(error: BotError) -> None:
    said, events = run(ActionFileCase, Cases(error=error), slots={**FORM, "case_confirm": "submit"})

    assert len(said) == 1 and {"event": "active_loop", "timestamp": None, "name": "case_form"} in events
    assert {event["name"] for event in events if event["event"] == "slot"} == {"case_confirm", "requested_slot"}
