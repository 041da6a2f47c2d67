"""Opening an uploaded workbook without trusting it: what is in the archive is checked before anything of it is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from bot.errors import TaskFileRefused
from bot.services.task_workbook import MAX_ROWS, SHEET

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 120 * 1024 * 1024
"""All parts together. 50,000 full rows of our own sheet are about 70 MB."""
MAX_PART_BYTES = 20 * 1024 * 1024
"""Of any part but a sheet: those are held in memory whole."""
MAX_RATIO = 250
"""Unpacked to packed, of a part over a megabyte. Sheets of office programs reach 60; zeros reach 1,000."""
MAX_PARTS = 500
MAX_COLUMNS = 80
NAMED_AT_MOST = 50
_MEGABYTE = 1024 * 1024
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a zip archive begins, and how an old or encrypted office file does (both are OLE2 files)."""
_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".rar", ".7z", ".gz", ".tar", ".docx", ".bin.gz")
_ENCRYPTED_BIT = 0x1
_CHUNK_BYTES = 64 * 1024


@dataclass
class SheetScan:
    """What a sheet holds that cannot be read as plain values, found without building its cells."""

    rows: int = 0
    """Number of the last row."""
    merged: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    @property
    def has_too_many_rows(self) -> bool:
        return self.rows > MAX_ROWS + 1


@dataclass(frozen=True)
class OpenSheet:
    """The sheet of tasks; None stands for a workbook that has none, with the names of those it has."""

    names: tuple[str, ...]
    scan: SheetScan | None
    rows: Iterator[tuple[Any, ...]]
    epoch: Any
    """The day from which this workbook counts its days."""


def open_sheet(file: IO[bytes]) -> OpenSheet:
    """Return the sheet of tasks of an xlsx file, whose cells are read as they are taken. Raises TaskFileRefused."""
    check_archive(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        names = tuple(book.sheetnames)
        if SHEET not in names or not hasattr(book[SHEET], "iter_rows"):
            return OpenSheet(names, None, iter(()), book.epoch)
        scan = _scan(file, _part_of(book))
        rows = book[SHEET].iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
        return OpenSheet(names, scan, _safely(rows), book.epoch)
    except TaskFileRefused:
        raise
    except (InvalidFileException, zipfile.BadZipFile) as error:
        raise TaskFileRefused("not_xlsx") from error
    except Exception as error:  # the reader has no error of its own for a file that is not what it says
        raise TaskFileRefused("damaged") from error


def check_archive(file: IO[bytes]) -> None:
    """Raise TaskFileRefused for what is no xlsx file, or one that nobody should unpack."""
    file.seek(0)
    begin = file.read(len(_ZIP))
    file.seek(0)
    if not begin:
        raise TaskFileRefused("empty")
    if begin == _OLD:
        raise TaskFileRefused("old_or_encrypted")
    if begin != _ZIP:
        raise TaskFileRefused("not_xlsx")
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TaskFileRefused("not_xlsx") from error
    _check_parts(parts)
    file.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & _ENCRYPTED_BIT for part in parts):
        raise TaskFileRefused("old_or_encrypted")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise TaskFileRefused("not_xlsx")
    if len(parts) > MAX_PARTS or len(set(names)) != len(names) or any(map(_is_bomb, parts)):
        raise TaskFileRefused("bomb")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise TaskFileRefused("bomb")
    if any(name.startswith("xl/externallinks/") or name == "xl/connections.xml" for name in names):
        raise TaskFileRefused("linked")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise TaskFileRefused("macros")
    if any(name.endswith(_NESTED) or name.startswith("xl/embeddings/") for name in names):
        raise TaskFileRefused("nested")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    is_sheet = part.filename.lower().startswith("xl/worksheets/")
    is_dense = part.file_size > _MEGABYTE and part.file_size > MAX_RATIO * max(part.compress_size, 1)
    return is_dense or (not is_sheet and part.file_size > MAX_PART_BYTES)


def _part_of(book: Workbook) -> str:
    """Return which part of the archive is the sheet; the library keeps it for itself."""
    path: str = getattr(book[SHEET], "_worksheet_path")  # noqa: B009
    return path


def _scan(file: IO[bytes], part: str) -> SheetScan:
    """Read the part once, stopping at too many rows."""
    scan, cell = SheetScan(), ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell
        local = name.rpartition(" ")[2]
        if local == "c":
            cell = attributes.get("r", "")
        elif local == "row":
            scan.rows = max(scan.rows + 1, int(attributes.get("r", 0)))
        elif local == "f" and len(scan.formulas) < NAMED_AT_MOST:
            scan.formulas.append(cell)
        elif local == "mergeCell" and len(scan.merged) < NAMED_AT_MOST:
            scan.merged.append(attributes.get("ref", ""))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_declarations
    with zipfile.ZipFile(file) as archive, archive.open(part.lstrip("/")) as content:
        while (chunk := content.read(_CHUNK_BYTES)) and not scan.has_too_many_rows:
            parser.Parse(chunk, False)
        if not scan.has_too_many_rows:
            parser.Parse(b"", True)
    return scan


def _refuse_declarations(*_: Any) -> None:
    """A workbook has no DTD; entities would be a bomb of their own."""
    raise TaskFileRefused("bomb")


def _safely(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows; a file that breaks off in the middle is refused like one that cannot be opened."""
    try:
        yield from rows
    except Exception as error:
        raise TaskFileRefused("damaged") from error
