"""Reading the files that evaluations are given. Errors name file, line and reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.errors import FileInvalid


def read_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text. Raises FileInvalid."""
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise FileInvalid(str(path), "file", "does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileInvalid(str(path), "file", f"cannot be read as UTF-8: {error}") from None


def read_jsonl(path: Path, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file, each with the required fields. Raises FileInvalid."""
    return list(_objects(path, required))


def _objects(path: Path, required: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise FileInvalid(str(path), f"line {number}", "is not JSON") from None
        if not isinstance(row, dict) or not all(isinstance(row.get(field), str) for field in required):
            raise FileInvalid(str(path), f"line {number}", f"needs the texts {', '.join(required)}")
        yield row


def read_tsv(path: Path, columns: int) -> list[tuple[str, ...]]:
    """Return all rows of a tab-separated file without quoting, a header line too. Raises FileInvalid."""
    rows = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        parts = tuple(line.split("\t"))
        if len(parts) != columns:
            raise FileInvalid(str(path), f"line {number}", f"has {len(parts)} columns instead of {columns}")
        rows.append(parts)
    return rows
