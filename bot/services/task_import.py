"""Changing many tasks by a workbook: first shown, then applied as a whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from bot.business.roles import Permission, Principal
from bot.business.task_record import Additions
from bot.errors import StoreConflict, TaskConflict, TaskImportGone, TaskInvalid
from bot.persistence import tasks as store
from bot.persistence.database import Database
from bot.persistence.task_tables import TaskImportRow
from bot.services.task_cells import read_cell, read_text
from bot.services.task_changes import as_json, differences, from_json, merge, store_change
from bot.services.task_records import additions_of
from bot.services.task_sheet import TaskSheet, column_letters, open_sheet
from bot.services.task_workbook import EDITABLE, ID_HEADER, MAX_ROWS, MEMBER_SEPARATOR, NAME_HEADER, SHEET, VERSION_HEADER

GOOD_FOR = timedelta(minutes=30)
"""How long what was shown may be applied."""
ERRORS_AT_MOST = 200
_REQUIRED = (ID_HEADER, NAME_HEADER, VERSION_HEADER, *EDITABLE.values())


@dataclass(frozen=True)
class ImportProblem:
    """What is wrong in a cell (row and column), in a row, or with the whole sheet (row None)."""

    row: int | None
    column: str | None
    message: str


@dataclass(frozen=True)
class ImportChange:
    row: int
    task_id: str
    field: str
    before: str
    after: str


@dataclass
class ImportPreview:
    token: str | None = None
    """What applies it; None when there is nothing to apply, or something wrong."""
    rows: int = 0
    changes: list[ImportChange] = field(default_factory=list)
    errors: list[ImportProblem] = field(default_factory=list)
    unchanged: int = 0

    def refuse(self, row: int | None, column: str | None, message: str) -> None:
        self.errors.append(ImportProblem(row, column, message))

    @property
    def is_full(self) -> bool:
        return len(self.errors) >= ERRORS_AT_MOST


@dataclass(frozen=True)
class _Known:
    name: str
    additions: Additions


class TaskImports:
    """All of it runs in threads. One file at a time is read: a large one takes seconds and memory."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._reading = threading.Lock()

    def preview(self, principal: Principal, file: IO[bytes]) -> ImportPreview:
        """Return what the file would change; nothing is changed. Raises TaskFileRefused, PermissionDenied."""
        principal.require(Permission.SUPERVISE)
        with self._database.session() as session:
            added = store.list_additions(session)
            known = {row.id: _Known(row.name, additions_of(added.get(row.id))) for row in store.list_tasks(session)}
        with self._reading, open_sheet(file) as sheet:
            preview, prepared = _read(sheet, known)
        if prepared and not preview.errors:
            preview.token = self._keep(principal, prepared)
        return preview

    def apply(self, principal: Principal, token: str) -> int:
        """Apply what was shown, all of it in one transaction; return how many tasks changed.

        Raises TaskImportGone, and TaskConflict when one of the tasks was changed meanwhile: then nothing is applied.
        """
        principal.require(Permission.SUPERVISE)
        now = self._now()
        try:
            with self._database.session() as session:
                row = store.take_import(session, _digest(token))
                if row is None or row.username != principal.username or row.expires_at <= now:
                    raise TaskImportGone
                for change in row.changes:
                    values = from_json(change["values"])
                    store_change(session, change["task_id"], change["version"], values, principal.username, "import", now)
                store.drop_import(session, row)
                return len(row.changes)
        except StoreConflict:
            raise TaskConflict from None

    def _keep(self, principal: Principal, prepared: list[dict[str, Any]]) -> str:
        token, now = secrets.token_urlsafe(24), self._now()
        row = TaskImportRow(token_sha256=_digest(token), username=principal.username, changes=prepared, expires_at=now + GOOD_FOR)
        with self._database.session() as session:
            store.forget_imports(session, principal.username, now)
            store.keep_import(session, row)
        return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _read(sheet: TaskSheet, known: Mapping[str, _Known]) -> tuple[ImportPreview, list[dict[str, Any]]]:
    """Return what is to be shown, and what is to be kept for applying."""
    preview = ImportPreview()
    if sheet.rows is None:
        preview.refuse(None, None, f"没有名为“{SHEET}”的工作表（文件里有：{'、'.join(sheet.names[:5])}）。请用导出的文件修改。")
        return preview, []
    _, header = next(sheet.rows, (1, []))
    places = _places(preview, header)
    if preview.errors:
        return preview, []
    reader = _RowReader(preview, places, known, sheet.counts_from_1904)
    for number, row in sheet.rows:
        reader.read(number, row)
        sheet.counts_only = preview.is_full
    if sheet.has_too_many_rows:
        preview = ImportPreview()
        preview.refuse(None, None, f"工作表“{SHEET}”超过{MAX_ROWS}行，请用导出的文件修改，删掉多余的行。")
        return preview, []
    _refuse_what_is_no_value(preview, sheet)
    return preview, reader.prepared


