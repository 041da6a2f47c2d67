"""Changing many tasks by a workbook: what is shown, what is refused, and that it is applied as a whole or not at all."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.business.roles import Role
from bot.errors import PermissionDenied, TaskConflict, TaskFileRefused, TaskImportGone
from bot.persistence.task_tables import TaskAdditionRow, TaskChangeRow, TaskImportRow
from bot.services.task_export import TaskExport
from bot.services.task_import import ERRORS_AT_MOST, GOOD_FOR, ImportPreview, TaskImports
from bot.services.task_workbook import EDITABLE, ID_HEADER, NAME_HEADER, PROGRESS_SHEET, SHEET, VERSION_HEADER
from bot.services.tasks import NewProgress, Tasks
from tests.fixtures.office import Office, all_of
from tests.fixtures.task_book import cell_of, column_of, edited, filled, line_of, load_report, repacked

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example")']


TASKS = ("ZH-01", "ZH-02", "ZH-03", "ZH-04", "ZH-05", "ZH-06", "ZH-07", "ZH-08", "ZW-20", "FZ-01", "FZ-02", "FZ-13", "SC-09")
"""In the workbook's order, from row 2 on."""
LINE = TASKS.index("FZ-13") + 2


class Desk:
    """A supervisor with the workbook in hand; of few tasks, so that it is quickly written."""

    def __init__(self, office: Office) -> None:
        load_report(office.database, TASKS)
        self.office = office
        self.tasks = Tasks(office.database, office.clock, office.local_now)
        self.export = TaskExport(office.database, office.local_now)
        self.imports = TaskImports(office.database, office.clock)
        self.chief = office.person("chief", Role.SUPERVISOR, display_name="陈主管")

    def workbook(self) -> bytes:
        return self.export.workbook(self.chief)

    def preview(self, workbook: bytes) -> ImportPreview:
        return self.imports.preview(self.chief, io.BytesIO(workbook))

    def preview_after(self, change: Callable[[Any], None]) -> ImportPreview:
        return self.preview(edited(self.workbook(), change))

    def refusal(self, content: bytes) -> str:
        with pytest.raises(TaskFileRefused) as refused:
            self.preview(content)
        return refused.value.reason

    def added(self) -> dict[str, TaskAdditionRow]:
        return {row.task_id: row for row in all_of(self.office.database, TaskAdditionRow)}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def messages(preview: ImportPreview) -> list[tuple[int | None, str | None, str]]:
    return [(error.row, error.column, error.message) for error in preview.errors]


# the way there and back


def test_a_workbook_that_nobody_touched_changes_nothing(desk: Desk) -> None:
    preview = desk.preview(desk.workbook())

    assert (preview.rows, preview.unchanged) == (13, 13)
    assert (preview.token, preview.changes, preview.errors) == (None, [], [])


