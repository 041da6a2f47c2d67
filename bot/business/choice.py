"""Choosing an offered option by typing: its number or its title, where there is no button to press."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

_NUMBER = re.compile(r"(?:我?选|选择|回复)?第?\s*([0-9]{1,2}|[一二三四五六七八九])\s*(?:个|项|条|号)?[.、。)]?")
_CHINESE = {char: number for number, char in enumerate("一二三四五六七八九", start=1)}


def choose_option(text: str, options: Sequence[Mapping[str, str]]) -> str | None:
    """Return the payload of the option that the text names, None when it names none.

    Options are {"title", "payload"}, numbered from 1 in the order shown. Full-width and circled digits count.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    for option in options:
        if written == unicodedata.normalize("NFKC", option["title"]).strip():
            return option["payload"]
    match = _NUMBER.fullmatch(written)
    if match is None:
        return None
    number = _CHINESE.get(match.group(1)) or int(match.group(1))
    return options[number - 1]["payload"] if 1 <= number <= len(options) else None


_REST = {"继续", "继续看", "接着说", "接着讲", "下文", "后面呢", "更多", "查看", "答案"}


def asks_for_the_rest(text: str) -> bool:
    """Return whether the text only asks for what could not yet be shown."""
    return unicodedata.normalize("NFKC", text).strip(' 。.!~“”"') in _REST
