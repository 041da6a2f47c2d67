"""The file of a multipart form, read with the standard library."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from fastapi import Request

from simulator.errors import UploadRefused
from simulator.media import MAX_FILE_BYTES

FORM_OVERHEAD_BYTES = 10_000


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def uploaded_file(request: Request) -> bytes:
    """Return the content of the first file in the form. Raises UploadRefused."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FILE_BYTES + FORM_OVERHEAD_BYTES:
            raise UploadRefused("文件不能超过10MB")
    return first_file(request.headers.get("content-type", ""), bytes(body))


def first_file(content_type: str, body: bytes) -> bytes:
    """Raises UploadRefused when there is none."""
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    for part in form.iter_parts() if form.is_multipart() else ():
        content = part.get_payload(decode=True)
        if part.get_filename() is not None and isinstance(content, bytes):
            return content
    raise UploadRefused("没有收到文件")
