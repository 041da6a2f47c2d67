"""Long texts in parts that WeChat takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from bot.channels.wechat_protocol.characters import split_characters

LINK = re.compile(r"<a\s[^<>]*>(?:(?!</?a[\s>]).)*</a\s*>|https?://[!-;=?-~]+", re.DOTALL | re.IGNORECASE)
CLOSING = "”’」』）】》\"')"
ENDS = (
    re.compile(r"(?=\r?\n[^\S\n]*\n)"),
    re.compile(r"(?=\r?\n)"),
    re.compile(rf"(?:[。！？；]|[!?;](?=[\s{CLOSING}]|[^\x00-\x7f]))[{CLOSING}]*"),
    re.compile(r"[，、]|,(?=\s|[^\x00-\x7f])"),
    re.compile(r"(?=\s)"),
)
"""Where a part may end, best first: paragraph, line, sentence, comma, word."""
PIECES_AHEAD = 8
"""How far past a part is looked to see whether it ends well."""


def split_text(text: str, limit_bytes: int = 2047) -> list[str]:
    """Return the text in parts of at most `limit_bytes` bytes of UTF-8, none of them blank.

    Each part but the last ends at the best place in its second half. A link, a character with its accents and an emoji stay
    whole unless one alone is too long for a part. White space at the cuts is lost, nothing else. Raises ValueError for a
    limit under 4 bytes, which a character may need.
    Source: WeChat official accounts, "Passive replies" (被动回复用户消息) and "Sending customer-service messages" (发送客服消息):
    a text has at most 2048 bytes, read 2026-11.
    """
    if limit_bytes < 4:
        raise ValueError("limit_bytes must be at least 4")
    pieces = list(_pieces(text, limit_bytes))
    parts: list[str] = []
    start = 0
    while start < len(pieces):
        stop = _stop(pieces, start, limit_bytes)
        last = stop == len(pieces)
        part = "".join(pieces[start:stop])
        parts.append(part if last else part.rstrip())
        start = _skip_space(pieces, stop)
    return [part for part in parts if part.strip()]


def _pieces(text: str, limit_bytes: int) -> Iterator[str]:
    """Yield what must stay whole, in order; joined it is the text."""
    link_ends = {link.start(): link.end() for link in LINK.finditer(text)}
    piece: list[str] = []
    position = end = 0
    for character in split_characters(text):
        end = link_ends.get(position, end)
        piece.append(character)
        position += len(character)
        if position >= end:  # an accent after a link belongs to its last letter
            yield from _fitting(piece, limit_bytes)
            piece = []


def _fitting(characters: list[str], limit_bytes: int) -> Iterator[str]:
    """Yield the characters as one piece; where that is too long for a part, one by one; where one still is, in code points."""
    whole = "".join(characters)
    if _size(whole) <= limit_bytes:
        yield whole
        return
    for character in characters:
        yield from [character] if _size(character) <= limit_bytes else character


def _stop(pieces: Sequence[str], start: int, limit_bytes: int) -> int:
    """Return the number of the piece before which the part that begins at `start` ends."""
    full, used = start, 0
    while full < len(pieces) and used + _size(pieces[full]) <= limit_bytes:
        used += _size(pieces[full])
        full += 1
    if full == len(pieces):
        return full
    offsets = dict(zip(accumulate(map(len, pieces[start:full])), range(start + 1, full + 1), strict=True))
    seen = "".join(pieces[start : full + PIECES_AHEAD])
    for end in ENDS:
        places = [offset for match in end.finditer(seen) if (offset := match.end()) in offsets]
        if places and places[-1] * 2 > max(offsets):
            return offsets[places[-1]]
    return full


def _skip_space(pieces: Sequence[str], position: int) -> int:
    while position < len(pieces) and pieces[position].isspace():
        position += 1
    return position


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
