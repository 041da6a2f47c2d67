"""What somebody in a chat may do with cases: only with those of the enterprise that they have shown they speak for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.business.case import CaseTransition
from bot.business.roles import Principal
from bot.errors import CaseChangeRefused, CaseInvalid, CaseNotFound
from bot.persistence.case_tables import CaseRow
from bot.persistence.tables import AccessLogRow
from bot.services.case_chat import CaseBrief
from bot.services.case_draft import CaseDraft
from tests.fixtures.enterprises import revoke
from tests.fixtures.office import Office, Visitor, all_of

ARREARS = CaseDraft("complaint", "政府拖欠我们的工程款三个月没有付")
Attempt = Callable[[Office, Visitor, str | None], Any]
ATTEMPTS: dict[str, Attempt] = {
    "status": lambda office, visitor, number: office.case_chat.status(visitor.id, number),
    "add": lambda office, visitor, number: office.case_chat.add(visitor.id, number, "补充"),
    "rate": lambda office, visitor, number: office.case_chat.rate(visitor.id, number, 5),
    "reopen": lambda office, visitor, number: office.case_chat.reopen(visitor.id, number, "没有解决"),
    "withdraw": lambda office, visitor, number: office.case_chat.withdraw(visitor.id, number),
}


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.agent("mei")


def bound(office: Office, number: int) -> Visitor:
    visitor = office.visitor()
    visitor.bind(office.enterprise(number))
    return visitor


def answered(office: Office, visitor: Visitor, mei: Principal) -> CaseBrief:
    brief = office.case_chat.file(visitor.id, ARREARS)
    office.cases.change(mei, brief.id, "accept", 1)
    office.cases.change(mei, brief.id, "answer", 2, "已经安排付款")
    return office.case_chat.status(visitor.id, brief.number)


def test_the_caller_finds_their_case_by_its_number_or_as_the_last_one(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    first = office.case_chat.file(visitor.id, ARREARS)
    office.clock.now += timedelta(minutes=1)
    second = office.case_chat.file(visitor.id, CaseDraft("help", "社保窗口没有人"))

    assert office.case_chat.status(visitor.id, None).number == second.number
    for written in (first.number, first.number.lower(), f" {first.number[:10]} {first.number[10:]}", first.number[2:]):
        assert office.case_chat.status(visitor.id, written).id == first.id
    assert [brief.number for brief in office.case_chat.list_mine(visitor.id)] == [second.number, first.number]
    assert office.case_chat.status(visitor.id, first.number).last_change == "11月23日（周一）已提交。"


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_another_enterprises_case_and_one_that_does_not_exist_are_the_same(
    office: Office, mei: Principal, attempt: Attempt
) -> None:
    theirs = answered(office, bound(office, 1), mei)
    stranger = bound(office, 2)
    before = all_of(office.database, CaseRow)[0].version

    refusals = []
    for number in (theirs.number, "YS20261123000000", "' OR 1=1 --", "\x00", "", "很长" * 5000):
        with pytest.raises(CaseNotFound) as refused:
            attempt(office, stranger, number)
        refusals.append(str(refused.value))

    assert len(set(refusals)) == 1 and all_of(office.database, CaseRow)[0].version == before
    denied = [row for row in all_of(office.database, AccessLogRow) if row.outcome == "denied"]
    assert len(denied) == 6 and all(row.conversation_id == stranger.id for row in denied)
    assert not any(theirs.number in (row.about or "") for row in denied)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.parametrize("how", ["unbound", "revoked", "expired"])
def test_who_has_not_shown_whom_they_speak_for_sees_nothing(office: Office, mei: Principal, attempt: Attempt, how: str) -> None:
    visitor = office.visitor()
    code = office.enterprise(1)
    binding = visitor.bind(code, timedelta(days=1))
    theirs = answered(office, visitor, mei)
    if how == "revoked":
        revoke(office.database, binding, office.clock())
    elif how == "expired":
        office.clock.now += timedelta(days=2)
    else:
        visitor = office.visitor()

    for number in (theirs.number, None):
        with pytest.raises(CaseNotFound):
            attempt(office, visitor, number)
    assert office.case_chat.list_mine(visitor.id) == () and office.case_chat.caller(visitor.id) is None
    assert office.case_chat.list_similar(visitor.id, ARREARS.what) == ()


def test_a_case_filed_by_nobody_known_is_shown_to_nobody(office: Office) -> None:
    visitor = office.visitor()
    brief = office.case_chat.file(visitor.id, ARREARS)

    with pytest.raises(CaseNotFound):
        office.case_chat.status(visitor.id, brief.number)

    visitor.bind(office.enterprise(1))
    with pytest.raises(CaseNotFound):
        office.case_chat.status(visitor.id, brief.number)


def test_what_a_chat_says_about_the_enterprise_is_not_believed(office: Office) -> None:
    mine, other = bound(office, 1), office.enterprise(2)

    brief = office.case_chat.file(mine.id, CaseDraft("help", "代办", credit_code=other, enterprise_name="别的公司"))

    (case,) = all_of(office.database, CaseRow)
    assert (case.credit_code, case.enterprise_name) != (other, "别的公司")
    assert office.case_chat.status(mine.id, brief.number).id == brief.id


def test_two_people_of_one_enterprise_see_the_same_cases(office: Office) -> None:
    one, other = office.visitor(), office.visitor()
    code = office.enterprise(1)
    one.bind(code), other.bind(code)

    brief = office.case_chat.file(one.id, ARREARS)

    assert office.case_chat.status(other.id, None).number == brief.number


def test_open_cases_that_may_be_the_same_matter_are_shown(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    same = office.case_chat.file(visitor.id, ARREARS)
    office.case_chat.file(visitor.id, CaseDraft("help", "社保窗口没有人"))
    bound(office, 2)

    found = office.case_chat.list_similar(visitor.id, "工程款被政府拖欠三个月")

    assert [brief.number for brief in found] == [same.number]
    office.case_chat.withdraw(visitor.id, same.number)
    assert office.case_chat.list_similar(visitor.id, "工程款被政府拖欠三个月") == []


def test_an_addition_is_kept_and_lets_a_waiting_case_go_on(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    brief = office.case_chat.file(visitor.id, ARREARS)
    office.case_chat.add(visitor.id, None, "合同编号HT-1")
    office.cases.change(mei, brief.id, "accept", 2)
    office.cases.change(mei, brief.id, "ask_more", 3, "请补充验收单")

    after = office.case_chat.add(visitor.id, brief.number, "验收单已发")

    events = office.cases.detail(mei, brief.id).events
    assert after.state == "in_progress" and after.last_change == "11月23日（周一）收到补充，继续办理。"
    assert [event.text for event in events if event.kind == "addition" or event.transition == "supplement"] == [
        "合同编号HT-1", "验收单已发",
    ]  # fmt: skip


def test_an_answer_is_rated_once_and_within_its_time(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    brief = answered(office, visitor, mei)
    assert brief.can_rate

    rated = office.case_chat.rate(visitor.id, None, 5, "很快")

    assert (rated.state, rated.can_rate) == ("closed", False)
    with pytest.raises(CaseChangeRefused) as refused:
        office.case_chat.rate(visitor.id, None, 1)
    assert refused.value.reason == "already_so"
    with pytest.raises(CaseInvalid):
        office.case_chat.rate(visitor.id, None, 6)
    (case,) = all_of(office.database, CaseRow)
    assert (case.rating, case.rating_comment) == (5, "很快")


def test_a_bad_rating_leaves_the_case_open_for_reopening(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    answered(office, visitor, mei)

    rated = office.case_chat.rate(visitor.id, None, 1, "没解决")

    assert rated.state == "answered" and CaseTransition.REOPEN in rated.can


def test_a_case_is_reopened_once_with_a_new_promise(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    brief = answered(office, visitor, mei)
    office.be("2026-12-01 10:00")

    again = office.case_chat.reopen(visitor.id, brief.number, "款还没有到")

    assert (again.state, again.due_on.isoformat()) == ("accepted", "2026-12-10")
    with pytest.raises(CaseChangeRefused):
        office.case_chat.reopen(visitor.id, brief.number, "还没有到")
    office.cases.change(mei, brief.id, "answer", all_of(office.database, CaseRow)[0].version, "已付")
    with pytest.raises(CaseChangeRefused) as refused:
        office.case_chat.reopen(visitor.id, brief.number, "还没有到")
    assert refused.value.reason == "reopened_before"


def test_a_case_is_not_reopened_after_its_time(office: Office, mei: Principal) -> None:
    visitor = bound(office, 1)
    brief = answered(office, visitor, mei)
    office.be("2026-12-15 10:00")

    with pytest.raises(CaseChangeRefused) as refused:
        office.case_chat.reopen(visitor.id, brief.number, "款还没有到")

    assert refused.value.reason == "too_late"


def test_a_case_that_is_over_takes_no_additions(office: Office) -> None:
    visitor = bound(office, 1)
    office.case_chat.file(visitor.id, ARREARS)

    assert office.case_chat.withdraw(visitor.id, None).state == "withdrawn"

    for attempt in (lambda: office.case_chat.add(visitor.id, None, "补充"), lambda: office.case_chat.withdraw(visitor.id, None)):
        with pytest.raises(CaseChangeRefused):
            attempt()


def test_every_attempt_is_in_the_log_also_one_that_is_refused(office: Office) -> None:
    visitor = bound(office, 1)
    brief = office.case_chat.file(visitor.id, ARREARS)

    with pytest.raises(CaseChangeRefused):
        office.case_chat.reopen(visitor.id, brief.number, "x")
    office.case_chat.status(visitor.id, None)

    logged = [(row.action, row.about, row.outcome) for row in all_of(office.database, AccessLogRow)]
    assert logged == [
        ("case.file", brief.id, "allowed"), ("case.reopen", brief.id, "allowed"), ("case.status", brief.id, "allowed"),
    ]  # fmt: skip
