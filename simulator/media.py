"""What users send beside text."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.accounts import random_word
from simulator.errors import ApiRefused, UploadRefused

MAX_FILE_BYTES = 10_000_000
MAX_KEPT = 500
"""Older ones are gone, as temporary media are after three days."""
MAX_VOICE_S = 60
AMR_HEADER = b"#!AMR\n"
AMR_FRAMES_PER_S = 50
AMR_NO_DATA = b"\x7c"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr", "video/mp4": "mp4"}


@dataclass(frozen=True)
class Media:
    """One file. `seconds` is known of voices only."""

    id: str
    content: bytes
    content_type: str
    seconds: int = 0

    @property
    def file_name(self) -> str:
        return f"{self.id}.{EXTENSIONS[self.content_type]}"


class MediaStore:
    """The platform's temporary media."""

    def __init__(self) -> None:
        self._media: dict[str, Media] = {}

    def put(self, content: bytes) -> Media:
        """Store a file by what its first bytes say it is. Raises UploadRefused."""
        if len(content) > MAX_FILE_BYTES:
            raise UploadRefused("文件不能超过10MB")
        content_type = type_of(content)
        media = Media(random_word(64), content, content_type, amr_seconds(content) if content_type == "audio/amr" else 0)
        self._media[media.id] = media
        if len(self._media) > MAX_KEPT:
            del self._media[next(iter(self._media))]
        return media

    def get(self, media_id: str) -> Media:
        """Raises ApiRefused 40007."""
        if media_id not in self._media:
            raise ApiRefused(40007)
        return self._media[media_id]


def type_of(content: bytes) -> str:
    """Return the media type. Raises UploadRefused when it is none that a client sends."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(AMR_HEADER):
        return "audio/amr"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    raise UploadRefused("只能发送JPG、PNG、GIF图片，AMR语音或MP4视频")


def silent_voice(seconds: int) -> bytes:
    """Return an AMR file of so many seconds (1-60) in which nobody speaks."""
    return AMR_HEADER + AMR_NO_DATA * (AMR_FRAMES_PER_S * max(1, min(seconds, MAX_VOICE_S)))


def amr_seconds(content: bytes) -> int:
    """Return the length, rounded up. Source: RFC 4867 section 5.3, sizes of the frame types."""
    sizes = (13, 14, 16, 18, 20, 21, 27, 32, 6)
    position, frames = len(AMR_HEADER), 0
    while position < len(content):
        frame_type = content[position] >> 3 & 0xF
        position += sizes[frame_type] if frame_type < len(sizes) else 1
        frames += 1
    return max(1, -(-frames // AMR_FRAMES_PER_S))