def test_what_was_filled_in_is_shown_first_and_then_applied(desk: Desk) -> None:
    desk.tasks.change(desk.chief, "FZ-13", 0, {"lead_unit": "市知识产权局", "leader": "王局长"})
    workbook = filled(
        desk.workbook(),
        {
            ("FZ-13", "lead_unit"): "市市场监管局",
            ("FZ-13", "leader"): None,
            ("SC-09", "team"): "商务局、 人民银行;商务局",
            ("SC-09", "due_on"): datetime(2026, 12, 31),
            ("SC-09", "state"): "推进中",
        },
    )

    preview = desk.preview(workbook)

    assert preview.errors == []
    assert [(change.task_id, change.field, change.before, change.after) for change in preview.changes] == [
        ("FZ-13", "lead_unit", "市知识产权局", "市市场监管局"),
        ("FZ-13", "leader", "王局长", ""),
        ("SC-09", "team", "", "商务局、人民银行"),
        ("SC-09", "due_on", "", "2026-12-31"),
        ("SC-09", "state", "", "推进中"),
    ]
    assert preview.unchanged == 11
    assert "SC-09" not in desk.added()
    assert preview.token is not None

    assert desk.imports.apply(desk.chief, preview.token) == 2

    added = desk.added()
    assert (added["FZ-13"].lead_unit, added["FZ-13"].leader, added["FZ-13"].version) == ("市市场监管局", "", 2)
    assert (added["SC-09"].team, added["SC-09"].due_on, added["SC-09"].version) == (["商务局", "人民银行"], date(2026, 12, 31), 1)
    ways = [(row.task_id, row.way, row.by) for row in all_of(desk.office.database, TaskChangeRow)]
    assert ways == [("FZ-13", "desk", "chief"), ("FZ-13", "import", "chief"), ("SC-09", "import", "chief")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("2026/12/31", date(2026, 12, 31)),
        (" 2026年12月31日", date(2026, 12, 31)),
        ("2026-1-5", date(2026, 1, 5)),
        ("2026-12-31 00:00:00", date(2026, 12, 31)),
        (datetime(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (46387, date(2026, 12, 31)),
        (46387.0, date(2026, 12, 31)),
    ],
)
def test_a_day_is_understood_as_date_as_text_and_as_excels_count(desk: Desk, cell: Any, expected: date) -> None:
    def fill(sheet: Any) -> None:
        target = cell_of(sheet, "FZ-13", EDITABLE["due_on"])
        target.number_format = "General"
        target.value = cell

    preview = desk.preview_after(fill)

    assert [change.after for change in preview.changes] == [expected.isoformat()]


@pytest.mark.parametrize(
    "cell", ["31.12.2026", "年底", "2026-13-01", "2026-02-30", "2026", 20261231, 1, -5, 1e300, 46387.9e9, True, "2026-12-31晚"]
)
def test_a_day_that_is_none_names_its_cell_and_how_to_write_it(desk: Desk, cell: Any) -> None:
    preview = desk.preview(filled(desk.workbook(), {("FZ-13", "due_on"): cell}))

    ((row, column, message),) = messages(preview)
    assert (row, column) == (LINE, "R")
    assert "2026年12月31日" in message
    assert preview.token is None


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("lead_unit", "长" * 101, "最多100个字"),
        ("team", "、".join(str(n) for n in range(31)), "成员最多30个"),
        ("state", "差不多", "状态须是"),
        ("source", "长" * 501, "最多500个字"),
        ("lead_unit", True, "须填文字"),
        ("lead_unit", "#REF!", "错误值"),
    ],
)
def test_a_cell_that_cannot_be_is_named_with_what_to_do(desk: Desk, field: str, cell: Any, words: str) -> None:
    ((row, column, message),) = messages(desk.preview(filled(desk.workbook(), {("FZ-13", field): cell})))

    assert row == LINE
    assert column is not None
    assert words in message


def test_a_number_in_a_text_cell_is_text(desk: Desk) -> None:
    assert [change.after for change in desk.preview(filled(desk.workbook(), {("FZ-13", "source"): 2026})).changes] == ["2026"]


def test_one_wrong_cell_keeps_everything_from_being_applied(desk: Desk) -> None:
    preview = desk.preview(filled(desk.workbook(), {("FZ-01", "lead_unit"): "市司法局", ("FZ-13", "due_on"): "年底"}))

    assert [change.task_id for change in preview.changes] == ["FZ-01"]
    assert preview.token is None
    assert all_of(desk.office.database, TaskImportRow) == []


# rows that are not what they should be


def test_rows_of_unknown_repeated_and_shifted_tasks_are_named(desk: Desk) -> None:
    def spoil(sheet: Any) -> None:
        cell_of(sheet, "ZH-02", ID_HEADER).value = "XX-99"
        cell_of(sheet, "ZH-04", ID_HEADER).value = "ZH-03"
        cell_of(sheet, "ZH-06", NAME_HEADER).value = "别的任务"
        cell_of(sheet, "ZH-08", ID_HEADER).value = None

    assert messages(desk.preview_after(spoil)) == [
        (3, "A", "没有编号为XX-99的任务。"),
        (5, "A", "任务ZH-03重复了，第4行已经有。"),
        (7, "C", "任务名称和编号对不上，ZH-06应为“年度工作要点”，请检查是不是错行了。"),
        (9, "A", "缺任务编号。"),
    ]


def test_a_sheet_with_fewer_rows_changes_only_those(desk: Desk) -> None:
    def keep_one(sheet: Any) -> None:
        line = line_of(sheet, "FZ-13")
        sheet.cell(line, column_of(sheet, EDITABLE["lead_unit"])).value = "市知识产权局"
        sheet.delete_rows(line + 1, 200)
        sheet.delete_rows(2, line - 2)

    preview = desk.preview_after(keep_one)

    assert (preview.rows, [change.task_id for change in preview.changes]) == (1, ["FZ-13"])


