"""Plain text in the form a page needs: paragraphs and lists, told apart by the marks at the beginning of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

_NUMBERED = re.compile(r"^(\d{1,2})[.、．)）](?!\d)\s*(.+)$")
_BULLETED = re.compile(r"^[-•·]\s+(.+)$")


@dataclass(frozen=True)
class Line:
    kind: str
    """`paragraph`, `numbered` or `bulleted`."""
    text: str
    number: int = 0


@dataclass(frozen=True)
class Block:
    """Neighbouring lines of one kind."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def start(self) -> int:
        """The first number of a numbered list."""
        return self.lines[0].number


def text_blocks(text: str) -> list[Block]:
    """Return the text's lines in order, empty ones left out, neighbours of a kind together. Nothing is read as HTML."""
    return list(_together(_line(raw.strip()) for raw in text.splitlines() if raw.strip()))


def _line(text: str) -> Line:
    if numbered := _NUMBERED.match(text):
        return Line("numbered", numbered.group(2), int(numbered.group(1)))
    if bulleted := _BULLETED.match(text):
        return Line("bulleted", bulleted.group(1))
    return Line("paragraph", text)


def _together(lines: Iterable[Line]) -> Iterator[Block]:
    for kind, group in groupby(lines, key=lambda line: line.kind):
        yield Block(kind, tuple(group))
