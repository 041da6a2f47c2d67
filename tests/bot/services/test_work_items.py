"""Work that many asked for: proposed once with its evidence, decided on by supervisors, and everybody told once in the end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import open_database
from bot.business.roles import Principal, Role
from bot.errors import PermissionDenied, WorkItemNotFound, WorkItemRefused
from bot.persistence import conversations, messages
from bot.persistence.case_tables import CaseEventRow, CaseLinkRow
from bot.persistence.database import Database
from bot.persistence.demand_tables import WorkItemNoticeRow, WorkItemRow
from bot.persistence.enterprise_tables import BindingRow
from bot.persistence.tables import MessageRow, TaskRow
from bot.services import work_item_notices
from bot.services.ownership import tell_user
from bot.settings import Settings
from tests.fixtures.clock import Clock
from tests.fixtures.demand_desk import SUPERVISOR, DemandDesk, Filing
from tests.fixtures.demand_stream import Written
from tests.fixtures.office import all_of, empty

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SAID = (
    "餐饮店门牌号换了，食品经营许可证变更要重新现场核查",
    "门牌变更，食品经营许可证还要重新核查现场",
    "食品经营许可证上的门牌号改一下，又要现场核查",
    "门牌号统一调整，许可证变更地址还要再来现场核查一遍",
    "同一个店门牌变了，食品经营许可却要重新现场核查",
    "店没搬，只是门牌号变更，许可证要现场核查吗",
    "门牌号重编，食品经营许可证变更说要现场核查才行",
)
AFTER_TWO = 2


def asked(n: int, subject: str = "food_licence", district: str = "余杭区", asker: str = "asker") -> list[Written]:
    return [Written("theme", subject, district, f"{asker}:{district}:{i}", SAID[i % len(SAID)]) for i in range(n)]


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGIN)


@pytest.fixture
def desk(office_database: Database, clock: Clock) -> DemandDesk:
    empty(office_database)
    return DemandDesk(office_database, clock)


@pytest.fixture
def filing(desk: DemandDesk) -> Filing:
    return Filing(desk.database, BEGIN)


@pytest.fixture
def item(desk: DemandDesk, filing: Filing, clock: Clock) -> WorkItemRow:
    """Seven enterprises asked for the same."""
    clock.now = filing.file(asked(7))
    desk.keeper.look()
    return desk.proposed[0]


# Proposing.


def test_work_is_proposed_when_enough_have_asked_and_not_before(desk: DemandDesk, filing: Filing, clock: Clock) -> None:
    clock.now = filing.file(asked(4))
    few = desk.keeper.look()
    clock.now = filing.file(asked(6)[4:])
    enough = desk.keeper.look()

    assert (few, enough, len(desk.proposed)) == (0, 1, 1)
    assert desk.proposed[0].title.startswith("余杭区：食品经营等许可（")


def test_one_who_asks_twenty_times_is_one(desk: DemandDesk, filing: Filing, clock: Clock) -> None:
    clock.now = filing.file([*asked(4), *asked(1) * 20])

    assert desk.keeper.look() == 0


def test_other_districts_do_not_count(desk: DemandDesk, filing: Filing, clock: Clock) -> None:
    clock.now = filing.file([*asked(3), *asked(3, district="西湖区")])

    assert desk.keeper.look() == 0


def test_what_was_asked_long_ago_does_not_count(desk: DemandDesk, filing: Filing, clock: Clock) -> None:
    clock.now = filing.file(asked(4))
    desk.keeper.look()
    clock.now += timedelta(days=100)
    filing.begin = clock.now
    clock.now = filing.file(asked(3, asker="later"))

    assert desk.keeper.look() == 0


def test_declined_work_is_never_proposed_again(desk: DemandDesk, filing: Filing, clock: Clock, item: WorkItemRow) -> None:
    desk.change(item.id, "decline", "已有规定，不调整。")
    clock.now = filing.file(asked(20)[7:])

    assert desk.keeper.look() == 0
    assert desk.items.detail(SUPERVISOR, item.id).item.cluster.size == 20


def test_what_is_asked_after_the_work_was_done_is_asked_anew(
    desk: DemandDesk, filing: Filing, clock: Clock, item: WorkItemRow
) -> None:
    desk.finish(item.id)
    clock.now = filing.file(asked(13)[7:])

    assert desk.keeper.look() == 1
    assert [each.state for each in desk.proposed] == ["done", "proposed"]


def test_evidence_names_nobody(desk: DemandDesk, filing: Filing, clock: Clock) -> None:
    secret = "门牌号变更要现场核查，联系我姓陈，13812345678，身份证330106199001011234，代码91330100799655058B，找王小明先生"
    clock.now = filing.file([Written("theme", "food_licence", "余杭区", "secretive", secret), *asked(6)])
    desk.keeper.look()

    texts = "".join(each.demand.text for each in desk.items.detail(SUPERVISOR, desk.proposed[0].id).evidence)
    assert "［电话］" in texts
    for hidden in ("13812345678", "330106199001011234", "91330100799655058B", "王小明", "姓陈"):
        assert hidden not in texts


# Questions.


def ask(database: Database, text: str, at: datetime, band: str, intent: str, conversation_id: str) -> None:
    with database.session() as session:
        conversations.add_conversation(session, conversation_id, "widget", "0" * 64, at)
        conversation = conversations.get_conversation_for_update(session, conversation_id)
        question = MessageRow(id=uuid.uuid4().hex, sender="user", text=text, at=at, external_id="1")
        messages.append_message(session, conversation, question)
        reply = MessageRow(id=uuid.uuid4().hex, sender="bot", text="您是想问哪方面？", at=at, reply_to=question.id, band=band)
        reply.intent = {"name": intent, "confidence": 0.3}
        reply.buttons = [{"title": "食品经营等许可", "payload": '/choose_subject{"subject": "food_licence"}'}]
        messages.append_message(session, conversation, reply)


def test_questions_without_an_answer_count_and_talk_does_not(desk: DemandDesk, clock: Clock) -> None:
    for n, text in enumerate(SAID):
        ask(desk.database, f"余杭{text}", BEGIN, "clarify", "nlu_fallback", f"open{n}")
        ask(desk.database, text, BEGIN, "refuse", "out_of_scope", f"refused{n}")
        ask(desk.database, text, BEGIN, "answer", "food_licence", f"answered{n}")
    clock.now = BEGIN + timedelta(hours=1)

    assert desk.keeper.look() == 1
    assert (desk.proposed[0].subject, desk.proposed[0].district) == ("food_licence", "余杭区")
    desk.finish(desk.proposed[0].id)
    desk.keeper.tell()
    assert desk.told() == Counter({f"open{n}": 1 for n in range(len(SAID))})


# Deciding.


def test_only_supervisors_see_and_decide(desk: DemandDesk, item: WorkItemRow) -> None:
    for role in (Role.AGENT, Role.DEPARTMENT, Role.READONLY):
        somebody = Principal("somebody", "某人", role)
        for deed in (
            lambda who: desk.items.list_items(who),
            lambda who: desk.items.detail(who, item.id),
            lambda who: desk.items.change(who, item.id, "accept", 1),
        ):
            with pytest.raises(PermissionDenied):
                deed(somebody)


@pytest.mark.parametrize(
    ("transition", "more", "reason"),
    [
        ("done", {"text": "好了"}, "not_from_here"),
        ("explode", {}, "not_from_here"),
        ("decline", {"text": " "}, "needs_text"),
        ("accept", {"department": "nobody"}, "department_unknown"),
        ("accept", {"task_id": "ZZ-99"}, "task_unknown"),
        ("link", {"task_id": "a\x00b"}, "task_unknown"),
    ],
)
def test_what_is_not_allowed_is_refused(
    desk: DemandDesk, item: WorkItemRow, transition: str, more: dict[str, str], reason: str
) -> None:
    with pytest.raises(WorkItemRefused) as refused:
        desk.items.change(SUPERVISOR, item.id, transition, 1, **more)

    assert refused.value.reason == reason


def test_who_saw_an_older_version_decides_nothing(desk: DemandDesk, item: WorkItemRow) -> None:
    desk.items.change(SUPERVISOR, item.id, "accept", 1)

    with pytest.raises(WorkItemRefused, match="conflict"):
        desk.items.change(SUPERVISOR, item.id, "decline", 1, "不办")
    with pytest.raises(WorkItemNotFound):
        desk.items.detail(SUPERVISOR, 2**40)


def test_accepted_work_belongs_to_a_department_and_a_reform_task(desk: DemandDesk, item: WorkItemRow) -> None:
    add_task(desk.database, "SC-01")
    desk.change(item.id, "accept", department="amr")

    linked = desk.change(item.id, "link", task_id="SC-01").item

    assert (linked.row.department, linked.row.task_id, linked.task_name) == ("amr", "SC-01", "证照联办")
    assert (linked.row.state, linked.row.decided_by) == ("accepted", "sun")


def add_task(database: Database, task_id: str) -> None:
    texts = dict.fromkeys(("measure", "metric", "target_value", "unit", "comparison", "rank_goal", "deadline", "lead_unit"), "")
    with database.session() as session:
        texts |= {"environment": "市场", "name": "证照联办", "status": "进行中", "paragraph": "P1"}
        session.add(TaskRow(id=task_id, **texts, **extra_task_columns()))


def extra_task_columns() -> dict[str, object]:
    known = {"environment", "name", "status", "paragraph", "id"}
    known |= {"measure", "metric", "target_value", "unit", "comparison", "rank_goal", "deadline", "lead_unit"}
    needed = [column for column in TaskRow.__table__.columns if column.name not in known and not column.nullable]
    return {column.name: [] if column.name == "phrasings" else "" for column in needed}


# Telling.


def test_everybody_who_asked_reads_the_outcome_and_nobody_elses_words(desk: DemandDesk, item: WorkItemRow) -> None:
    desk.finish(item.id, "自12月1日起凭门牌证明直接换证。")
    desk.keeper.tell()

    with desk.database.session() as session:
        told = [row for row in session.query(MessageRow) if row.sender == "system"]
    assert len(told) == 7 and len({row.conversation_id for row in told}) == 7
    assert all("余杭区食品经营等许可" in row.text and "凭门牌证明直接换证" in row.text for row in told)
    assert desk.woken == 1 and desk.looks_asked == 1 and desk.keeper.tell() == 0


def test_cases_get_a_link_and_an_event_that_the_enterprise_sees(desk: DemandDesk, item: WorkItemRow) -> None:
    desk.finish(item.id, "凭门牌证明直接换证。")
    desk.keeper.tell()
    desk.keeper.tell()

    links, events = all_of(desk.database, CaseLinkRow), all_of(desk.database, CaseEventRow)
    assert [(link.kind, link.target) for link in links] == [("work_item", str(item.id))] * 7
    assert len(events) == 7 and not any(event.is_internal for event in events)


def test_an_enterprise_nobody_speaks_for_any_more_is_not_told(desk: DemandDesk, item: WorkItemRow, clock: Clock) -> None:
    with desk.database.session() as session:
        gone = session.query(BindingRow).first()
        assert gone is not None
        gone.revoked_at = clock.now

    detail = desk.finish(item.id)

    assert detail.item.to_tell == 6 and desk.keeper.tell() == 6


def test_who_asked_before_the_end_and_was_looked_at_after_it_is_told_too(
    desk: DemandDesk, filing: Filing, clock: Clock, item: WorkItemRow
) -> None:
    clock.now = filing.file(asked(9)[7:])  # filed, not yet looked at
    desk.finish(item.id)
    desk.keeper.look()

    assert sum(desk.told().values()) == len(desk.told()) == 9
    assert len(all_of(desk.database, CaseLinkRow)) == 9


def test_who_is_bound_in_the_meantime_is_told_once(desk: DemandDesk, clock: Clock, filing: Filing) -> None:
    """A question asked before showing the enterprise, and a case filed after: one enterprise, one message."""
    clock.now = filing.file(asked(6))
    ask(desk.database, f"余杭{SAID[0]}", BEGIN, "clarify", "unclear", "first-a-question")
    desk.keeper.look()
    with desk.database.session() as session:
        row = session.query(BindingRow).filter_by(holder=f"conversation:{filing.conversation_of('asker:余杭区:0')}").one()
        row.holder = "conversation:first-a-question"

    desk.finish(desk.proposed[0].id)
    desk.keeper.tell()

    assert sum(desk.told().values()) == 6


def killed_while_telling(url: str, folder: str, now: datetime) -> None:
    """Tell two, and die of SIGKILL in the transaction that tells the third."""
    desk = DemandDesk(open_database(Settings(data_dir=Path(folder), database_url=url)), Clock(now))
    told: list[MessageRow] = []

    def tell(*given: Any) -> None:
        told.append(tell_user(*given))
        if len(told) > AFTER_TWO:
            os.kill(os.getpid(), signal.SIGKILL)

    vars(work_item_notices)["tell_user"] = tell
    desk.keeper.tell()


def test_a_process_killed_in_the_middle_of_telling_leaves_nobody_out_and_tells_nobody_twice(
    desk: DemandDesk, item: WorkItemRow, clock: Clock, tmp_path: Path
) -> None:
    desk.finish(item.id)
    url = desk.database.url.render_as_string(hide_password=False)
    given = (url, str(tmp_path), clock.now)
    process = multiprocessing.get_context("spawn").Process(target=killed_while_telling, args=given)

    process.start()
    process.join(60)
    first = desk.told()
    desk.keeper.tell()

    assert process.exitcode == -signal.SIGKILL
    assert sum(first.values()) == AFTER_TWO
    assert sorted(desk.told().values()) == [1] * 7
    assert all(row.told_at for row in all_of(desk.database, WorkItemNoticeRow))