def test_a_row_that_somebody_changed_after_the_export_is_not_overwritten(desk: Desk) -> None:
    workbook = filled(desk.workbook(), {("FZ-13", "lead_unit"): "旧的想法", ("FZ-01", "lead_unit"): "市司法局"})
    desk.tasks.change(desk.chief, "FZ-13", 0, {"lead_unit": "市知识产权局"})

    preview = desk.preview(workbook)

    assert [(row, message) for row, _, message in messages(preview)] == [
        (LINE, "任务FZ-13在导出之后有人改过，请重新导出再修改。")
    ]


# sheets that are not what they should be


def test_another_sheet_is_refused_by_its_name(desk: Desk) -> None:
    book = Workbook()
    book.active.title = "工资表"  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)

    assert messages(desk.preview(file.getvalue())) == [
        (None, None, "没有名为“任务”的工作表（文件里有：工资表）。请用导出的文件修改。")
    ]


@pytest.mark.parametrize("header", [ID_HEADER, VERSION_HEADER, EDITABLE["team"]])
def test_a_missing_and_a_repeated_header_are_named(desk: Desk, header: str) -> None:
    def rename(sheet: Any) -> None:
        sheet.cell(1, column_of(sheet, header)).value = "改了名"

    def repeat(sheet: Any) -> None:
        sheet.cell(1, column_of(sheet, "举措")).value = header

    assert [message for *_, message in messages(desk.preview_after(rename))] == [
        f"表头没有“{header}”这一列。请用导出的文件修改，不要删改表头。"
    ]
    assert [message for *_, message in messages(desk.preview_after(repeat))] == [
        f"表头重复了“{header}”这一列。请用导出的文件修改，不要删改表头。"
    ]


def test_merged_cells_are_named(desk: Desk) -> None:
    preview = desk.preview_after(lambda sheet: sheet.merge_cells("O5:P6"))

    assert messages(preview) == [(5, "O", "O5:P6是合并单元格，请取消合并后再上传。")]
    assert preview.token is None


def test_formulas_are_named_and_not_calculated(desk: Desk) -> None:
    preview = desk.preview(filled(desk.workbook(), {("FZ-13", "lead_unit"): "=A1&B1"}))

    assert messages(preview) == [(LINE, "O", f"O{LINE}是公式，请粘贴为数值后再上传。")]


def test_an_empty_sheet_lacks_its_headers(desk: Desk) -> None:
    preview = desk.preview_after(lambda sheet: sheet.delete_rows(1, 200))

    assert len(preview.errors) == len(EDITABLE) + 3


# files that are not what they should be


def test_what_is_no_xlsx_file_is_refused(desk: Desk) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as plain:
        plain.writestr("notes.txt", "hello")

    assert desk.refusal(b"") == "empty"
    assert desk.refusal("任务编号,牵头单位".encode()) == "not_xlsx"
    assert desk.refusal(b"PK\x03\x04" + b"\0" * 100) == "not_xlsx"
    assert desk.refusal(archive.getvalue()) == "not_xlsx"
    assert desk.refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512) == "old_or_encrypted"


def test_an_archive_with_a_password_is_refused(desk: Desk) -> None:
    content = bytearray(desk.workbook())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.index(signature) + offset
        content[at : at + 2] = struct.pack("<H", struct.unpack("<H", content[at : at + 2])[0] | 1)

    assert desk.refusal(bytes(content)) == "old_or_encrypted"


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("xl/externalLinks/externalLink1.xml", "linked"),
        ("xl/connections.xml", "linked"),
        ("xl/vbaProject.bin", "macros"),
        ("xl/embeddings/oleObject1.bin", "nested"),
        ("xl/media/bomb.zip", "nested"),
    ],
)
def test_links_macros_and_files_inside_are_refused(desk: Desk, part: str, reason: str) -> None:
    assert desk.refusal(repacked(desk.workbook(), {part: b"x"})) == reason


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/media/picture.png"])
def test_a_bomb_is_refused_before_it_is_unpacked(desk: Desk, part: str) -> None:
    bomb = repacked(desk.workbook(), {part: b"\0" * 30_000_000})
    tracemalloc.start()

    reason = desk.refusal(bomb)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason == "bomb"
    assert peak < 3_000_000


