"""Voices and pictures as WeChat's API hands them out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.channels.wechat_protocol.api_calls import TOO_LARGE, Answer
from bot.channels.wechat_protocol.api_errors import accept_with_token, read_answer
from bot.errors import PlatformRefused

FILE_NAME = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Media:
    """`content_type` is in lower case, without parameters; `file_name` without folders, None when WeChat gives none."""

    content: bytes = field(repr=False)
    content_type: str
    file_name: str | None


def read_media(answer: Answer, limit_bytes: int) -> Media:
    """Return the media. Raises as `accept_with_token` for an error in JSON, PlatformRefused(40006) for more than the limit.

    Source: WeChat official accounts, "Getting temporary media" (获取临时素材), read 2026-11.
    """
    content_type = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if answer.status != 200 or "json" in content_type or content_type.startswith("text/") or answer.content[:1] == b"{":
        accept_with_token(read_answer(answer.status, answer.content))
        raise PlatformRefused(0)
    if len(answer.content) > limit_bytes:
        raise PlatformRefused(TOO_LARGE)
    return Media(answer.content, content_type, _file_name(answer.headers.get("Content-Disposition", "")))


def video_address(answer: Answer) -> str | None:
    """Return where the video lies: for videos the platform answers with an address in JSON. None for anything else."""
    if answer.status != 200 or answer.content[:1] != b"{":
        return None
    address = read_answer(answer.status, answer.content).get("video_url")
    return address if isinstance(address, str) else None


def _file_name(disposition: str) -> str | None:
    """HTTP headers arrive as Latin-1; WeChat writes them in UTF-8."""
    found = FILE_NAME.search(disposition)
    if not found:
        return None
    name = found[1].encode("latin-1", "replace").decode("utf-8", "replace")
    return re.split(r"[/\\]", name)[-1].strip() or None
