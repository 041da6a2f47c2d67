"""The task database as a workbook: a sheet of tasks that can be filled in and brought back, and a sheet of their progress."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.business.roles import Permission, Principal
from bot.business.task import ENVIRONMENTS
from bot.business.task_record import STATES, TaskRecord
from bot.business.traffic_light import LIGHT_TITLES, plain
from bot.business.working_calendar import HANGZHOU
from bot.persistence import tasks as store
from bot.persistence.database import Database
from bot.persistence.task_tables import TaskProgressRow
from bot.services.task_records import read_records
from bot.services.task_workbook import (
    EDITABLE,
    ID_HEADER,
    MEMBER_SEPARATOR,
    NAME_HEADER,
    PROGRESS_SHEET,
    SHEET,
    VERSION_HEADER,
)

PROGRESS_AT_MOST = 5_000
"""The newest entries; a sheet of years stays small enough to open."""
DAY_FORMAT = "yyyy-mm-dd"
_UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be run as a formula by whatever opens it later."""
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD, _HEAD_EDITABLE = PatternFill("solid", fgColor="D9E1F2"), PatternFill("solid", fgColor="FFE699")
_EDITABLE_CELL = PatternFill("solid", fgColor="FFF9E5")


@dataclass(frozen=True)
class _Column:
    header: str
    width: int
    value: Callable[[TaskRecord, date], Any]
    is_editable: bool = False


def _added(field: str, width: int) -> _Column:
    def value(record: TaskRecord, _: date) -> Any:
        found = getattr(record.additions, field)
        return MEMBER_SEPARATOR.join(found) if isinstance(found, tuple) else found

    return _Column(EDITABLE[field], width, value, is_editable=True)


def _of_newest(field: str) -> Callable[[TaskRecord, date], Any]:
    return lambda record, _: getattr(record.newest, field) if record.newest else None


_COLUMNS: Sequence[_Column] = (
    _Column(ID_HEADER, 10, lambda record, _: record.task.id),
    _Column("环境", 14, lambda record, _: ENVIRONMENTS[record.task.environment]),
    _Column(NAME_HEADER, 30, lambda record, _: record.task.name),
    _Column("举措", 50, lambda record, _: record.task.measure),
    _Column("指标", 22, lambda record, _: record.task.metric),
    _Column("比较", 8, lambda record, _: record.task.comparison),
    _Column("目标值", 10, lambda record, _: record.task.target_value),
    _Column("单位", 10, lambda record, _: record.task.unit),
    _Column("排名目标", 18, lambda record, _: record.task.rank_goal),
    _Column("报告写的期限", 16, lambda record, _: record.task.deadline),
    _Column("报告写的状态", 14, lambda record, _: record.task.status),
    _Column("报告写的牵头单位", 24, lambda record, _: record.task.lead_unit),
    _Column("来源段落", 10, lambda record, _: record.task.paragraph),
    _Column("原文摘录", 40, lambda record, _: record.task.evidence),
    _added("lead_unit", 24),
    _added("leader", 14),
    _added("team", 30),
    _added("due_on", 14),
    _added("started_on", 14),
    _added("state", 12),
    _added("source", 30),
    _Column("灯", 10, lambda record, today: LIGHT_TITLES[record.signal(today).light]),
    _Column("灯的原因", 50, lambda record, today: record.signal(today).reason),
    _Column("最新进展日期", 14, _of_newest("on")),
    _Column("最新数值", 12, lambda record, _: plain(r.value) if (r := record.newest_reading) else None),
    _Column("最新说明", 30, _of_newest("note")),
    _Column("最新依据", 30, _of_newest("evidence")),
    _Column(VERSION_HEADER, 14, lambda record, _: record.additions.version),
)
_PROGRESS_HEADERS = {
    "任务编号": 10,
    "任务名称": 30,
    "日期": 14,
    "数值": 12,
    "单位": 10,
    "说明": 40,
    "依据": 40,
    "记录人": 16,
    "记录时间": 18,
    "撤回人": 16,
    "撤回时间": 18,
}


