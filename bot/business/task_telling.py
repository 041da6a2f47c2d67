"""How a task is told in a chat: what the report says, what was added, and that nothing is stated where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.business.task import ENVIRONMENTS, describe_target, describe_task, what_to_do, without_results
from bot.business.task_question import Asked
from bot.business.task_record import TaskRecord
from bot.business.traffic_light import BEHIND, LIGHT_TITLES, Light, Signal, plain, words_of
from bot.business.working_calendar import HANGZHOU

NAMED_AT_MOST = 5
NO_LEAD = "资料里没有写明牵头单位。"


def describe_record(record: TaskRecord, asked: frozenset[Asked], today: date) -> str:
    """Return what is known of the task; without additions and unless something is asked that the row lacks, describe_task."""
    answer = lead_sentence(record) if Asked.LEAD in asked else ""
    if record.was_touched:
        return answer + _described(record, today, with_lead=not answer) + _lacking(record, asked)
    return answer + describe_task(record.task) + _lacking(record, asked)


def lead_sentence(record: TaskRecord) -> str:
    """Return who leads, by whom that is known, or that it is not stated."""
    name = f"{record.task.name}的牵头单位"
    if record.additions.lead_unit:
        return f"{name}是{record.additions.lead_unit}（{_recorded(record)}）。"
    return f"{name}是{record.task.lead_unit}。" if record.task.lead_unit else NO_LEAD


def tell_behind(records: Sequence[TaskRecord], environment: str | None, today: date) -> str:
    """Return which of these tasks are behind, by name and reason; or that none is, or that nobody can tell."""
    everything = f"全部{len(records)}项任务"
    where = ENVIRONMENTS[environment] if environment else f"{everything}里"
    signals = [(record, record.signal(today)) for record in records]
    behind = [pair for pair in signals if pair[1].light in BEHIND]
    unknown = sum(signal.light is Light.GREY for _, signal in signals)
    if not any(record.newest for record in records):
        all_of_it = f"{where}的{len(records)}项任务" if environment else everything
        return f"{all_of_it}还没有进展记录，无法判断有没有落后。"
    rest = f"另有{unknown}项缺少目标、期限或进展数值，无法判断。" if unknown else ""
    if not behind:
        return f"按现有进展记录，{where}没有落后的任务。{rest}"
    behind.sort(key=lambda pair: BEHIND.index(pair[1].light))
    lines = [_line(place, record, signal) for place, (record, signal) in enumerate(behind[:NAMED_AT_MOST], start=1)]
    first = f"，先列{len(lines)}项" if len(behind) > len(lines) else ""
    return "\n".join([f"按现有进展记录，{where}有{len(behind)}项任务落后{first}：", *lines, *([rest] if rest else [])])


def tell_without_lead(records: Sequence[TaskRecord]) -> str:
    """Return how many tasks have no lead unit, where they are, and which ones have one."""
    without = [record for record in records if not record.lead_unit]
    where = [
        f"{title}{n}项" for key, title in ENVIRONMENTS.items() if (n := sum(record.task.environment == key for record in without))
    ]
    known = [record.task.id for record in records if record.lead_unit]
    told = f"{len(records)}项任务里，有{len(without)}项没有写明牵头单位：{'、'.join(where)}。"
    return told + (f"写明的有{len(known)}项（{_some(known)}）。" if known else "") + "没有写明的留空，不作推测。"


def added_facts(record: TaskRecord, today: date) -> tuple[tuple[str, str], ...]:
    """Return what was added, as names and values for a page; who leads in person and who works on it stay at the desk."""
    added, newest, signal = record.additions, record.newest, record.signal(today)
    value = "，".join(part for part in (_value(record), newest.note) if part) if newest else ""
    return (
        ("牵头单位", added.lead_unit),
        ("开始日期", words_of(added.started_on) if added.started_on else ""),
        ("期限", words_of(added.due_on) if added.due_on else ""),
        ("状态", added.state),
        ("最新进展", f"{value}（{words_of(newest.on)}）" if newest else ""),
        ("依据", newest.evidence if newest else ""),
        ("进度", f"{LIGHT_TITLES[signal.light]}：{signal.verdict}" if newest else ""),
        ("来源", added.source),
    )


def tell_added_leads(records: Sequence[TaskRecord]) -> str:
    """Return which tasks got a lead unit after the report; empty when none did."""
    added = [record.task.id for record in records if record.additions.lead_unit]
    return f"任务数据库后来补充了{len(added)}项任务的牵头单位（{_some(added)}），可以按名称或编号来问。" if added else ""


def tell_added_progress(records: Sequence[TaskRecord]) -> str:
    """Return which tasks have progress recorded; empty when none has."""
    added = [record.task.id for record in records if record.newest]
    return f"任务数据库后来记录了{len(added)}项任务的进展（{_some(added)}），可以按名称或编号来问。" if added else ""


def _some(ids: Sequence[str]) -> str:
    return "、".join(ids[:10]) + ("等" if len(ids) > 10 else "")


def _described(record: TaskRecord, today: date, with_lead: bool) -> str:
    task, added = record.task, record.additions
    sentences = [f"{task.name}（任务{task.id}，{ENVIRONMENTS[task.environment]}）：{what_to_do(task)}"]
    if target := describe_target(task):
        sentences.append(f"目标是{target}{_deadline(record)}。")
    elif added.due_on:
        sentences.append(f"期限：{words_of(added.due_on)}。")
    if with_lead and record.lead_unit:
        sentences.append(f"牵头单位：{record.lead_unit}{f'（{_recorded(record)}）' if added.lead_unit else ''}。")
    if added.state:
        sentences.append(f"状态：{added.state}（{_recorded(record)}）。")
    sentences.append(_progress(record, today))
    return "".join(sentences)


def _deadline(record: TaskRecord) -> str:
    if record.additions.due_on:
        return f"，期限：{words_of(record.additions.due_on)}"
    return {"": "", "未写": "，报告没有写明期限"}.get(record.task.deadline, f"，期限：{record.task.deadline}")


def _progress(record: TaskRecord, today: date) -> str:
    """Return the newest entry with its evidence, and how the task stands by it; else what the report says of it."""
    newest = record.newest
    if newest is None:
        return "" if record.additions.state else without_results(record.task)
    told = "，".join(part for part in (_value(record), newest.note.rstrip("。")) if part)
    signal = record.signal(today)
    stands = f"{LIGHT_TITLES[signal.light]}：{signal.verdict}" if signal.light is not Light.GREY else ""
    return f"最新进展（{words_of(newest.on)}）：{told}，依据：{newest.evidence.rstrip('。')}。{stands}"


def _value(record: TaskRecord) -> str:
    value = record.newest.value if record.newest else None
    return f"{plain(value)}{record.task.unit}" if value is not None else ""


def _lacking(record: TaskRecord, asked: frozenset[Asked]) -> str:
    """Return a sentence for each thing that was asked and is nowhere stated; the lead unit was told before."""
    task = record.task
    lacking = []
    if Asked.TARGET in asked and not task.has_target:
        lacking.append("报告没有给出可以计量的目标。")
    if Asked.DEADLINE in asked and not record.additions.due_on and task.deadline == "":
        lacking.append("资料里没有写明期限。")
    if Asked.PROGRESS in asked and record.newest is None and not task.has_target:
        lacking.append("资料里没有进展记录。")
    return "".join(lacking)


def _recorded(record: TaskRecord) -> str:
    """Return from where it is known: 任务数据库，2026-11-20更新，来源：…"""
    at, source = record.additions.updated_at, record.additions.source
    updated = f"，{at.astimezone(HANGZHOU):%Y-%m-%d}更新" if at else ""
    return f"任务数据库{updated}{f'，来源：{source}' if source else ''}"


def _line(place: int, record: TaskRecord, signal: Signal) -> str:
    return f"{place}. {record.task.id} {record.task.name}：{LIGHT_TITLES[signal.light]}，{signal.reason}"