def test_many_small_parts_are_a_bomb_too(desk: Desk) -> None:
    assert desk.refusal(repacked(desk.workbook(), {f"xl/media/{n}.png": b"" for n in range(600)})) == "bomb"


def test_entities_that_grow_are_refused(desk: Desk) -> None:
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    )

    assert desk.refusal(repacked(desk.workbook(), {"xl/worksheets/sheet1.xml": laughs})) == "bomb"
    for part in ("xl/workbook.xml", "xl/sharedStrings.xml"):
        assert desk.refusal(repacked(desk.workbook(), {part: laughs})) == "bomb"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_a_broken_part_is_refused(desk: Desk, part: str) -> None:
    assert desk.refusal(repacked(desk.workbook(), {part: b"<worksheet><sheetData><row"})) == "damaged"


def test_a_missing_part_is_refused(desk: Desk) -> None:
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        assert desk.refusal(repacked(desk.workbook(), {part: None})) == "damaged"
    text = '<c t="s"><v>99</v></c>'
    beyond = sheet_of(1, lambda n: text).replace(b'<row r="1">', f'<row r="1">{text}'.encode())
    assert (
        desk.refusal(repacked(desk.workbook(), {"xl/sharedStrings.xml": None, "xl/worksheets/sheet1.xml": beyond})) == "damaged"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_applied_by_halves(desk: Desk, data: st.DataObject) -> None:
    content = bytearray(_WORKBOOK.setdefault("bytes", desk.workbook()))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=40))

    try:
        preview = desk.preview(bytes(content))
    except TaskFileRefused:
        return
    assert preview.token is None or preview.changes


_WORKBOOK: dict[str, bytes] = {}


# large sheets


def sheet_of(rows: int, cells: Callable[[int], str]) -> bytes:
    """Return a sheet's XML with so many rows below the header, which is the first row."""
    head = "".join(_text(header) for header in (ID_HEADER, NAME_HEADER, VERSION_HEADER, *EDITABLE.values()))
    body = "".join(f'<row r="{n}">{cells(n)}</row>' for n in range(2, rows + 2))
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1">{head}</row>{body}</sheetData></worksheet>'
    ).encode()


