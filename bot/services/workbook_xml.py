"""The XML inside a workbook: names of sheets, shared texts, and a parser that takes no declarations.

Only what a form of plain values needs is read; formats are not. Source: ECMA-376, Part 1, 18.2 to 18.4 (workbook, sheets, shared
strings).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from bot.errors import TaskFileRefused

WORKBOOK, RELATIONS, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
TRUE = ("1", "true")
_UNREADABLE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    IndexError,
    OSError,
    RuntimeError,
)
"""What reading a file raises that is not what it says. RuntimeError: zipfile's word for a part it cannot open."""
Start = Callable[[str, Mapping[str, str]], None]


@contextmanager
def unreadable_is_damaged() -> Iterator[None]:
    """Turn what reading raises into TaskFileRefused."""
    try:
        yield
    except TaskFileRefused:
        raise
    except _UNREADABLE as error:
        raise TaskFileRefused("damaged") from error


def read_sheets(archive: zipfile.ZipFile) -> tuple[Mapping[str, str], bool]:
    """Return the part of each sheet by its name, in their order, and from when days are counted."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}
    from_1904 = False

    def relation(name: str, given: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[given["Id"]] = given["Target"]

    def part(name: str, given: Mapping[str, str]) -> None:
        nonlocal from_1904
        if name == "sheet":
            relation_id = next((value for key, value in given.items() if key.endswith(":id")), "")
            sheets[given["name"]] = _path(targets.get(relation_id, ""))
        elif name == "workbookPr":
            from_1904 = given.get("date1904") in TRUE

    _parse(archive, RELATIONS, relation)
    _parse(archive, WORKBOOK, part)
    return sheets, from_1904


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def read_strings(archive: zipfile.ZipFile) -> list[str]:
    """Return the texts that cells refer to by number."""
    strings: list[str] = []
    if STRINGS not in archive.namelist():
        return strings
    text = TextCollector()

    def start(name: str, given: Mapping[str, str]) -> None:
        if name == "si":
            text.clear()
        text.start(name)

    def end(name: str) -> None:
        text.end(name)
        if name == "si":
            strings.append(text.joined())

    _parse(archive, STRINGS, start, end, text.add)
    return strings


class TextCollector:
    """Joins the runs of a text, without the reading aids above its characters."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._is_text = self._is_aid = False

    def clear(self) -> None:
        self._pieces.clear()

    def start(self, name: str) -> None:
        self._is_aid = self._is_aid or name == "rPh"
        self._is_text = name in ("t", "v") and not self._is_aid

    def end(self, name: str) -> None:
        self._is_text = False
        if name == "rPh":
            self._is_aid = False

    def add(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)

    def joined(self) -> str:
        return "".join(self._pieces)


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] = lambda data: None,
) -> None:
    with archive.open(part) as content:
        make_parser(start, end, text).ParseFile(content)


def make_parser(start: Start, end: Callable[[str], None], text: Callable[[str], None]) -> expat.XMLParserType:
    """Return a parser that gives elements without their prefixes (their namespaces have two editions) and takes no DTD."""
    local = _LocalNames()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: start(local[name], given)
    parser.EndElementHandler = lambda name: end(local[name])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_declarations
    return parser


class _LocalNames(dict[str, str]):
    """Names without their prefixes, each worked out once: a sheet has millions of elements."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


def _refuse_declarations(*_: Any) -> None:
    """A workbook has no DTD; entities would be a bomb of their own."""
    raise TaskFileRefused("bomb")
