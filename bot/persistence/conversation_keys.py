"""Named queries on further keys to a conversation, on tickets for them, and on sign-ins that were begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.errors import ConversationNotFound
from bot.persistence.tables import ConversationKeyRow, SignInStateRow


def add_key(session: Session, conversation_id: str, token_sha256: str, expires_at: datetime, is_ticket: bool = False) -> None:
    session.add(
        ConversationKeyRow(token_sha256=token_sha256, conversation_id=conversation_id, is_ticket=is_ticket, expires_at=expires_at)
    )


def check_key(session: Session, conversation_id: str, token_sha256: str, now: datetime) -> None:
    """Raise ConversationNotFound unless this is a key of the conversation."""
    key = session.get(ConversationKeyRow, token_sha256)
    if key is None or key.conversation_id != conversation_id or key.is_ticket or key.expires_at <= now:
        raise ConversationNotFound(conversation_id)


def take_ticket(session: Session, token_sha256: str, now: datetime) -> str | None:
    """Return the conversation that the ticket is for, and use it up."""
    ticket = session.get(ConversationKeyRow, token_sha256, with_for_update=True)
    if ticket is None or not ticket.is_ticket:
        return None
    session.delete(ticket)
    return ticket.conversation_id if ticket.expires_at > now else None


def add_sign_in_state(session: Session, state_sha256: str, expires_at: datetime) -> None:
    session.add(SignInStateRow(state_sha256=state_sha256, expires_at=expires_at))


def take_sign_in_state(session: Session, state_sha256: str, now: datetime) -> bool:
    """Return whether this sign-in was begun, not too long ago, and not finished; it is finished now."""
    state = session.get(SignInStateRow, state_sha256, with_for_update=True)
    if state is None:
        return False
    session.delete(state)
    return state.expires_at > now


def forget_expired(session: Session, now: datetime) -> None:
    session.execute(delete(ConversationKeyRow).where(ConversationKeyRow.expires_at <= now))
    session.execute(delete(SignInStateRow).where(SignInStateRow.expires_at <= now))
