"""Reading a YAML file that people write by hand: every mistake is collected with its place, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.errors import DeskSettingsInvalid, FileInvalid

MAX_BYTES = 64_000


class _PlainLoader(yaml.BaseLoader):
    """Every scalar is the text as written: YAML would read 9:00 as 540 and 2027-02-30 as a crash. No aliases, no key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # types-PyYAML leaves it out
            raise yaml.composer.ComposerError(None, None, "aliases are not read here", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [str(key.value) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                mark = node.value[number][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key {key[:40]} stands twice", mark)
        return super().construct_mapping(node, deep)


def load_file(path: Path) -> dict[str, Any]:
    """Return the document's keys with mappings, lists and texts. Raises DeskSettingsInvalid when it cannot be read at all."""
    try:
        content = path.read_bytes()
        if len(content) > MAX_BYTES:
            raise DeskSettingsInvalid([FileInvalid(path.name, "file", f"is larger than {MAX_BYTES} bytes")])
        document = yaml.load(content.decode("utf-8-sig"), Loader=_PlainLoader) or {}
        if isinstance(document, dict):
            return document
        reason = "must be a mapping (key: value)"
    except OSError as error:
        reason = f"cannot be read: {type(error).__name__}"
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 (byte {error.start}); save it in this encoding"
    except RecursionError:
        reason = "is nested too deeply"
    except yaml.YAMLError as error:
        reason = _describe(error)
    raise DeskSettingsInvalid([FileInvalid(path.name, "file", reason)])


def _describe(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "is no YAML: it holds characters that no text file has"
    return f"line {error.problem_mark.line + 1}: {error.problem}"


class FieldReader:
    """Takes the values of one file. A wrong one goes to `problems` and reads as empty, so that all are found at once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[FileInvalid] = []

    def wrong(self, field: str, reason: str) -> None:
        """Note a mistake, unless what holds this field is already known to be wrong."""
        if not any(field.startswith((f"{problem.field}.", f"{problem.field} ")) for problem in self.problems):
            self.problems.append(FileInvalid(self._file, field, reason))

    def mapping(self, value: Any, field: str, keys: Collection[str] = ()) -> dict[str, Any]:
        """Return the mapping; with `keys`, it may have no others."""
        if not isinstance(value, dict):
            self.wrong(field, _missing_or(value, "must be a mapping (key: value)"))
            return {}
        for key in value:
            if keys and key not in keys:
                self.wrong(f"{field}.{key[:40]}".lstrip("."), f"is unknown here; there may be {', '.join(keys)}")
        return value

    def entries(self, value: Any, field: str, limit: int) -> Iterator[tuple[str, Any]]:
        """Yield each entry of a list with its place, counted from 1."""
        if not isinstance(value, list):
            self.wrong(field, _missing_or(value, "must be a list"))
        elif len(value) > limit:
            self.wrong(field, f"has more than {limit} entries")
        else:
            yield from ((f"{field} {number}", entry) for number, entry in enumerate(value, start=1))

    def text(self, value: Any, field: str, max_characters: int, pattern: str = r"(?s).*\S.*", hint: str = "") -> str:
        if not isinstance(value, str) or not value.strip():
            self.wrong(field, _missing_or(value, "must be a text"))
        elif len(value) > max_characters:
            self.wrong(field, f"has more than {max_characters} characters")
        elif not re.fullmatch(pattern, value.strip()):
            self.wrong(field, hint)
        else:
            return value.strip()
        return ""

    def texts(self, value: Any, field: str, max_characters: int, limit: int, known: Collection[str] = ()) -> tuple[str, ...]:
        """Return the texts of a list, none twice; with `known`, only such."""
        found: list[str] = []
        for place, entry in self.entries(value, field, limit):
            text = self.text(entry, place, max_characters)
            if text in found:
                self.wrong(place, f"{text[:40]} stands twice")
            elif text and known and text not in known:
                self.wrong(place, f"{text[:40]} is unknown")
            elif text:
                found.append(text)
        return tuple(found)

    def number(self, value: Any, field: str, low: int, high: int) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) and low <= int(value) <= high:
            return int(value)
        self.wrong(field, _missing_or(value, f"must be a whole number from {low} to {high}"))
        return low

    def day(self, value: Any, field: str) -> date | None:
        try:
            if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.wrong(field, _missing_or(value, "must be a day that exists, such as 2027-02-06"))
        return None


def _missing_or(value: Any, reason: str) -> str:
    return "is missing" if value is None else reason
