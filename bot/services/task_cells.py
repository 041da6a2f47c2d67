"""What stands in a cell of an uploaded sheet (a text, a float, a truth value or nothing), as a value of a task's field."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Any

_DAY = re.compile(r"(\d{4})\s*(?:-|/|\.|年)\s*(\d{1,2})\s*(?:-|/|\.|月)\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
_FIRST_DAY, _FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
"""Where workbooks begin to count days; the first is two days early because they count a 29 February 1900."""
_COUNTED = range(36_526 - 1_462, 73_051)
"""Counts that can be days of 2000 to 2099, in either way of counting."""
_BROKEN = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
_BETWEEN_MEMBERS = re.compile(r"[、,，;；\n]+")


def read_cell(field: str, value: Any, counts_from_1904: bool = False) -> Any:
    """Return the value of this field. Raises ValueError with what to do about the cell."""
    if isinstance(value, str) and value.strip() in _BROKEN:
        raise ValueError(f"单元格里是错误值{value.strip()}，请改正或清空。")
    if field in ("due_on", "started_on"):
        return read_day(value, counts_from_1904)
    text = read_text(value)
    return tuple(name for name in map(str.strip, _BETWEEN_MEMBERS.split(text)) if name) if field == "team" else text


def read_text(value: Any) -> str:
    """Return the text of a cell; a whole number is written without a decimal point. Raises ValueError."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("这里须填文字。")
    return f"{value:.0f}" if value.is_integer() else str(value)


def read_day(value: Any, counts_from_1904: bool = False) -> date | None:
    """Return the day, be it written as text or, as dates are, counted in days."""
    if value is None:
        return None
    if isinstance(value, str):
        return _parse_day(value.strip())
    if isinstance(value, bool) or not math.isfinite(value) or int(value) not in _COUNTED:
        raise ValueError(_HOW)
    return (_FIRST_DAY_1904 if counts_from_1904 else _FIRST_DAY) + timedelta(days=int(value))


def _parse_day(text: str) -> date | None:
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise ValueError(_HOW)


_HOW = "认不出日期，请写成2026-12-31、2026/12/31或2026年12月31日。"
