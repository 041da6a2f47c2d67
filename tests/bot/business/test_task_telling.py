from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.business.task import NO_RESULTS, Task, describe_task
from bot.business.task_question import Asked
from bot.business.task_record import Additions, Progress, TaskRecord
from bot.business.task_telling import (
    NO_LEAD,
    added_facts,
    describe_record,
    lead_sentence,
    tell_added_leads,
    tell_added_progress,
    tell_behind,
    tell_without_lead,
)
from bot.business.traffic_light import Reading

TODAY = date(2026, 11, 23)
UPDATED = datetime(2026, 11, 19, 20, tzinfo=UTC)
"""In Hangzhou it is the twentieth by then."""
NOTHING: frozenset[Asked] = frozenset()
RULING = Task(
    id="FZ-13",
    environment="法治",
    name="知识产权行政裁决",
    measure="推动案件按期结案",
    metric="年度结案率",
    target_value="95",
    unit="%",
    comparison=">=",
    rank_goal="",
    deadline="未写",
    status="计划",
    lead_unit="",
    paragraph="P13",
    evidence="",
)
PLAIN = replace(RULING, id="FZ-01", name="制度体系", metric="", target_value="", unit="", comparison="", deadline="")


def recorded(task: Task = RULING, value: str | None = None, note: str = "", **added: object) -> TaskRecord:
    """Return the task with additions and, with a value or a note, with progress of the end of October."""
    additions = Additions(**added, version=1, updated_at=UPDATED) if added else Additions()  # type: ignore[arg-type]
    if value is None and not note:
        return TaskRecord(task, additions=additions)
    day, number = date(2026, 10, 31), Decimal(value) if value else None
    reading = Reading(day, number) if number is not None else None
    newest = Progress(day, number, note, "知识产权局年报", UPDATED)
    return TaskRecord(task, additions=additions, newest=newest, first_reading=reading, newest_reading=reading)


@pytest.mark.parametrize("task", [RULING, PLAIN])
def test_without_additions_a_task_is_told_word_for_word_as_before(task: Task) -> None:
    assert describe_record(TaskRecord(task), NOTHING, TODAY) == describe_task(task)


def test_a_lead_unit_that_nobody_stated_is_said_not_to_be_stated() -> None:
    assert describe_record(TaskRecord(RULING), frozenset({Asked.LEAD}), TODAY) == NO_LEAD + describe_task(RULING)


def test_an_added_lead_unit_wins_over_the_reports_and_names_where_it_is_recorded() -> None:
    record = recorded(replace(RULING, lead_unit="报告里的单位"), lead_unit="市知识产权局", source="通报第3期")

    assert lead_sentence(record) == "知识产权行政裁决的牵头单位是市知识产权局（任务数据库，2026-11-20更新，来源：通报第3期）。"
    assert "报告里的单位" not in describe_record(record, NOTHING, TODAY)
    assert lead_sentence(TaskRecord(replace(RULING, lead_unit="报告里的单位"))) == "知识产权行政裁决的牵头单位是报告里的单位。"


def test_the_lead_unit_is_said_once() -> None:
    record = recorded(lead_unit="市知识产权局")

    assert describe_record(record, frozenset({Asked.LEAD}), TODAY).count("市知识产权局") == 1
    assert describe_record(record, NOTHING, TODAY).count("市知识产权局") == 1


def test_progress_is_told_with_its_day_value_evidence_and_light_in_place_of_the_missing_results() -> None:
    told = describe_record(recorded(value="90", started_on=date(2026, 1, 1), due_on=date(2026, 12, 31)), NOTHING, TODAY)

    assert "目标是年度结案率：不低于95%，期限：2026年12月31日。" in told
    assert "最新进展（2026年10月31日）：90%，依据：知识产权局年报。" in told
    assert NO_RESULTS not in told


def test_words_alone_are_progress_too_and_make_no_figure() -> None:
    told = describe_record(recorded(PLAIN, note="方案已报审。", state="推进中"), NOTHING, TODAY)

    assert "状态：推进中（任务数据库，2026-11-20更新）。" in told
    assert "最新进展（2026年10月31日）：方案已报审，依据：知识产权局年报。" in told


