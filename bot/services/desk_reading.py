"""What desks read: lists, one conversation with its history, articles to send along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.business.ownership import AGENT_PREFIX
from bot.business.roles import Permission, Principal
from bot.persistence import access_log, attachments, desk_lists, handovers, messages, outbox, presences
from bot.persistence.database import Database, Session
from bot.persistence.desk_lists import Card, Cursor
from bot.persistence.tables import (
    AttachmentRow,
    HandoverRow,
    MessageRow,
    NoteRow,
    OutboxRow,
    OwnershipChangeRow,
)
from bot.services.attachments import MEDIA, Attachments, Media
from bot.services.availability import is_connected
from bot.services.desk_access import get_conversation_for, seen_by
from bot.services.desk_settings import DeskSettings
from bot.services.knowledge import Knowledge
from knowledge.base import Row

LISTS = ("queue", "mine", "all", "closed", "unattended")
PAGE_AT_MOST = 200
MAX_WORDS = 50
MESSAGES_AT_ONCE = 200


@dataclass(frozen=True)
class ListPage:
    cards: Sequence[Card]
    names: Mapping[str, str]
    next: Cursor | None
    """None = there is no more."""


@dataclass(frozen=True)
class Said:
    """Messages with what became of them."""

    messages: Sequence[MessageRow]
    deliveries: Mapping[str, OutboxRow]
    """By message id."""
    attachments: Mapping[str, AttachmentRow]


@dataclass(frozen=True)
class Detail:
    card: Card
    said: Said
    has_earlier: bool
    notes: Sequence[NoteRow]
    handovers: Sequence[HandoverRow]
    changes: Sequence[OwnershipChangeRow]
    names: Mapping[str, str]


class DeskReading:
    """All of it runs in threads; each function fetches for somebody, and only what they may see."""

    def __init__(
        self,
        database: Database,
        settings: DeskSettings,
        knowledge: Knowledge,
        attachments: Attachments,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._settings = settings
        self._knowledge = knowledge
        self._attachments = attachments
        self._now = now

    def list_page(self, principal: Principal, kind: str, words: str, before: Cursor | None, limit: int) -> ListPage:
        """Return one of the desk's lists. queue and mine are whole; the others come in pages, newest first."""
        principal.require(Permission.READ)
        words = "".join(filter(str.isprintable, words)).strip()[:MAX_WORDS]  # PostgreSQL refuses NUL in a text
        seen = seen_by(principal, self._settings)
        with self._database.session() as session:
            if words:
                access_log.note_access(session, principal.username, "search", None, self._now())
            following = None
            if kind == "queue":
                ids = list(desk_lists.list_waiting_ids(session, seen))
            elif kind == "mine":
                ids = list(desk_lists.list_owned_ids(session, f"{AGENT_PREFIX}{principal.username}"))
            else:
                found = desk_lists.list_page(session, kind, seen, words, before, limit + 1)
                following = (found[limit - 1][1], found[limit - 1][0]) if len(found) > limit else None
                ids = [conversation_id for conversation_id, _ in found[:limit]]
            cards = desk_lists.load_cards(session, ids)
            return ListPage([cards[each] for each in ids if each in cards], presences.names(session), following)

    def card(self, principal: Principal, conversation_id: str) -> tuple[Card, Mapping[str, str]]:
        with self._database.session() as session:
            get_conversation_for(session, principal, conversation_id, self._settings, self._now())
            return desk_lists.load_cards(session, [conversation_id])[conversation_id], presences.names(session)

    def detail(self, principal: Principal, conversation_id: str, before: int | None, limit: int) -> Detail:
        """Return the conversation with the newest messages before a number."""
        with self._database.session() as session:
            conversation = get_conversation_for(session, principal, conversation_id, self._settings, self._now())
            found = messages.list_newest(session, conversation.id, before, limit + 1)
            return Detail(
                card=desk_lists.load_cards(session, [conversation.id])[conversation.id],
                said=_said(session, found[-limit:]),
                has_earlier=len(found) > limit,
                notes=desk_lists.list_notes(session, conversation.id),
                handovers=handovers.list_of(session, conversation.id),
                changes=handovers.list_changes(session, conversation.id),
                names=presences.names(session),
            )

    def check_may_follow(self, principal: Principal, conversation_id: str) -> None:
        """Raise ConversationNotFound unless they may see it."""
        with self._database.session() as session:
            get_conversation_for(session, principal, conversation_id, self._settings, self._now())

    def said_after(self, conversation_id: str, after: int) -> tuple[Said, Mapping[str, str]]:
        """Return what was said after a number. The caller has checked who may follow the conversation."""
        with self._database.reading() as session:
            found = messages.list_messages_after(session, conversation_id, after, MESSAGES_AT_ONCE)
            return _said(session, found), presences.names(session) if found else {}

    def said_of(self, message: MessageRow) -> tuple[Said, Mapping[str, str]]:
        with self._database.reading() as session:
            return _said(session, [message]), presences.names(session)

    def delivery_of(self, message_id: str) -> OutboxRow | None:
        with self._database.reading() as session:
            return next(iter(outbox.list_of(session, [message_id])), None)

    def note_of(self, note_id: int) -> tuple[NoteRow, str] | None:
        with self._database.reading() as session:
            note = desk_lists.find_note(session, note_id)
            return (note, presences.names(session).get(note.author, note.author)) if note else None

    def attachment(self, principal: Principal, conversation_id: str, attachment_id: str) -> Media:
        """Return a file of the conversation. Raises ConversationNotFound."""
        self.check_may_follow(principal, conversation_id)
        return self._attachments.read(conversation_id, attachment_id)

    def list_agents(self, principal: Principal) -> list[dict[str, object]]:
        """Return the colleagues to whom a chat may be passed, and how busy they are now."""
        principal.require(Permission.READ)
        all_teams, now = [team.id for team in self._settings.teams], self._now()
        with self._database.session() as session:
            loads = handovers.loads(session)
            return [
                {
                    "username": user.username,
                    "display_name": user.display_name or user.username,
                    "teams": user.teams or all_teams,
                    "state": presence.state if presence else presences.AWAY,
                    "is_connected": is_connected(presence.seen_at if presence else None, now),
                    "active": loads.get(user.username, 0),
                    "capacity": user.capacity,
                }
                for user, presence in presences.list_presences(session)
                if not user.must_change_password
            ]

    def find_passages(self, principal: Principal, words: str, limit: int) -> list[Row]:
        """Return what the knowledge base of today has nearest to the words, best first."""
        principal.require(Permission.READ)
        if not words.strip():
            return []
        base = self._knowledge.base()
        return [row for row, score in base.rank(base.scores(words[:200]), limit=limit) if score > 0]


def _said(session: Session, found: Sequence[MessageRow]) -> Said:
    with_media = [message.id for message in found if message.payload == MEDIA]
    ours = [message.id for message in found if message.sender in ("agent", "system")]
    return Said(
        found,
        {row.message_id: row for row in outbox.list_of(session, ours)} if ours else {},
        {row.message_id: row for row in attachments.list_attachments(session, with_media)} if with_media else {},
    )
