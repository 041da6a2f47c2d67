"""Named queries on the desk's lists: conversations with their last handover and last message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.business.ownership import AGENT_PREFIX
from bot.persistence.handovers import UNATTENDED, WAITING
from bot.persistence.tables import ConversationRow, HandoverRow, MessageRow, NoteRow, OwnershipChangeRow

SEARCHED = 2_000
"""A search looks at the newest conversations only, so that it does not grow with history."""
Cursor = tuple[datetime, str]
"""Time and id of the last conversation of a page; the next page begins behind it."""


@dataclass(frozen=True)
class Card:
    """What a list shows of a conversation."""

    conversation: ConversationRow
    handover: HandoverRow | None
    """The last one."""
    last_message: MessageRow | None
    """The last one that somebody said; notices do not count."""


@dataclass(frozen=True)
class Seen:
    """Which conversations somebody may see; None = all."""

    teams: frozenset[str] | None
    username: str


def load_cards(session: Session, conversation_ids: Sequence[str]) -> Mapping[str, Card]:
    """Return the conversations that there are, with their last handover and the last thing that somebody said."""
    conversations, last, said = _card_queries()
    ids = {"ids": list(conversation_ids)}
    rows = session.scalars(conversations, ids).all()
    found = {row.conversation_id: row for row in session.scalars(last, ids)}
    spoken = {message.conversation_id: message for message in session.scalars(said, ids)}
    return {row.id: Card(row, found.get(row.id), spoken.get(row.id)) for row in rows}


@cache
def _card_queries() -> tuple[Select[ConversationRow], Select[HandoverRow], Select[MessageRow]]:
    """Return the queries behind cards, which take a list of `ids`: making them costs several times what running them does."""
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    last = select(func.max(HandoverRow.id)).where(HandoverRow.conversation_id.in_(ids)).group_by(HandoverRow.conversation_id)
    other = aliased(MessageRow)
    of_it = select(other.sequence).where(other.conversation_id == ConversationRow.id, other.sender != "system")
    newest = of_it.order_by(other.sequence.desc()).limit(1).scalar_subquery()
    said = (
        select(MessageRow)
        .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
        .where(ConversationRow.id.in_(ids), MessageRow.sequence == newest)
    )
    return select(ConversationRow).where(ConversationRow.id.in_(ids)), select(HandoverRow).where(HandoverRow.id.in_(last)), said


def list_waiting_ids(session: Session, seen: Seen) -> Sequence[str]:
    found = select(HandoverRow.conversation_id).where(HandoverRow.status == WAITING)
    if seen.teams is not None:
        found = found.where(HandoverRow.team.in_(seen.teams))
    return session.scalars(found.order_by(HandoverRow.priority, HandoverRow.requested_at, HandoverRow.conversation_id)).all()


def list_owned_ids(session: Session, owner: str) -> Sequence[str]:
    """Return the conversations of an owner, those whose user waits longest first."""
    return session.scalars(
        select(ConversationRow.id)
        .where(ConversationRow.owner == owner)
        .order_by(ConversationRow.unanswered_since.is_(None), ConversationRow.unanswered_since, ConversationRow.last_at.desc())
    ).all()


def list_page(
    session: Session, kind: str, seen: Seen, words: str, before: Cursor | None, limit: int
) -> list[tuple[str, datetime]]:
    """Return (id, time) of the newest conversations of a kind: all = not closed, closed, unattended."""
    clocks: Mapping[str, Any] = {"closed": ConversationRow.closed_at, "unattended": HandoverRow.requested_at}
    clock = clocks.get(kind, ConversationRow.last_at)
    found = select(ConversationRow.id, clock).where(ConversationRow.last_sequence > 0)
    if kind == "unattended":
        found = found.join(HandoverRow, HandoverRow.conversation_id == ConversationRow.id)
        found = found.where(HandoverRow.status == UNATTENDED)
        if seen.teams is not None:
            found = found.where(HandoverRow.team.in_(seen.teams))
    else:
        found = found.where(ConversationRow.closed_at.is_not(None) if kind == "closed" else ConversationRow.closed_at.is_(None))
        found = found.where(may_see(seen))
    if words:
        newest = select(ConversationRow.id).order_by(ConversationRow.last_at.desc()).limit(SEARCHED)
        found = found.where(ConversationRow.id.in_(newest))
        said = select(MessageRow.id).where(
            MessageRow.conversation_id == ConversationRow.id, MessageRow.text.contains(words, autoescape=True)
        )
        found = found.where(said.exists())
    if before is not None:
        found = found.where(or_(clock < before[0], and_(clock == before[0], ConversationRow.id < before[1])))
    rows = session.execute(found.order_by(clock.desc(), ConversationRow.id.desc()).limit(limit)).all()
    return [(conversation_id, at) for conversation_id, at in rows if at is not None]


def may_see(seen: Seen) -> ColumnElement[bool]:
    """Return the condition under which a conversation may be seen: nobody's yet, of one's teams, or one's own at some time."""
    if seen.teams is None:
        return ConversationRow.id.is_not(None)
    of_it = HandoverRow.conversation_id == ConversationRow.id
    untouched = ~select(HandoverRow.id).where(of_it).exists()
    mine = select(HandoverRow.id).where(of_it, or_(HandoverRow.team.in_(seen.teams), HandoverRow.taken_by == seen.username))
    had = select(OwnershipChangeRow.id).where(
        OwnershipChangeRow.conversation_id == ConversationRow.id,
        OwnershipChangeRow.to_owner == f"{AGENT_PREFIX}{seen.username}",
    )
    return or_(untouched, mine.exists(), had.exists())


def is_seen(session: Session, conversation_id: str, seen: Seen) -> bool:
    return session.scalar(select(ConversationRow.id).where(ConversationRow.id == conversation_id, may_see(seen))) is not None


def count_by_team(session: Session, status: str) -> Mapping[str, int]:
    found = session.execute(select(HandoverRow.team, func.count()).where(HandoverRow.status == status).group_by(HandoverRow.team))
    return {team: count for team, count in found}


def add_note(session: Session, note: NoteRow) -> NoteRow:
    session.add(note)
    session.flush()
    return note


def find_note(session: Session, note_id: int) -> NoteRow | None:
    return session.get(NoteRow, note_id)


def list_notes(session: Session, conversation_id: str) -> Sequence[NoteRow]:
    return session.scalars(
        select(NoteRow).where(NoteRow.conversation_id == conversation_id).order_by(NoteRow.id.desc()).limit(200)
    ).all()