def _refuse_what_is_no_value(preview: ImportPreview, sheet: TaskSheet) -> None:
    """Put merged cells and formulas before the other errors, most of which come from them."""
    others, preview.errors = preview.errors, []
    for area in sheet.merged:
        column, row = _place_of(area.partition(":")[0])
        preview.refuse(row, column, f"{area}是合并单元格，请取消合并后再上传。")
    for cell in sheet.formulas:
        column, row = _place_of(cell)
        preview.refuse(row, column, f"{cell}是公式，请粘贴为数值后再上传。")
    preview.errors += others[:ERRORS_AT_MOST]
    if len(others) >= ERRORS_AT_MOST:
        preview.refuse(None, None, f"错误太多，只列出前{ERRORS_AT_MOST}处；请改正后重新上传。")


def _place_of(cell: str) -> tuple[str | None, int | None]:
    letters = cell.rstrip("0123456789")
    digits = cell[len(letters) :]
    return letters or None, int(digits) if digits else None


def _places(preview: ImportPreview, header: Sequence[Any]) -> dict[str, int]:
    """Return where each header stands; what is missing or stands twice is an error."""
    names = [str(value).strip() if value is not None else "" for value in header]
    for name in _REQUIRED:
        if (times := names.count(name)) != 1:
            what = "没有" if not times else "重复了"
            preview.refuse(1, None, f"表头{what}“{name}”这一列。请用导出的文件修改，不要删改表头。")
    return {name: names.index(name) for name in _REQUIRED if name in names}


class _RowReader:
    """Reads one row after the other, and remembers which tasks it has seen."""

    def __init__(self, preview: ImportPreview, places: Mapping[str, int], known: Mapping[str, _Known], from_1904: bool) -> None:
        self.prepared: list[dict[str, Any]] = []
        self._preview = preview
        self._places = places
        self._known = known
        self._from_1904 = from_1904
        self._seen: dict[str, int] = {}

    def read(self, number: int, row: Sequence[Any]) -> None:
        if all(value is None or value == "" for value in row):
            return
        self._preview.rows += 1
        task_id = self._text(row, ID_HEADER).upper()
        known = self._find(number, row, task_id)
        values = self._values(number, row) if known else None
        if known is None or values is None:
            return
        try:
            after = merge(known.additions, values)
        except TaskInvalid as invalid:
            for name, problem in invalid.problems.items():
                self._refuse(number, EDITABLE[name], problem)
            return
        self._note(number, row, task_id, known.additions, after)

    def _find(self, number: int, row: Sequence[Any], task_id: str) -> _Known | None:
        """Return the task of the row, None after having said what is wrong."""
        known = self._known.get(task_id)
        if not task_id:
            self._refuse(number, ID_HEADER, "缺任务编号。")
        elif known is None:
            self._refuse(number, ID_HEADER, f"没有编号为{task_id[:32]}的任务。")
        elif task_id in self._seen:
            self._refuse(number, ID_HEADER, f"任务{task_id}重复了，第{self._seen[task_id]}行已经有。")
        elif self._text(row, NAME_HEADER) != known.name.strip():
            self._refuse(number, NAME_HEADER, f"任务名称和编号对不上，{task_id}应为“{known.name}”，请检查是不是错行了。")
        else:
            self._seen[task_id] = number
            return known
        return None

    def _values(self, number: int, row: Sequence[Any]) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        for name, header in EDITABLE.items():
            try:
                values[name] = read_cell(name, self._cell(row, header), self._from_1904)
            except ValueError as error:
                self._refuse(number, header, str(error))
        return values if len(values) == len(EDITABLE) else None

    def _note(self, number: int, row: Sequence[Any], task_id: str, before: Additions, after: Additions) -> None:
        changes = differences(before, after)
        if not changes:
            self._preview.unchanged += 1
            return
        if self._text(row, VERSION_HEADER) != str(before.version):
            self._refuse(number, VERSION_HEADER, f"任务{task_id}在导出之后有人改过，请重新导出再修改。")
            return
        for name, (old, new) in changes.items():
            self._preview.changes.append(ImportChange(number, task_id, name, _shown(old), _shown(new)))
        new_values = {name: as_json(after)[name] for name in changes}
        self.prepared.append({"task_id": task_id, "version": before.version, "values": new_values})

    def _text(self, row: Sequence[Any], header: str) -> str:
        try:
            return read_text(self._cell(row, header))
        except ValueError:
            return ""

    def _cell(self, row: Sequence[Any], header: str) -> Any:
        place = self._places[header]
        return row[place] if place < len(row) else None

    def _refuse(self, number: int, header: str, message: str) -> None:
        if not self._preview.is_full:
            self._preview.refuse(number, column_letters(self._places[header] + 1), message)


def _shown(value: Any) -> str:
    return MEMBER_SEPARATOR.join(value) if isinstance(value, list) else str(value or "")
