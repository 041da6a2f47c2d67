"""Which replies a text on a screen holds: rendering adds links and options, and puts several replies into one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.wechat_storm.history import StoredReply
from bot.channels.wechat_rendering import MORE

_LINK = re.compile(r'\n<a href="[^"]*">[^<]*</a>')
_OPTIONS = re.compile(r"\n\n[^\n]*回复数字[^\n]*(?:\n\d+\. [^\n]*)+")
_SPACE = re.compile(r"\s+")


@dataclass
class Awaited:
    """A reply that its user must see. `asked` is the id of the message that it answers."""

    reply: StoredReply
    asked: str
    words: str
    shown: int = 0
    read: int = 0
    """Characters of `words` that earlier parts of a long text have shown."""


class Ledger:
    """The replies to one user, ticked off text by text."""

    def __init__(self, replies: Iterable[tuple[str, StoredReply]]) -> None:
        self.awaited = [Awaited(reply, asked, essence(reply.text)) for asked, reply in replies]
        self.awaited.sort(key=lambda each: each.reply.sequence)

    def tick(self, text: str, asked: str | None) -> list[Awaited] | None:
        """Return the replies that the text completes. `asked` names the message whose answer it is; None = it was sent.

        None = the text holds something that is no reply to this user.
        """
        rest, completed = essence(text), []
        while rest:
            found = self._find(rest, asked)
            if found is None:
                return None
            taken = min(len(rest), len(found.words) - found.read)
            rest, found.read = rest[taken:], found.read + taken
            if found.read == len(found.words):
                found.read, found.shown = 0, found.shown + 1
                completed.append(found)
        return completed

    def _find(self, rest: str, asked: str | None) -> Awaited | None:
        """Return the reply that the text begins with: the longest, the one asked for, one not yet shown, the earliest."""
        whole = [each for each in self.awaited if each.words and rest.startswith(each.words[each.read :])]
        part = [each for each in self.awaited if each.words[each.read :].startswith(rest)]
        return max(whole or part, key=lambda each: (len(each.words), not each.shown, each.asked == asked), default=None)


def essence(text: str) -> str:
    """Return the text without what rendering adds, and without white space, which a split may lose."""
    return _SPACE.sub("", _OPTIONS.sub("", _LINK.sub("", text.removesuffix(MORE))))


def order_breaks(times: Sequence[float], tolerance_s: float) -> list[int]:
    """Return the positions of those that came after a later one, by more than the tolerance."""
    late, earliest_later = [], float("inf")
    for position in range(len(times) - 1, -1, -1):
        if times[position] > earliest_later + tolerance_s:
            late.append(position)
        earliest_later = min(earliest_later, times[position])
    return late[::-1]
