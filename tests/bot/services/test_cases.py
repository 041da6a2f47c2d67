"""Cases at the desk and in departments: filing, states, who sees what, promises, and what the enterprise is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.business.roles import Principal, Role
from bot.errors import CaseChangeRefused, CaseConflict, CaseInvalid, CaseNotFound, PermissionDenied
from bot.persistence.case_tables import CaseEventRow, CaseRow
from bot.persistence.cases import CaseQuery
from bot.persistence.tables import AccessLogRow
from bot.services.case_draft import CaseDraft
from bot.services.cases import CaseDetail
from tests.fixtures.enterprises import credit_code, revoke
from tests.fixtures.office import Office, Visitor, all_of

HELP = CaseDraft("help", "食品经营许可证申请一个月了还没有结果，窗口说再等等。", subject="food_licence", district="余杭区")


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.agent("mei", display_name="梅")


@pytest.fixture
def amr(office: Office) -> Principal:
    return office.person("amr", Role.DEPARTMENT, department="amr", display_name="张科")


def change(office: Office, who: Principal, detail: CaseDetail, transition: str, text: str = "", **more: Any) -> CaseDetail:
    with office.database.session() as session:
        version = session.get_one(CaseRow, detail.case.id).version
    return office.cases.change(who, detail.case.id, transition, version, text, **more)


def bound(office: Office, number: int = 1) -> Visitor:
    visitor = office.visitor()
    visitor.bind(office.enterprise(number))
    return visitor


def filed_by(office: Office, visitor: Visitor, mei: Principal, draft: CaseDraft = HELP) -> CaseDetail:
    brief = office.case_chat.file(visitor.id, draft)
    return office.cases.detail(mei, brief.id)


def listed(office: Office, who: Principal, **query: Any) -> list[str]:
    return [case.id for case in office.cases.list_page(who, CaseQuery(**query), None, 50).cases]


def test_a_case_filed_at_the_desk_has_a_number_a_promise_and_an_owner(office: Office, mei: Principal) -> None:
    detail = office.cases.file(mei, replace(HELP, enterprise_name="杭州甲有限公司", credit_code=credit_code(1)))

    case = detail.case
    assert case.number.startswith("YS20261123") and len(case.number) == 16
    assert (case.state, case.due_on, case.assignee) == ("submitted", date(2026, 11, 30), "mei")
    assert case.title == "食品经营许可证申请一个月了还没有结果，窗口说再等等"
    assert [event.kind for event in detail.events] == ["filed"] and detail.events[0].by_name == "梅"


def test_the_same_filing_sent_twice_is_one_case(office: Office, mei: Principal) -> None:
    first = office.cases.file(mei, replace(HELP, client_id="agent:mei:1"))
    again = office.cases.file(mei, replace(HELP, client_id="agent:mei:1"))

    assert again.case.id == first.case.id and len(all_of(office.database, CaseRow)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": " \n"}, "what"),
        ({"what": "长" * 4001}, "what"),
        ({"type": "unknown"}, "type"),
        ({"urgency": "very"}, "urgency"),
        ({"district": "火星区"}, "district"),
        ({"subject": "no_subject"}, "subject"),
        ({"contact_phone": "123"}, "contact_phone"),
        ({"credit_code": "91330100000000000X"}, "credit_code"),
        ({"credit_code": credit_code(7)}, "enterprise_name"),
        ({"title": "一\n二"}, "title"),
        ({"links": (("nothing", "1"),)}, "links"),
    ],
)
def test_what_is_wrong_with_a_filing_is_named_by_field(
    office: Office, mei: Principal, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(CaseInvalid) as invalid:
        office.cases.file(mei, replace(HELP, **changes))

    assert list(invalid.value.problems) == [field] and all_of(office.database, CaseRow) == []


def test_a_case_goes_through_the_department_to_its_end_and_the_enterprise_is_told_each_time(
    office: Office, mei: Principal, amr: Principal
) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)

    change(office, mei, detail, "accept")
    change(office, mei, detail, "assign", department="amr")
    change(office, amr, detail, "start")
    change(office, amr, detail, "answer", "已核实，许可证将于3日内发放。")
    closed = change(office, mei, detail, "close", result="solved")

    number = detail.case.number
    assert visitor.told() == [
        f"您的诉求{number}（食品经营许可证申请一个月了还没有结果，窗口说再等等）已受理，会在11月30日（周一）前答复您。",
        f"您的诉求{number}（食品经营许可证申请一个月了还没有结果，窗口说再等等）已转给市场监管局办理，会在11月30日（周一）前答复您。",
        f"您的诉求{number}（食品经营许可证申请一个月了还没有结果，窗口说再等等）有答复了。\n市场监管局答复：已核实，许可证将于3日内发放。\n"
        f"满意的话可以回复“给诉求{number}5分”；没有解决，15个工作日内可以回复“重新办理 {number}：”加上原因，限一次。",
        f"您的诉求{number}（食品经营许可证申请一个月了还没有结果，窗口说再等等）已办结，结果：已解决。感谢您的反映。",
    ]
    assert (closed.case.state, closed.case.result) == ("closed", "solved") and closed.case.closed_at is not None
    assert [event.transition for event in closed.events if event.kind == "state"] == [
        "accept", "assign", "start", "answer", "close",
    ]  # fmt: skip


def test_a_refused_change_leaves_everything_as_it_was(office: Office, mei: Principal) -> None:
    detail = filed_by(office, bound(office), mei)

    for transition, more in (("close", {}), ("answer", {"text": "x"}), ("assign", {}), ("assign", {"department": "none"})):
        with pytest.raises(CaseChangeRefused):
            change(office, mei, detail, transition, **more)
    with pytest.raises(CaseChangeRefused):
        change(office, mei, detail, "no_such_change")

    assert office.cases.detail(mei, detail.case.id).case.state == "submitted"
    assert len(all_of(office.database, CaseEventRow)) == 1


def test_who_looked_before_somebody_else_changed_it_is_told_to_look_again(office: Office, mei: Principal) -> None:
    detail = filed_by(office, bound(office), mei)
    office.cases.change(mei, detail.case.id, "accept", detail.case.version)

    with pytest.raises(CaseConflict):
        office.cases.change(mei, detail.case.id, "reject", detail.case.version, "不归我们管")


def test_a_department_sees_and_answers_its_cases_and_no_others(office: Office, mei: Principal, amr: Principal) -> None:
    detail = filed_by(office, bound(office), mei)
    tax = office.person("tax", Role.DEPARTMENT, department="tax")
    change(office, mei, detail, "assign", department="amr")

    assert listed(office, amr) == [detail.case.id] and listed(office, tax, box="all") == []
    with pytest.raises(CaseNotFound):
        office.cases.detail(tax, detail.case.id)
    with pytest.raises(CaseNotFound):
        office.cases.change(tax, detail.case.id, "answer", 2, "不归您管")
    assert office.cases.detail(amr, detail.case.id).case.id == detail.case.id
    with pytest.raises(PermissionDenied):
        office.cases.file(amr, HELP)
    assert {(row.username, row.outcome) for row in all_of(office.database, AccessLogRow) if row.outcome == "denied"} == {
        ("agent:tax", "denied")
    }


def test_a_department_sends_back_what_is_not_theirs_and_sees_it_no_more(office: Office, mei: Principal, amr: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)
    change(office, mei, detail, "assign", department="amr")
    told = len(visitor.told())

    change(office, amr, detail, "send_back", "这件事归税务局")

    assert listed(office, amr, box="all") == [] and len(visitor.told()) == told
    again = office.cases.detail(mei, detail.case.id)
    assert (again.case.state, again.case.department) == ("accepted", None) and again.events[-1].is_internal


def test_the_time_that_a_case_waits_for_the_enterprise_does_not_count(office: Office, mei: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)
    change(office, mei, detail, "accept")
    change(office, mei, detail, "ask_more", "请补充受理通知书编号")
    office.be("2026-11-26 10:00")

    office.case_chat.add(visitor.id, None, "编号是12345")

    case = office.cases.detail(mei, detail.case.id).case
    assert (case.state, case.due_on) == ("in_progress", date(2026, 12, 3))


def test_an_urgent_case_has_its_own_promise_and_the_enterprise_is_told_of_the_new_day(office: Office, mei: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)

    edited = office.cases.edit(mei, detail.case.id, detail.case.version, {"urgency": "urgent", "title": "许可证"})

    assert edited.case.due_on == date(2026, 11, 24)
    assert visitor.told() == [f"您的诉求{detail.case.number}（许可证）的答复时间调整为11月24日（周二）前。"]
    assert edited.events[-1].detail == {
        "urgency": ["normal", "urgent"],
        "title": ["食品经营许可证申请一个月了还没有结果，窗口说再等等", "许可证"],
    }


def test_a_promise_into_next_year_says_that_it_is_provisional(office: Office, mei: Principal) -> None:
    office.be("2026-12-29 10:00")
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)

    change(office, mei, detail, "accept")

    assert detail.case.due_provisional and "2027年的放假安排还没有公布" in visitor.last_notice


def test_news_of_a_case_reach_nobody_who_may_speak_for_the_enterprise_no_more(office: Office, mei: Principal) -> None:
    former, present = office.visitor(), office.visitor()
    code = office.enterprise(1)
    binding = former.bind(code)
    detail = filed_by(office, former, mei)
    revoke(office.database, binding, office.clock())
    change(office, mei, detail, "accept")
    assert former.told() == []

    present.bind(code)
    change(office, mei, detail, "answer", "已经解决")

    assert former.told() == [] and len(present.told()) == 1


def test_a_case_of_nobody_known_is_told_of_where_it_was_filed(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    detail = filed_by(office, visitor, mei)

    change(office, mei, detail, "accept")
    change(office, mei, detail, "answer", "请到窗口办理")

    assert detail.case.credit_code is None and "请到窗口办理" in visitor.last_notice and "5分" not in visitor.last_notice


def test_duplicates_of_the_same_enterprise_are_shown_before_filing(office: Office, mei: Principal) -> None:
    code = credit_code(1)
    first = office.cases.file(mei, replace(HELP, credit_code=code, enterprise_name="杭州甲有限公司"))
    nameless = office.cases.file(mei, replace(HELP, contact_phone="13800000000"))
    over = office.cases.file(mei, replace(HELP, credit_code=code))
    change(office, mei, over, "withdraw")

    found = office.cases.find_duplicates(mei, replace(HELP, credit_code=code.lower(), contact_phone="13800000000"))

    assert [case.id for case in found] == [first.case.id, nameless.case.id]


def test_a_number_left_while_nobody_is_there_becomes_a_case(office: Office, mei: Principal) -> None:
    office.lose(mei)
    office.be("2026-11-28 10:00")
    visitor = office.visitor()
    visitor.say("转人工")

    (told,) = visitor.say("13800000000 王女士，咨询信用修复进度")
    visitor.say("电话写错了，我的电话：13800000001")

    (case,) = all_of(office.database, CaseRow)
    assert (case.source, case.contact_phone, case.due_on) == ("contact", "13800000001", date(2026, 12, 1))
    assert f"已登记为诉求{case.number}，会在12月1日（周二）前联系您" in told
    assert "信用修复进度" in case.what and case.conversation_id == visitor.id


def test_boxes_and_filters_show_what_they_say(office: Office, mei: Principal, amr: Principal) -> None:
    bo = office.agent("bo")
    one = office.cases.file(mei, replace(HELP, enterprise_name="西湖茶业"))
    two = office.cases.file(bo, CaseDraft("complaint", "被乱收费", district="西湖区", urgency="urgent"))
    change(office, mei, one, "assign", department="amr")
    change(office, mei, one, "ask_more", "请补充")

    assert set(listed(office, mei)) == {one.case.id, two.case.id} and listed(office, mei, box="mine") == [one.case.id]
    assert listed(office, mei, box="waiting") == [one.case.id] and listed(office, mei, box="closed") == []
    assert listed(office, mei, type="complaint") == [two.case.id] and listed(office, mei, urgency="urgent") == [two.case.id]
    assert listed(office, mei, words=one.case.number.lower()) == [one.case.id]
    assert listed(office, mei, words="西湖茶业") == [one.case.id] and listed(office, mei, words="100%_") == []
    assert listed(office, mei, district="西湖区") == [two.case.id] and len(listed(office, mei, words="\x00")) == 2
    page = office.cases.list_page(mei, CaseQuery(), None, 1)
    assert page.next is not None and dict(page.counts) == {"open": 2, "mine": 1, "waiting": 1, "overdue": 0}
    rest = office.cases.list_page(mei, CaseQuery(), page.next, 1)
    assert {page.cases[0].id, rest.cases[0].id} == {one.case.id, two.case.id} and rest.next is None


def test_what_is_late_is_escalated_twice_and_the_enterprise_is_told_once(office: Office, mei: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)
    office.be("2026-11-30 23:00")
    assert office.case_keeper.look() == 0

    levels = []
    for day in ("2026-12-01", "2026-12-01", "2026-12-03", "2026-12-04", "2026-12-07"):
        office.be(f"{day} 10:00")
        office.case_keeper.look()
        levels.append(office.cases.detail(mei, detail.case.id).case.escalation_level)

    assert levels == [1, 1, 1, 2, 2]
    assert visitor.told() == [
        f"您的诉求{detail.case.number}（食品经营许可证申请一个月了还没有结果，窗口说再等等）原定11月30日（周一）前答复，现在还没有办好，很抱歉。"
        "已经催办，有进展马上告诉您。"
    ]
    assert listed(office, mei, box="overdue") == [detail.case.id]


def test_an_answered_case_that_nobody_reacts_to_closes_by_itself(office: Office, mei: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)
    change(office, mei, detail, "accept")
    change(office, mei, detail, "answer", "已解决")
    office.be("2026-12-02 10:00")
    assert office.case_keeper.look() == 0

    office.be("2026-12-03 10:00")

    assert office.case_keeper.look() == 1 and office.case_keeper.look() == 0
    assert office.cases.detail(mei, detail.case.id).case.state == "closed" and "已办结" in visitor.last_notice


def test_notes_and_links_are_internal_and_kept(office: Office, mei: Principal) -> None:
    visitor = bound(office)
    detail = filed_by(office, visitor, mei)

    office.cases.note(mei, detail.case.id, "已电话联系")
    office.cases.link(mei, detail.case.id, "task", "FZ-07", "简案快办")
    again = office.cases.link(mei, detail.case.id, "task", "FZ-07")

    task = next(link for link in again.links if link.kind == "task")
    assert (task.target, task.title) == ("FZ-07", "简案快办") and len([x for x in again.links if x.kind == "task"]) == 1
    assert [event.is_internal for event in again.events] == [False, True, True, True] and visitor.told() == []
    without = office.cases.unlink(mei, detail.case.id, task.id)
    assert [link.kind for link in without.links] == ["conversation"]


def test_who_only_reads_changes_nothing(office: Office, mei: Principal) -> None:
    detail = filed_by(office, bound(office), mei)
    reader = office.person("reader", Role.READONLY)

    assert office.cases.detail(reader, detail.case.id).can == ()
    for attempt in (
        lambda: office.cases.change(reader, detail.case.id, "accept", 1),
        lambda: office.cases.note(reader, detail.case.id, "x"),
        lambda: office.cases.edit(reader, detail.case.id, 1, {"title": "x"}),
        lambda: office.cases.file(reader, HELP),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_a_binding_that_has_expired_gets_no_news(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    visitor.bind(office.enterprise(1), good_for=timedelta(days=1))
    detail = filed_by(office, visitor, mei)
    office.be("2026-11-25 10:00")

    change(office, mei, detail, "accept")

    assert visitor.told() == []