def test_additions_without_progress_leave_the_report_without_results() -> None:
    assert describe_record(recorded(lead_unit="市知识产权局"), NOTHING, TODAY).endswith(NO_RESULTS)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked.TARGET, "报告没有给出可以计量的目标。"),
        (Asked.DEADLINE, "资料里没有写明期限。"),
        (Asked.PROGRESS, "资料里没有进展记录。"),
    ],
)
def test_what_is_asked_and_nowhere_stated_is_said_to_be_so(asked: Asked, words: str) -> None:
    assert describe_record(TaskRecord(PLAIN), frozenset({asked}), TODAY) == describe_task(PLAIN) + words
    assert describe_record(TaskRecord(RULING), frozenset({asked}), TODAY) == describe_task(RULING)


# all tasks together


def behind(task_id: str, value: str) -> TaskRecord:
    task = replace(RULING, id=task_id, unit="件", target_value="100")
    return recorded(task, value=value, started_on=date(2026, 1, 1), due_on=date(2026, 12, 31))


def test_what_is_behind_is_told_worst_first_with_names_and_reasons() -> None:
    told = tell_behind([behind("FZ-02", "70"), behind("FZ-03", "20"), behind("FZ-04", "95"), TaskRecord(PLAIN)], "法治", TODAY)

    lines = told.split("\n")
    assert lines[0] == "按现有进展记录，法治环境有2项任务落后："
    assert lines[1].startswith("1. FZ-03 知识产权行政裁决：红灯，2026年10月31日为20件，目标不低于100件，按进度到今天应为89.56件")
    assert lines[2].startswith("2. FZ-02 知识产权行政裁决：黄灯，")
    assert lines[3] == "另有1项缺少目标、期限或进展数值，无法判断。"


def test_of_many_behind_the_first_five_are_named() -> None:
    told = tell_behind([behind(f"FZ-{n:02}", "1") for n in range(1, 9)], None, TODAY)

    assert told.startswith("按现有进展记录，全部8项任务里有8项任务落后，先列5项：")
    assert told.count("红灯") == 5


def test_none_behind_and_nothing_recorded_are_two_answers() -> None:
    assert tell_behind([behind("FZ-04", "95")], "法治", TODAY) == "按现有进展记录，法治环境没有落后的任务。"
    assert tell_behind([TaskRecord(PLAIN)], "法治", TODAY) == "法治环境的1项任务还没有进展记录，无法判断有没有落后。"
    assert tell_behind([TaskRecord(PLAIN)], None, TODAY) == "全部1项任务还没有进展记录，无法判断有没有落后。"


def test_tasks_without_a_lead_unit_are_counted_and_none_is_guessed() -> None:
    records = [TaskRecord(PLAIN), recorded(lead_unit="市知识产权局"), TaskRecord(replace(PLAIN, id="ZW-01", environment="政务"))]

    assert tell_without_lead(records) == (
        "3项任务里，有2项没有写明牵头单位：政务环境1项、法治环境1项。写明的有1项（FZ-13）。没有写明的留空，不作推测。"
    )


def test_what_speaks_of_all_tasks_is_brought_up_to_date_only_when_something_was_added() -> None:
    assert tell_added_leads([TaskRecord(RULING)]) == tell_added_progress([TaskRecord(RULING)]) == ""
    assert (
        tell_added_leads([recorded(lead_unit="甲")]) == "任务数据库后来补充了1项任务的牵头单位（FZ-13），可以按名称或编号来问。"
    )
    assert tell_added_progress([recorded(value="1")]) == "任务数据库后来记录了1项任务的进展（FZ-13），可以按名称或编号来问。"


def test_a_page_shows_what_was_added_but_not_who_works_on_it() -> None:
    facts = dict(added_facts(recorded(value="96", lead_unit="市知识产权局", leader="王局长", team=("李处长",)), TODAY))

    assert facts["牵头单位"] == "市知识产权局"
    assert facts["最新进展"] == "96%（2026年10月31日）"
    assert facts["进度"] == "已达标：达到目标不低于95%。"
    assert "王局长" not in str(facts)
    assert "李处长" not in str(facts)
