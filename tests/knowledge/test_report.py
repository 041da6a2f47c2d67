from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeInvalid
from knowledge.report import read_report

HEADER = (
    "id\tenvironment\tname\tmeasure\tmetric\ttarget_value\tunit\tcmp\trank_goal\tdeadline\tstatus\tlead_unit"
    "\tsource_para\tevidence_zh_hant\n"
)
FIRST = "ZH-01\t综合\t组建专班\t设立综合组\t专班数\t6\t个\t=\t\t未写\t已完成\t\tP3\t設立綜合組\n"
SECOND = "FZ-02\t法治\t简案快办\t建立机制\t\t\t\t\t\t\t计划\t市司法局\tP9\t建立機制\n"
NOTE = (
    "- {id: A2-count, topic: A2, subjects: [reform_structure], heading: 有几个组, phrasings: [几个组],"
    " text: 六个。, paragraphs: [P3], tasks: [ZH-01]}\n"
)


def write_report(
    folder: Path, tasks: str = HEADER + FIRST + SECOND, phrasings: str = "task_id\tphrasing\nZH-01\t几个专班\n", notes: str = NOTE
) -> Path:
    (folder / "tasks.tsv").write_text(tasks, encoding="utf-8")
    (folder / "task_phrasings.tsv").write_text(phrasings, encoding="utf-8")
    (folder / "notes.yml").write_text(notes, encoding="utf-8")
    return folder


def problems_of(folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(KnowledgeInvalid) as caught:
        read_report(folder)
    return [(problem.file, problem.field, problem.reason) for problem in caught.value.problems]


def test_tasks_phrasings_and_notes_are_read(tmp_path: Path) -> None:
    report = read_report(write_report(tmp_path))

    assert [task.id for task in report.tasks] == ["ZH-01", "FZ-02"]
    assert (report.tasks[0].comparison, report.tasks[0].paragraph, report.tasks[0].evidence) == ("=", "P3", "設立綜合組")
    assert report.phrasings == {"ZH-01": ("几个专班",)}
    assert [(note.id, note.tasks, note.paragraphs) for note in report.notes] == [("A2-count", ("ZH-01",), ("P3",))]


def test_a_quotation_mark_in_a_cell_is_a_character_like_any_other(tmp_path: Path) -> None:
    report = read_report(write_report(tmp_path, tasks=HEADER + FIRST.replace("设立综合组", '"一号工程"')))

    assert report.tasks[0].measure == '"一号工程"'


def test_a_spreadsheet_s_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    assert len(read_report(write_report(tmp_path, tasks="\ufeff" + HEADER + FIRST)).tasks) == 1


@pytest.mark.parametrize("line", [FIRST.replace("\tP3", ""), FIRST.replace("\n", "\t多一列\n"), "ZH-03\n"])
def test_a_line_with_too_many_or_too_few_columns_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    write_report(tmp_path, tasks=HEADER + SECOND + line)

    assert problems_of(tmp_path) == [("tasks.tsv", "line 3", "has too many or too few columns")]


@pytest.mark.parametrize("tasks", ["", HEADER, HEADER.replace("cmp", "comparison") + FIRST, (HEADER + FIRST).replace("\t", ",")])
def test_a_table_without_the_columns_is_named(tmp_path: Path, tasks: str) -> None:
    [(file, field, reason)] = problems_of(write_report(tmp_path, tasks=tasks))

    assert (file, field, "lacks the columns" in reason) == ("tasks.tsv", "header", True)


def test_an_unknown_environment_is_named_by_its_line(tmp_path: Path) -> None:
    write_report(tmp_path, tasks=HEADER + FIRST + SECOND.replace("法治", "天气"))

    assert problems_of(tmp_path) == [("tasks.tsv", "line 3", "unknown environment '天气'")]


def test_a_task_that_stands_twice_is_named(tmp_path: Path) -> None:
    assert problems_of(write_report(tmp_path, tasks=HEADER + FIRST + FIRST)) == [("tasks.tsv", "id", "an id stands twice")]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_report(tmp_path)
    (tmp_path / "tasks.tsv").unlink()

    [(file, field, _)] = problems_of(tmp_path)

    assert (file, field) == ("tasks.tsv", "file")


def test_a_table_in_another_encoding_is_named(tmp_path: Path) -> None:
    write_report(tmp_path)
    (tmp_path / "tasks.tsv").write_bytes((HEADER + FIRST).encode("gb18030"))

    [(file, field, reason)] = problems_of(tmp_path)

    assert (file, field, "cannot be read as UTF-8" in reason) == ("tasks.tsv", "file", True)


def test_all_problems_of_phrasings_and_notes_are_reported_at_once(tmp_path: Path) -> None:
    # given
    notes = NOTE + NOTE.replace("ZH-01", "ZH-99") + "- {id: A2-short}\n- 一句话\n"
    write_report(tmp_path, phrasings="task_id\tphrasing\nZH-01\t好\nXX-1\t坏\n", notes=notes)

    # when
    found = problems_of(tmp_path)

    # then
    assert [(file, field) for file, field, _ in found] == [
        ("task_phrasings.tsv", "line 3"),
        ("notes.yml", "entry 2 ('A2-count')"),
        ("notes.yml", "entry 3 ('A2-short')"),
        ("notes.yml", "entry 4 ('一句话')"),
        ("notes.yml", "id"),
    ]
    assert "'XX-1'" in found[0][2] and "['ZH-99']" in found[1][2]


def test_notes_that_are_no_yaml_are_named(tmp_path: Path) -> None:
    [(file, field, reason)] = problems_of(write_report(tmp_path, notes="- {id: ["))

    assert (file, field, "cannot be read" in reason) == ("notes.yml", "file", True)


def test_a_report_may_have_no_notes(tmp_path: Path) -> None:
    assert read_report(write_report(tmp_path, notes="")).notes == ()
