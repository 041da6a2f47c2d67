"""What the benchmarks share: their common options and how figures are printed."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
DATASETS = PROJECT.parent / "shared" / "datasets"


def parser_for(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with `--json`; the first line of the description says what is measured."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, default=PROJECT / "var", help="with a trained model; it is copied")


def add_datasets(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Add the folder of the public data, which is not part of this project, and the choice among the sets."""
    parser.add_argument("--datasets", type=Path, default=DATASETS, help="folder with one folder per data set")
    parser.add_argument("--only", nargs="+", choices=names, default=list(names), metavar="NAME", help=", ".join(names))


def print_figures(rows: Sequence[Mapping[str, Any]], as_json: bool, limits: Mapping[str, float] | None = None) -> None:
    """Print the rows, with day and machine when as JSON; `limits` are the highest values allowed."""
    if as_json:
        about = {"measured_on": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count()}
        about |= {"python": platform.python_version()}
        print(json.dumps({**about, "limits": dict(limits or {}), "figures": list(rows)}, ensure_ascii=False))
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *[[_readable(row.get(column)) for column in columns] for row in rows]]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    for name, limit in (limits or {}).items():
        print(f"{name}: at most {limit}")


def _readable(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