def _text(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


@pytest.mark.parametrize("rows", [50_000, 50_001])
def test_fifty_thousand_rows_are_answered_within_seconds_and_in_little_memory(desk: Desk, rows: int) -> None:
    content = repacked(
        desk.workbook(), {"xl/worksheets/sheet1.xml": sheet_of(rows, lambda n: _text(f"NO-{n}") + _text("无") * 9)}
    )
    began = time.process_time()

    preview = desk.preview(content)

    assert time.process_time() - began < 8
    if rows > 50_000:
        assert [message for *_, message in messages(preview)] == ["工作表“任务”超过50000行，请用导出的文件修改，删掉多余的行。"]
    else:
        assert len(preview.errors) == ERRORS_AT_MOST + 1
        assert preview.errors[-1].message.startswith("错误太多")


def test_a_row_far_below_is_too_many_rows(desk: Desk) -> None:
    far = sheet_of(0, lambda n: "").replace(b"</sheetData>", b'<row r="1048576"><c><v>1</v></c></row></sheetData>')

    assert "超过50000行" in desk.preview(repacked(desk.workbook(), {"xl/worksheets/sheet1.xml": far})).errors[0].message


def test_empty_rows_are_no_rows(desk: Desk) -> None:
    preview = desk.preview(repacked(desk.workbook(), {"xl/worksheets/sheet1.xml": sheet_of(20_000, lambda n: "<c/><c/>")}))

    assert (preview.rows, preview.errors) == (0, [])


# applying


def test_an_import_is_applied_once(desk: Desk) -> None:
    token = _prepared(desk)

    assert desk.imports.apply(desk.chief, token) == 1
    with pytest.raises(TaskImportGone):
        desk.imports.apply(desk.chief, token)


@pytest.mark.parametrize("token", ["", "guessed", "\0", "\ud800", "长" * 5000])
def test_a_token_that_nobody_was_given_applies_nothing(desk: Desk, token: str) -> None:
    _prepared(desk)

    with pytest.raises(TaskImportGone):
        desk.imports.apply(desk.chief, token)


def test_somebody_elses_token_applies_nothing(desk: Desk) -> None:
    token = _prepared(desk)
    other = desk.office.person("other", Role.SUPERVISOR)

    with pytest.raises(TaskImportGone):
        desk.imports.apply(other, token)

    assert desk.imports.apply(desk.chief, token) == 1


def test_what_was_shown_too_long_ago_is_not_applied(desk: Desk) -> None:
    token = _prepared(desk)
    desk.office.clock.now += GOOD_FOR

    with pytest.raises(TaskImportGone):
        desk.imports.apply(desk.chief, token)

    assert desk.added() == {}


def test_a_new_preview_takes_the_place_of_the_one_before(desk: Desk) -> None:
    first = _prepared(desk)
    second = _prepared(desk)

    with pytest.raises(TaskImportGone):
        desk.imports.apply(desk.chief, first)
    assert desk.imports.apply(desk.chief, second) == 1


def test_when_one_task_was_changed_meanwhile_none_is_changed(desk: Desk) -> None:
    workbook = filled(desk.workbook(), {(task, "lead_unit"): "市司法局" for task in ("FZ-01", "FZ-02", "FZ-13")})
    token = desk.preview(workbook).token
    assert token is not None
    desk.tasks.change(desk.chief, "FZ-13", 0, {"lead_unit": "市知识产权局"})

    with pytest.raises(TaskConflict):
        desk.imports.apply(desk.chief, token)

    assert {task: row.lead_unit for task, row in desk.added().items()} == {"FZ-13": "市知识产权局"}


def test_only_supervisors_import(desk: Desk) -> None:
    token, workbook = _prepared(desk), desk.workbook()
    for role in (Role.AGENT, Role.READONLY, Role.DEPARTMENT):
        person = desk.office.person(f"p-{role}", role)
        with pytest.raises(PermissionDenied):
            desk.imports.preview(person, io.BytesIO(workbook))
        with pytest.raises(PermissionDenied):
            desk.imports.apply(person, token)


def _prepared(desk: Desk) -> str:
    token = desk.preview(filled(desk.workbook(), {("FZ-13", "lead_unit"): "市知识产权局"})).token
    assert token is not None
    return token


# the export


def test_the_workbook_can_be_worked_with(desk: Desk) -> None:
    book = load_workbook(io.BytesIO(desk.workbook()))

    sheet = book[SHEET]
    assert book.sheetnames == [SHEET, PROGRESS_SHEET]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:AB14"
    assert cell_of(sheet, "FZ-13", "目标值").value == "95"
    assert cell_of(sheet, "FZ-13", "灯").value == "无法判断"
    fills = {sheet.cell(1, place).fill.fgColor.rgb for place in range(1, 29)}
    assert len(fills) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_formula_leaves_as_text_and_comes_back_as_it_was(desk: Desk, text: str) -> None:
    desk.tasks.change(desk.chief, "FZ-13", 0, {"lead_unit": text, "source": text})
    desk.tasks.add_progress(desk.chief, "FZ-13", NewProgress(date(2026, 11, 1), "90", text, text))

    workbook = desk.workbook()

    book = load_workbook(io.BytesIO(workbook))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == text]
    assert len(cells) == 6
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    preview = desk.preview(workbook)
    assert (preview.errors, preview.changes) == ([], [])


def test_the_progress_sheet_tells_who_recorded_what_and_what_was_withdrawn(desk: Desk) -> None:
    entry = desk.tasks.add_progress(desk.chief, "FZ-13", NewProgress(date(2026, 11, 1), "90", "", "报表")).progress[0]
    desk.tasks.withdraw_progress(desk.chief, "FZ-13", entry.id)

    (_, row) = load_workbook(io.BytesIO(desk.workbook()))[PROGRESS_SHEET].iter_rows(values_only=True)

    assert row[:8] == ("FZ-13", "知识产权行政裁决", datetime(2026, 11, 1), "90", "%", None, "报表", "陈主管")
    assert row[9] == "陈主管"


_texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Zs")), max_size=40)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_texts, st.lists(_texts, max_size=3), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_whatever_is_added_survives_the_way_through_a_workbook(desk: Desk, text: str, team: list[str], day: date) -> None:
    version = desk.tasks.detail(desk.chief, "FZ-13").listed.record.additions.version
    plain_team = [name for name in team if not set(name) & set("、,，;；")]
    desk.tasks.change(desk.chief, "FZ-13", version, {"lead_unit": text, "team": plain_team, "due_on": day})

    preview = desk.preview(desk.workbook())

    assert (preview.changes, preview.errors) == ([], [])
