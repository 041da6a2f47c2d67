"""Reading the sheet of tasks out of an uploaded workbook, row by row, in memory that does not grow with it.

Merged cells and formulas are found on the way, because they are no plain values.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from bot.services.task_file import check_archive
from bot.services.task_workbook import MAX_ROWS, SHEET
from bot.services.workbook_xml import TRUE, TextCollector, make_parser, read_sheets, read_strings, unreadable_is_damaged

MAX_COLUMNS = 80
NAMED_AT_MOST = 50
_CHUNK_BYTES = 64 * 1024
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass
class TaskSheet:
    """The sheet of tasks. `merged`, `formulas` and `has_too_many_rows` are known when the rows have been read."""

    names: tuple[str, ...]
    """All sheets of the workbook."""
    counts_from_1904: bool
    """Whether it counts its days from 1904 on, as workbooks of old Macs do."""
    rows: Iterator[tuple[int, list[Any]]] | None
    """Number and values of each row; None when the workbook has no such sheet."""
    merged: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    has_too_many_rows: bool = False
    counts_only: bool = False
    """Set it when enough is known: the rest is only counted, and its rows come empty."""


@contextmanager
def open_sheet(file: IO[bytes]) -> Iterator[TaskSheet]:
    """Yield the sheet; its rows can be read until it is left. Raises TaskFileRefused, also from the rows."""
    check_archive(file)
    with zipfile.ZipFile(file) as archive:
        with unreadable_is_damaged():
            sheets, counts_from_1904 = read_sheets(archive)
            sheet = TaskSheet(tuple(sheets), counts_from_1904, None)
            if SHEET in sheets:
                sheet.rows = _rows(archive, sheets[SHEET], read_strings(archive), sheet)
        yield sheet


class _RowBuilder:
    """Hears the sheet's elements and makes rows of them."""

    def __init__(self, strings: list[str], sheet: TaskSheet) -> None:
        self.finished: list[tuple[int, list[Any]]] = []
        self._strings = strings
        self._sheet = sheet
        self._number = 0
        self._values: list[Any] = []
        self._column = 0
        self._kind = ""
        self._text = TextCollector()

    def start(self, name: str, given: Mapping[str, str]) -> None:
        if name == "row":
            self._number = int(given.get("r", self._number + 1))
            self._values, self._column = [], 0
            if self._sheet.counts_only:
                self.finished.append((self._number, self._values))
            self._sheet.has_too_many_rows = self._sheet.has_too_many_rows or self._number > MAX_ROWS + 1
        elif name == "c":
            self._column = _column_of(given["r"]) if "r" in given else self._column + 1
            self._kind = given.get("t", "n")
            self._text.clear()
        elif name == "f":
            self._name(self._sheet.formulas, f"{column_letters(self._column)}{self._number}")
        elif name == "mergeCell":
            self._name(self._sheet.merged, given.get("ref", ""))
        self._text.start(name)

    def end(self, name: str) -> None:
        self._text.end(name)
        if name == "c" and 0 < self._column <= MAX_COLUMNS:
            self._values += [None] * (self._column - len(self._values))
            self._values[self._column - 1] = self._value(self._text.joined())
        elif name == "row" and not self._sheet.counts_only:
            self.finished.append((self._number, self._values))

    def add(self, data: str) -> None:
        self._text.add(data)

    def _value(self, text: str) -> Any:
        if self._kind == "s":
            return self._strings[int(text)] if text else None
        if self._kind == "b":
            return text in TRUE
        if self._kind != "n":
            return text or None
        return float(text) if text else None

    def _name(self, names: list[str], cell: str) -> None:
        if len(names) < NAMED_AT_MOST:
            names.append(cell)


def _rows(archive: zipfile.ZipFile, part: str, strings: list[str], sheet: TaskSheet) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows as they are read, and stop at too many."""
    builder = _RowBuilder(strings, sheet)
    parser = make_parser(builder.start, builder.end, builder.add)
    with unreadable_is_damaged(), archive.open(part) as content:
        while (chunk := content.read(_CHUNK_BYTES)) and not sheet.has_too_many_rows:
            parser.Parse(chunk, False)
            if sheet.counts_only:
                parser.EndElementHandler = parser.CharacterDataHandler = None
            yield from builder.finished
            builder.finished.clear()
        if not sheet.has_too_many_rows:
            parser.Parse(b"", True)


def _column_of(cell: str) -> int:
    """Return the number of a cell's column, from 1. Raises ValueError."""
    match = _CELL.fullmatch(cell)
    if match is None:
        raise ValueError("no cell")
    number = 0
    for letter in match.group(1):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(column: int) -> str:
    """Return how a sheet calls its column of this number, from 1: A, B, AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
