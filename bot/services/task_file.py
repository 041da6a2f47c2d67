"""An uploaded workbook before anybody trusts it: what is in the archive is checked before anything of it is unpacked."""

from __future__ import annotations

import zipfile
from typing import IO

from bot.errors import TaskFileRefused

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 120 * 1024 * 1024
"""All parts together. 50,000 full rows of our own sheet are about 70 MB."""
MAX_PART_BYTES = 20 * 1024 * 1024
"""Of any part but a sheet: those are held in memory whole."""
MAX_RATIO = 250
"""Unpacked to packed, of a part over a megabyte. Sheets of office programs reach 60; zeros reach 1,000."""
MAX_PARTS = 500
_MEGABYTE = 1024 * 1024
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a zip archive begins, and how an old or encrypted office file does (both are OLE2 files)."""
_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".rar", ".7z", ".gz", ".tar", ".docx")
_ENCRYPTED_BIT = 0x1
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those of office programs; others could need any memory."""


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
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise TaskFileRefused("not_xlsx") from error
    _check_parts(parts)
    file.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if any(part.compress_type not in _PACKINGS for part in parts):
        raise TaskFileRefused("not_xlsx")
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
