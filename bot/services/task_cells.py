"""What stands in a cell of an uploaded sheet, as a value of a task's field."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

_DAY = re.compile(r"(\d{4})\s*(?:-|/|\.|年)\s*(\d{1,2})\s*(?:-|/|\.|月)\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?")
_SERIALS = range(36_526, 73_050)
"""Days of 2000 to 2099, counted as Excel counts them."""
_BROKEN = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
_BETWEEN_MEMBERS = re.compile(r"[、,，;；\n]+")


def read_cell(field: str, value: Any, epoch: Any) -> Any:
    """Return the value of this field. Raises ValueError with what to do about the cell."""
    if isinstance(value, str) and value.strip() in _BROKEN:
        raise ValueError(f"单元格里是错误值{value.strip()}，请改正或清空。")
    if field in ("due_on", "started_on"):
        return read_day(value, epoch)
    text = read_text(value)
    return tuple(name for name in map(str.strip, _BETWEEN_MEMBERS.split(text)) if name) if field == "team" else text


def read_text(value: Any) -> str:
    """Return the text of a cell; a whole number is written without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("这里须填文字。")
    return str(int(value)) if float(value).is_integer() else str(value)


def read_day(value: Any, epoch: Any) -> date | None:
    """Return the day, however it stands there: as a date, as text, as Excel's count of days."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, str):
        return _parse_day(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in _SERIALS:
        moment = from_excel(int(value), epoch)
        return moment.date() if isinstance(moment, datetime) else None
    raise ValueError(_HOW)


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
