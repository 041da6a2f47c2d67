"""Reading a sheet as office programs write it: shared texts, their runs and reading aids, two editions of the format, gaps."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from bot.errors import TaskFileRefused
from bot.services.task_cells import read_cell, read_day, read_text
from bot.services.task_sheet import MAX_COLUMNS, column_letters, open_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
SHARED = (
    f'<sst xmlns="{MAIN}"><si><t>任务编号</t></si>'
    '<si><r><t>市场</t></r><r><rPr><b/></rPr><t xml:space="preserve">监管 局</t></r></si>'
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>'
)


def workbook(
    rows: str, shared: str = SHARED, target: str = "worksheets/sheet1.xml", beside: str = "", namespace: str = MAIN
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{namespace}" xmlns:r="r">{beside}<sheets><sheet name="说明" r:id="rId9"/>'
            '<sheet name="任务" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>'
        )
        archive.writestr("xl/sharedStrings.xml", shared)
        sheet = f'<x:worksheet xmlns:x="{namespace}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return file.getvalue()


def rows_of(content: bytes) -> list[tuple[int, list[Any]]]:
    with open_sheet(io.BytesIO(content)) as sheet:
        assert sheet.rows is not None
        return list(sheet.rows)


def test_shared_texts_are_read_with_their_runs_and_without_reading_aids() -> None:
    cells = '<x:row r="1">' + "".join(f'<x:c r="{cell}1" t="s"><x:v>{n}</x:v></x:c>' for n, cell in enumerate("ABC")) + "</x:row>"

    assert rows_of(workbook(cells)) == [(1, ["任务编号", "市场监管 局", "東京"])]


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
@pytest.mark.parametrize("target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"])
def test_both_editions_of_the_format_are_read_wherever_the_part_is_named(namespace: str, target: str) -> None:
    assert rows_of(workbook("<x:row><x:c><x:v>1</x:v></x:c></x:row>", target=target, namespace=namespace)) == [(1, [1.0])]


def test_each_kind_of_cell_gives_its_value() -> None:
    cells = (
        '<x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c><x:c t="str"><x:v>算出的</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>写的</x:t></x:is></x:c><x:c><x:v>46387</x:v></x:c><x:c/><x:c t="s"/>'
    )

    assert rows_of(workbook(f"<x:row>{cells}</x:row>")) == [(1, [True, "#REF!", "算出的", "写的", 46387.0, None, None])]


def test_gaps_between_cells_and_rows_stay_gaps() -> None:
    rows = '<x:row r="3"><x:c r="B3"><x:v>1</x:v></x:c><x:c r="D3"><x:v>2</x:v></x:c></x:row><x:row r="7"/>'

    assert rows_of(workbook(rows)) == [(3, [None, 1.0, None, 2.0]), (7, [])]


def test_columns_far_to_the_right_are_left_out() -> None:
    ((_, values),) = rows_of(workbook('<x:row r="1"><x:c r="XFD1"><x:v>1</x:v></x:c></x:row>'))

    assert len(values) <= MAX_COLUMNS


@pytest.mark.parametrize("cell", ["1A", "A", "AAAA1", "A1B", ""])
def test_a_cell_at_no_place_is_damage(cell: str) -> None:
    with pytest.raises(TaskFileRefused):
        rows_of(workbook(f'<x:row r="1"><x:c r="{cell}"><x:v>1</x:v></x:c></x:row>'))


def test_a_workbook_that_counts_days_from_1904_says_so() -> None:
    with open_sheet(io.BytesIO(workbook("", beside='<workbookPr date1904="1"/>'))) as sheet:
        assert sheet.counts_from_1904
    with open_sheet(io.BytesIO(workbook(""))) as sheet:
        assert not sheet.counts_from_1904
        assert sheet.names == ("说明", "任务")


def test_a_day_is_the_same_by_either_way_of_counting() -> None:
    assert read_day(46387.0) == read_day(44925.0, counts_from_1904=True) == date(2026, 12, 31)
    assert read_day("2026-12-31T00:00:00") == date(2026, 12, 31)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, -1.0, 0.5, True])
def test_a_number_that_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="日期"):
        read_day(value)


def test_numbers_in_text_cells_are_written_as_people_see_them() -> None:
    assert [read_text(value) for value in (None, 2026.0, 93.5, " 市\r\n局 ", "行_x000D_\n尾")] == [
        "",
        "2026",
        "93.5",
        "市\n局",
        "行\n尾",
    ]


def test_members_are_separated_by_any_of_the_usual_signs() -> None:
    assert read_cell("team", "甲、乙，丙;丁；\n戊,") == ("甲", "乙", "丙", "丁", "戊")


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_a_column_is_called_as_in_the_sheet(column: int, letters: str) -> None:
    assert column_letters(column) == letters
