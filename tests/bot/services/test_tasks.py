"""The task database at the desk: what is added to the report's tasks, and how they stand with it."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from bot.business.roles import Principal, Role
from bot.business.task_lists import LISTS
from bot.business.traffic_light import Light
from bot.errors import PermissionDenied, TaskConflict, TaskInvalid, TaskNotFound
from bot.persistence.case_tables import CaseLinkRow, CaseRow
from bot.persistence.task_tables import TaskAdditionRow, TaskProgressRow
from bot.services.tasks import NewProgress, TaskDetail, TaskFilter, Tasks
from tests.fixtures.office import Office, all_of
from tests.fixtures.task_book import load_report

TODAY = date(2026, 11, 23)


@pytest.fixture
def tasks(office: Office) -> Tasks:
    load_report(office.database)
    return Tasks(office.database, office.clock, office.local_now)


@pytest.fixture
def chief(office: Office) -> Principal:
    return office.person("chief", Role.SUPERVISOR, display_name="陈主管")


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.person("mei")


def progress(value: str = "93", on: date = date(2026, 10, 31), note: str = "", evidence: str = "年度报表第3页") -> NewProgress:
    return NewProgress(on, value, note, evidence)


def ids(tasks: Tasks, who: Principal, **wanted: Any) -> list[str]:
    return [listed.record.task.id for listed in tasks.list_page(who, TaskFilter(**wanted)).tasks]


def problems_of(error: pytest.ExceptionInfo[TaskInvalid]) -> dict[str, str]:
    return error.value.problems


# looking


def test_the_table_holds_the_reports_120_tasks_in_its_order_and_nothing_is_made_up_for_them(tasks: Tasks, mei: Principal) -> None:
    page = tasks.list_page(mei, TaskFilter())

    assert len(page.tasks) == 120
    assert [page.tasks[place].record.task.id for place in (0, 40, 119)] == ["ZH-01", "ZW-01", "RW-09"]
    assert sum(page.environments.values()) == sum(page.lights.values()) == 120
    assert {listed.light for listed in page.tasks} == {Light.GREY, Light.DONE}
    assert all(listed.record.completion is None and listed.record.newest is None for listed in page.tasks)
    done = [listed.record.task.status for listed in page.tasks if listed.light is Light.DONE]
    assert set(done) == {"已完成"}


def test_the_table_is_filtered_and_searched(tasks: Tasks, mei: Principal, chief: Principal) -> None:
    tasks.change(chief, "SC-09", 0, {"lead_unit": "市市场监管局", "due_on": date(2026, 12, 31)})

    assert len(ids(tasks, mei, environment="法治")) == 13
    assert ids(tasks, mei, words="預付式") == ids(tasks, mei, words="sc09") == ids(tasks, mei, words="市场监管局") == ["SC-09"]
    assert ids(tasks, mei, words="知识产权 裁决") == ["FZ-13"]
    assert len(ids(tasks, mei, has_lead_unit=True)) == 6
    assert all(task.startswith("ZH") for task in ids(tasks, mei, list_id="national"))
    assert len(ids(tasks, mei, has_target=True)) + len(ids(tasks, mei, has_target=False)) == 120
    assert ids(tasks, mei, sort="due")[0] == "SC-09"
    assert ids(tasks, mei, list_id="no such list") == ids(tasks, mei, words="\0\0 没有这样的词") == []


def test_the_counts_of_a_filter_do_not_count_that_filter_itself(tasks: Tasks, mei: Principal) -> None:
    page = tasks.list_page(mei, TaskFilter(environment="法治", light="grey"))

    assert page.lights == {"grey": 13}
    assert page.environments["政务"] == 20


def test_a_task_that_is_not_there_is_not_found(tasks: Tasks, chief: Principal) -> None:
    for task_id in ("XX-01", "", "\0", "FZ-13\0", "f" * 5000):
        with pytest.raises(TaskNotFound):
            tasks.detail(chief, task_id)
        with pytest.raises(TaskNotFound):
            tasks.change(chief, task_id, 0, {"lead_unit": "市司法局"})
        with pytest.raises(TaskNotFound):
            tasks.add_progress(chief, task_id, progress())


def test_a_task_knows_how_many_cases_have_to_do_with_it(tasks: Tasks, mei: Principal, office: Office) -> None:
    now, day = office.clock(), date(2026, 12, 1)
    said: Any = {"source": "desk", "filed_by": "agent:mei", "type": "consult", "urgency": "normal", "title": "问", "what": "问"}
    times: Any = {"filed_at": now, "last_at": now, "due_on": day, "due_provisional": False}
    with office.database.session() as session:
        session.add(CaseRow(id="c1", number="YS1", state="submitted", version=1, **said, **times))
        session.flush()
        for kind, target in (("task", "FZ-13"), ("article", "FZ-13")):
            session.add(CaseLinkRow(case_id="c1", kind=kind, target=target, by="agent:mei", at=now))

    assert [tasks.detail(mei, task_id).listed.record.cases for task_id in ("FZ-13", "FZ-12")] == [1, 0]


# adding


def test_what_is_added_wins_over_the_report_and_each_change_is_kept(tasks: Tasks, chief: Principal, mei: Principal) -> None:
    tasks.change(
        chief, "ZH-36", 0, {"lead_unit": "市发展改革委 ", "team": ["综合组", "综合组", " "], "due_on": date(2026, 12, 31)}
    )
    tasks.change(chief, "ZH-36", 1, {"state": "推进中", "source": "专班通报2026年第3期"})

    detail = tasks.detail(mei, "ZH-36")

    record = detail.listed.record
    assert (record.lead_unit, record.task.lead_unit) == ("市发展改革委", "市委改革办(专班综合组)")
    assert (record.status, record.additions.team, record.additions.version) == ("推进中", ("综合组",), 2)
    assert [change.changes for change in detail.changes] == [
        {"state": ["", "推进中"], "source": ["", "专班通报2026年第3期"]},
        {"lead_unit": ["", "市发展改革委"], "team": [[], ["综合组"]], "due_on": [None, "2026-12-31"]},
    ]
    assert {change.by for change in detail.changes} == {"chief"}
    assert detail.names == {"chief": "陈主管"}


def test_a_change_that_changes_nothing_leaves_no_trace(tasks: Tasks, chief: Principal) -> None:
    tasks.change(chief, "FZ-13", 0, {"lead_unit": "市知识产权局"})

    detail = tasks.change(chief, "FZ-13", 1, {"lead_unit": " 市知识产权局", "leader": ""})

    assert detail.listed.record.additions.version == 1
    assert len(detail.changes) == 1


def test_who_changes_what_somebody_else_has_changed_meanwhile_is_told_and_nothing_is_lost(tasks: Tasks, chief: Principal) -> None:
    tasks.change(chief, "FZ-13", 0, {"lead_unit": "市知识产权局"})

    for version in (0, 2):
        with pytest.raises(TaskConflict):
            tasks.change(chief, "FZ-13", version, {"lead_unit": "别的单位"})

    assert tasks.detail(chief, "FZ-13").listed.record.lead_unit == "市知识产权局"


def test_of_two_who_are_the_first_at_the_same_moment_one_wins(tasks: Tasks, chief: Principal, office: Office) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def change(unit: str) -> None:
        start.wait(10)
        try:
            tasks.change(chief, "FZ-01", 0, {"lead_unit": unit})
            outcomes.append("changed")
        except TaskConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=change, args=(unit,)) for unit in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["changed", "conflict"]
    assert [row.version for row in all_of(office.database, TaskAdditionRow)] == [1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lead_unit": "长" * 101}, "lead_unit"),
        ({"lead_unit": "市\0局"}, "lead_unit"),
        ({"leader": "名" * 65}, "leader"),
        ({"team": [str(n) for n in range(31)]}, "team"),
        ({"team": ["甲" * 51]}, "team"),
        ({"due_on": date(1999, 1, 1)}, "due_on"),
        ({"started_on": date(2100, 1, 1)}, "started_on"),
        ({"started_on": date(2026, 12, 31), "due_on": date(2026, 1, 1)}, "due_on"),
        ({"state": "差不多了"}, "state"),
        ({"source": "长" * 501}, "source"),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(tasks: Tasks, chief: Principal, values: dict[str, Any], field: str) -> None:
    with pytest.raises(TaskInvalid) as refused:
        tasks.change(chief, "FZ-13", 0, {"lead_unit": "市知识产权局", **values})

    assert list(problems_of(refused)) == [field]
    assert problems_of(refused)[field].endswith("。")
    assert tasks.detail(chief, "FZ-13").addition is None


def test_only_supervisors_change_and_departments_do_not_even_look(tasks: Tasks, mei: Principal, office: Office) -> None:
    department = office.person("court", Role.DEPARTMENT)
    reader = office.person("reader", Role.READONLY)

    for who in (mei, reader, department):
        with pytest.raises(PermissionDenied):
            tasks.change(who, "FZ-13", 0, {"lead_unit": "市知识产权局"})
        with pytest.raises(PermissionDenied):
            tasks.add_progress(who, "FZ-13", progress())
        with pytest.raises(PermissionDenied):
            tasks.withdraw_progress(who, "FZ-13", 1)
    for look in (lambda: tasks.list_page(department, TaskFilter()), lambda: tasks.detail(department, "FZ-13")):
        with pytest.raises(PermissionDenied):
            look()
    with pytest.raises(PermissionDenied):
        tasks.overview(department)
    assert tasks.detail(reader, "FZ-13").listed.light is Light.GREY


# progress


def test_progress_with_a_day_makes_the_light_and_the_share(tasks: Tasks, chief: Principal) -> None:
    tasks.change(chief, "ZW-20", 0, {"started_on": date(2026, 1, 1), "due_on": date(2026, 12, 31)})

    detail = tasks.add_progress(chief, "ZW-20", progress("300亿元"))

    assert detail.listed.light is Light.RED
    assert detail.listed.reason.startswith("2026年10月31日为300亿元，目标不低于500亿元，按进度到今天应为447.8亿元")
    completion = detail.listed.record.completion
    assert completion is not None
    assert float(completion) == 0.6
    assert [(row.value, row.evidence, row.author) for row in detail.progress] == [("300", "年度报表第3页", "chief")]


def test_the_newest_day_counts_however_late_it_is_written_down(tasks: Tasks, chief: Principal) -> None:
    tasks.add_progress(chief, "FZ-13", progress("96", date(2026, 10, 31)))
    tasks.add_progress(chief, "FZ-13", progress("90", date(2026, 6, 30)))
    detail = tasks.add_progress(chief, "FZ-13", progress("", date(2026, 11, 1), note="报表在核对"))

    record = detail.listed.record
    assert record.newest is not None
    assert (record.newest.note, detail.listed.light) == ("报表在核对", Light.DONE)
    assert [row.on_day.month for row in detail.progress] == [11, 10, 6]


def test_a_withdrawn_entry_counts_no_more_and_stays_to_be_seen(tasks: Tasks, chief: Principal) -> None:
    tasks.add_progress(chief, "FZ-13", progress("90", date(2026, 6, 30)))
    wrong = tasks.add_progress(chief, "FZ-13", progress("99", date(2026, 10, 31))).progress[0]

    detail = tasks.withdraw_progress(chief, "FZ-13", wrong.id)
    again = tasks.withdraw_progress(chief, "FZ-13", wrong.id)

    assert detail.listed.record.newest_reading is not None
    assert str(detail.listed.record.newest_reading.value) == "90"
    assert [row.withdrawn_by for row in again.progress] == ["chief", None]
    assert again.progress[0].withdrawn_at == detail.progress[0].withdrawn_at


def test_an_entry_of_another_task_is_not_withdrawn(tasks: Tasks, chief: Principal) -> None:
    entry = tasks.add_progress(chief, "FZ-13", progress()).progress[0]

    for task_id, progress_id in (("FZ-10", entry.id), ("FZ-13", entry.id + 1), ("FZ-13", 10**30), ("FZ-13", -1)):
        with pytest.raises(TaskNotFound):
            tasks.withdraw_progress(chief, task_id, progress_id)


def test_the_same_entry_twice_is_one_entry(tasks: Tasks, chief: Principal, office: Office) -> None:
    for _ in range(2):
        tasks.add_progress(chief, "FZ-13", progress())

    assert len(all_of(office.database, TaskProgressRow)) == 1


@pytest.mark.parametrize(
    ("task_id", "new", "field"),
    [
        ("FZ-13", progress("很快"), "value"),
        ("FZ-13", progress("1e40"), "value"),
        ("FZ-13", progress("93件"), "value"),
        ("FZ-01", progress("93"), "value"),
        ("FZ-13", progress(""), "value"),
        ("FZ-13", progress(evidence=" "), "evidence"),
        ("FZ-13", progress(evidence="长" * 501), "evidence"),
        ("FZ-13", progress(note="说\x07明"), "note"),
        ("FZ-13", progress(on=date(2026, 11, 24)), "on"),
        ("FZ-13", progress(on=date(1900, 1, 1)), "on"),
    ],
)
def test_progress_needs_a_day_a_figure_or_words_and_evidence(
    tasks: Tasks, chief: Principal, task_id: str, new: NewProgress, field: str
) -> None:
    with pytest.raises(TaskInvalid) as refused:
        tasks.add_progress(chief, task_id, new)

    assert list(problems_of(refused)) == [field]
    assert tasks.detail(chief, task_id).progress == []


# the overview and the four lists


def test_the_overview_counts_lights_ends_and_targets_and_names_what_is_behind(tasks: Tasks, chief: Principal) -> None:
    _behind(tasks, chief)
    tasks.change(chief, "FZ-13", 0, {"due_on": date(2026, 12, 31)})
    tasks.add_progress(chief, "FZ-13", progress("96"))

    overview = tasks.overview(chief)

    assert overview.lights["政务"] == {"grey": 19, "red": 1}
    assert overview.lights["法治"] == {"grey": 12, "done": 1}
    assert overview.due == {"2026-12": 1}
    assert (overview.total, overview.with_target) == (120, 43)
    assert [listed.record.task.id for listed in overview.behind] == ["ZW-20"]
    assert [(row.task_id, row.value) for row, _ in overview.newest] == [("FZ-13", "96"), ("ZW-20", "300")]


def test_a_task_is_in_a_list_only_by_words_of_its_own_row(tasks: Tasks, mei: Principal) -> None:
    page = tasks.list_page(mei, TaskFilter())
    rows = {listed.record.task.id: listed.record.task for listed in page.tasks}

    assert [each.title for each in LISTS] == ["对标世行评估", "对标国家评价", "对标省晾晒指标", "对照省市专项行动"]
    for each in LISTS:
        assert each.goal in rows[each.dimension].measure
        for task_id, words in each.members.items():
            assert words in rows[task_id].name + rows[task_id].measure


def test_the_four_lists_show_how_their_tasks_stand(tasks: Tasks, mei: Principal) -> None:
    shown = {each.id: [listed.record.task.id for listed in found] for each, found in tasks.overview(mei).lists}

    assert shown["world"] == ["ZH-18", "ZH-23"]
    assert shown["special"] == ["ZH-11", "ZH-12", "ZH-13", "ZH-14", "ZH-15", "ZH-21", "ZW-08", "ZW-19", "SC-09"]
    assert sum(map(len, shown.values())) == len({task for tasks in shown.values() for task in tasks})


def _behind(tasks: Tasks, chief: Principal) -> TaskDetail:
    tasks.change(chief, "ZW-20", 0, {"started_on": date(2026, 1, 1), "due_on": date(2026, 12, 31)})
    return tasks.add_progress(chief, "ZW-20", progress("300"))
