"""The workbook of the task database: its sheets, their headers, and which columns people may fill in."""

from __future__ import annotations

from collections.abc import Mapping

SHEET, PROGRESS_SHEET = "任务", "进展"
ID_HEADER, NAME_HEADER = "任务编号", "任务名称"
VERSION_HEADER = "版本（请勿改）"
EDITABLE: Mapping[str, str] = {
    "lead_unit": "牵头单位（可填）",
    "leader": "负责人（可填）",
    "team": "成员（可填，用、分开）",
    "due_on": "期限（可填）",
    "started_on": "开始日期（可填）",
    "state": "状态（可填）",
    "source": "来源（可填）",
}
"""Field -> header. Reading wants every one of them, so that a missing column is never taken for emptied cells."""
MEMBER_SEPARATOR = "、"
MAX_ROWS = 50_000
"""Below the header. The database has some hundred tasks; a sheet with more rows than this is some other sheet."""
