"""Named queries on conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bot.business.ownership import BOT, Owner
from bot.errors import ConversationNotFound, OwnerChanged
from bot.persistence.tables import ConversationRow

NO_TOKEN = ""
"""In place of a token's hash: the conversation is reached through its platform, or by a further key."""


def add_conversation(session: Session, conversation_id: str, channel: str, token_sha256: str, now: datetime) -> None:
    session.add(
        ConversationRow(
            id=conversation_id,
            channel=channel,
            token_sha256=token_sha256,
            owner=BOT,
            owner_version=1,
            last_sequence=0,
            created_at=now,
            last_at=now,
            heard_sequence=0,
        )
    )


def find_conversation(session: Session, conversation_id: str) -> ConversationRow | None:
    return session.get(ConversationRow, conversation_id)


def get_conversation_for_update(session: Session, conversation_id: str) -> ConversationRow:
    """Return the row, locked until the transaction ends. Raises ConversationNotFound."""
    row = session.get(ConversationRow, conversation_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return row


def owner_of(row: ConversationRow) -> Owner:
    return Owner(row.owner, row.owner_version)


def pass_on(session: Session, row: ConversationRow, new: Owner) -> None:
    """Give the conversation, whose row is locked, to its new owner. Raises OwnerChanged when it was not ours to give."""
    if not change_owner(session, row.id, owner_of(row), new):
        raise OwnerChanged(row.id)
    session.refresh(row)


def change_owner(session: Session, conversation_id: str, seen: Owner, new: Owner) -> bool:
    """Set the owner if it is still the one seen. Return whether it was."""
    result = session.execute(
        update(ConversationRow)
        .where(ConversationRow.id == conversation_id)
        .where(ConversationRow.owner == seen.name, ConversationRow.owner_version == seen.version)
        .values(owner=new.name, owner_version=new.version)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
