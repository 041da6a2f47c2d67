"""Who may see and do what with a conversation: checked by the functions that fetch it."""

from __future__ import annotations

from datetime import datetime

from bot.business.roles import Permission, Principal
from bot.errors import ConversationNotFound
from bot.persistence import access_log, conversations, desk_lists
from bot.persistence.database import Session
from bot.persistence.desk_lists import Seen
from bot.persistence.tables import ConversationRow
from bot.services.desk_settings import DeskSettings


def seen_by(principal: Principal, settings: DeskSettings) -> Seen:
    """Return which conversations somebody may see: their teams', or all for who supervises or only reads."""
    sees_all = principal.may(Permission.SUPERVISE) or not principal.may(Permission.TALK)
    teams = frozenset(principal.teams or (team.id for team in settings.teams))
    return Seen(None if sees_all else teams, principal.username)


def get_conversation_for(
    session: Session, principal: Principal, conversation_id: str, settings: DeskSettings, now: datetime, action: str = "read"
) -> ConversationRow:
    """Return the conversation, and write down that it was looked at.

    Raises ConversationNotFound for one that is not there or not theirs to see; the two cannot be told apart.
    """
    principal.require(Permission.READ)
    conversation = _find(session, principal, conversation_id, settings)
    access_log.note_access(session, principal.username, action, conversation.id, now)
    return conversation


def get_conversation_to_change(
    session: Session, principal: Principal, conversation_id: str, settings: DeskSettings
) -> ConversationRow:
    """Return the conversation, locked. Raises PermissionDenied for who may only read, ConversationNotFound as above."""
    principal.require(Permission.TALK)
    _find(session, principal, conversation_id, settings)
    return conversations.get_conversation_for_update(session, conversation_id)


def _find(session: Session, principal: Principal, conversation_id: str, settings: DeskSettings) -> ConversationRow:
    if not conversation_id.isprintable():  # PostgreSQL refuses NUL in a text
        raise ConversationNotFound(conversation_id)
    conversation = conversations.find_conversation(session, conversation_id)
    if conversation is None or not desk_lists.is_seen(session, conversation_id, seen_by(principal, settings)):
        raise ConversationNotFound(conversation_id)
    return conversation
