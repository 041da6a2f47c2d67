"""Canned replies: one's own, and those that everybody shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.business.roles import Permission, Principal
from bot.errors import CannedReplyNotFound, HandoverRefused
from bot.persistence import canned_replies
from bot.persistence.canned_replies import SHARED
from bot.persistence.database import Database, Session
from bot.persistence.tables import CannedReplyRow
from bot.services.desk_settings import SharedReply
from bot.services.message_text import clean_message

MAX_SHORTCUT, MAX_TITLE = 32, 64
OWN_AT_MOST = 500


@dataclass(frozen=True)
class Wording:
    """What a canned reply says."""

    shortcut: str
    title: str
    text: str


class CannedReplies:
    """All of it runs in threads."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def fill(self, given: Sequence[SharedReply]) -> None:
        """Give an installation that has no shared replies some to begin with."""
        with self._database.session() as session:
            if canned_replies.count_replies(session, SHARED):
                return
            for reply in given:
                self._add(session, SHARED, Wording(reply.shortcut, reply.title, reply.text), "")

    def list_for(self, principal: Principal) -> Sequence[CannedReplyRow]:
        principal.require(Permission.READ)
        with self._database.session() as session:
            return canned_replies.list_replies(session, principal.username)

    def add(self, principal: Principal, wording: Wording, is_shared: bool) -> CannedReplyRow:
        """Raises HandoverRefused for a shortcut that is taken or cannot be one, PermissionDenied, MessageRefused."""
        owner = self._owner(principal, is_shared)
        with self._database.session() as session:
            if canned_replies.count_replies(session, owner) >= OWN_AT_MOST:
                raise HandoverRefused("too_many_replies")
            return self._add(session, owner, wording, principal.username)

    def change(self, principal: Principal, reply_id: int, wording: Wording, is_shared: bool) -> CannedReplyRow:
        owner = self._owner(principal, is_shared)
        with self._database.session() as session:
            row = self._get(session, principal, reply_id)
            row.owner, row.updated_by, row.updated_at = owner, principal.username, self._now()
            row.shortcut, row.title, row.text = self._checked(session, owner, wording, row.id)
            return row

    def remove(self, principal: Principal, reply_id: int) -> None:
        with self._database.session() as session:
            canned_replies.remove_reply(session, self._get(session, principal, reply_id))

    def _get(self, session: Session, principal: Principal, reply_id: int) -> CannedReplyRow:
        """Return one that they may change. Raises CannedReplyNotFound for anybody else's."""
        principal.require(Permission.TALK)
        row = canned_replies.find_reply(session, min(reply_id, 2**31 - 1))
        if row is None or row.owner not in (SHARED, principal.username):
            raise CannedReplyNotFound(reply_id)
        if row.owner == SHARED:
            principal.require(Permission.SUPERVISE)
        return row

    def _add(self, session: Session, owner: str, wording: Wording, by: str) -> CannedReplyRow:
        shortcut, title, text = self._checked(session, owner, wording, None)
        row = CannedReplyRow(owner=owner, shortcut=shortcut, title=title, text=text, updated_by=by, updated_at=self._now())
        return canned_replies.add_reply(session, row)

    def _owner(self, principal: Principal, is_shared: bool) -> str:
        principal.require(Permission.SUPERVISE if is_shared else Permission.TALK)
        return SHARED if is_shared else principal.username

    def _checked(self, session: Session, owner: str, wording: Wording, own_id: int | None) -> tuple[str, str, str]:
        shortcut, title = wording.shortcut.strip().lstrip("/"), wording.title.strip()
        if not 1 <= len(shortcut) <= MAX_SHORTCUT or not shortcut.isprintable() or any(map(str.isspace, shortcut)):
            raise HandoverRefused("shortcut_invalid")
        if not 1 <= len(title) <= MAX_TITLE or not title.isprintable():
            raise HandoverRefused("title_invalid")
        known = canned_replies.find_by_shortcut(session, owner, shortcut)
        if known is not None and known.id != own_id:
            raise HandoverRefused("shortcut_taken")
        return shortcut, title, clean_message(wording.text, None).text