class TaskExport:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """`clock` gives the city's time."""
        self._database = database
        self._clock = clock

    @property
    def today(self) -> date:
        return self._clock().date()

    def workbook(self, principal: Principal) -> bytes:
        """Return the xlsx file. Runs in a thread."""
        principal.require(Permission.READ)
        with self._database.session() as session:
            records = read_records(session)
            progress = store.list_all_progress(session, PROGRESS_AT_MOST)
            people = {row.author for row in progress} | {row.withdrawn_by for row in progress if row.withdrawn_by}
            names = store.names_of(session, sorted(people))
        book = Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet), "a new workbook has a sheet"
        _write_tasks(sheet, records, self.today)
        _write_progress(book.create_sheet(PROGRESS_SHEET), progress, {r.task.id: r for r in records}, names)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


def _write_tasks(sheet: Worksheet, records: Sequence[TaskRecord], today: date) -> None:
    sheet.title = SHEET
    editable = {place for place, column in enumerate(_COLUMNS, start=1) if column.is_editable}
    _write_head(sheet, {column.header: column.width for column in _COLUMNS}, editable, frozen_columns=3)
    for line, record in enumerate(records, start=2):
        _write_row(sheet, line, (column.value(record, today) for column in _COLUMNS), editable)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(records) + 1}"
    states = DataValidation(type="list", formula1=f'"{",".join(STATES)}"', allow_blank=True)
    place = get_column_letter(next(n for n, c in enumerate(_COLUMNS, start=1) if c.header == EDITABLE["state"]))
    states.add(f"{place}2:{place}{max(len(records) + 1, 2)}")
    sheet.add_data_validation(states)


def _write_progress(
    sheet: Worksheet, progress: Sequence[TaskProgressRow], records: Mapping[str, TaskRecord], names: Mapping[str, str]
) -> None:
    _write_head(sheet, _PROGRESS_HEADERS, frozenset(), frozen_columns=2)
    for line, row in enumerate(progress, start=2):
        task = records[row.task_id].task if row.task_id in records else None
        values = (
            *(
                row.task_id,
                task.name if task else None,
                row.on_day,
                row.value,
                task.unit if task else None,
                row.note,
                row.evidence,
            ),
            *(names.get(row.author, row.author), _local(row.at)),
            *(names.get(row.withdrawn_by, row.withdrawn_by) if row.withdrawn_by else None, _local(row.withdrawn_at)),
        )
        _write_row(sheet, line, values, frozenset())
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_PROGRESS_HEADERS))}{len(progress) + 1}"


def _write_head(sheet: Worksheet, widths: Mapping[str, int], editable: Iterable[int], frozen_columns: int) -> None:
    marked = set(editable)
    for place, (header, width) in enumerate(widths.items(), start=1):
        cell = sheet.cell(1, place, header)
        cell.font = Font(bold=True)
        cell.fill = _HEAD_EDITABLE if place in marked else _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"{get_column_letter(frozen_columns + 1)}2"


def _write_row(sheet: Worksheet, line: int, values: Iterable[Any], editable: Iterable[int]) -> None:
    marked = set(editable)
    for place, value in enumerate(values, start=1):
        cell = sheet.cell(line, place)
        if isinstance(value, str):
            text = _NOT_IN_XML.sub("", value)
            cell.value = text or None
            if text.startswith(_UNSAFE):
                cell.data_type, cell.quotePrefix = "s", True
        else:
            cell.value = value
            if isinstance(value, date) and not isinstance(value, datetime):
                cell.number_format = DAY_FORMAT
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if place in marked:
            cell.fill = _EDITABLE_CELL


def _local(at: datetime | None) -> str | None:
    return at.astimezone(HANGZHOU).strftime("%Y-%m-%d %H:%M") if at else None
