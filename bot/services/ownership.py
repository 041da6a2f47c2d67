"""Giving a conversation to another owner: the one place where it happens, and is written down."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.business.ownership import Actor, Owner, Transition, change, closes
from bot.persistence import conversations, handovers, messages, outbox
from bot.persistence.database import Session
from bot.persistence.tables import ConversationRow, HandoverRow, MessageRow, OwnershipChangeRow
from bot.services.handover_notices import Notice
from knowledge.normalise import is_traditional


@dataclass(frozen=True)
class By:
    """Who causes a change; `name` is what the log says."""

    actor: Actor
    name: str

    @classmethod
    def agent(cls, username: str, is_supervisor: bool = False) -> By:
        return cls(Actor.SUPERVISOR if is_supervisor else Actor.AGENT, f"agent:{username}")


USER, BOT, SYSTEM = By(Actor.USER, "user"), By(Actor.BOT, "bot"), By(Actor.SYSTEM, "system")


def pass_on(
    session: Session,
    conversation: ConversationRow,
    transition: Transition,
    by: By,
    now: datetime,
    *,
    agent: str | None = None,
    handover: HandoverRow | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Owner:
    """Give the conversation, whose row is locked, to its next owner, and write it down.

    Raises TransitionRefused for what is not in the table of `bot.business.ownership`.
    """
    before = conversations.owner_of(conversation)
    after = change(before, transition, by.actor, agent)
    conversations.pass_on(session, conversation, after)
    conversation.closed_at = now if closes(transition) else None
    if after.is_bot:
        conversation.unanswered_since = None
    handovers.add_change(
        session,
        OwnershipChangeRow(
            conversation_id=conversation.id,
            version=after.version,
            transition=transition.value,
            from_owner=before.name,
            to_owner=after.name,
            by=by.name,
            handover_id=handover.id if handover else None,
            detail=dict(detail) if detail else None,
            at=now,
        ),
    )
    return after


def tell_user(
    session: Session,
    conversation: ConversationRow,
    notice: Notice,
    now: datetime,
    reply_to: MessageRow | None = None,
    due_at: datetime | None = None,
) -> MessageRow:
    """Add a notice of the system to the conversation, in the user's script, and send it the way they last wrote.

    `due_at`: when it is sent if no call of the platform takes it along before; None = now.
    """
    last = reply_to or messages.last_user_message(session, conversation.id)
    if last is not None and is_traditional(last.text):
        notice = notice.in_traditional()
    row = MessageRow(
        id=uuid.uuid4().hex,
        sender="system",
        text=notice.text,
        at=now,
        reply_to=reply_to.id if reply_to else None,
        buttons=[dict(button) for button in notice.buttons],
        band="clarify" if notice.asks else "handover",
    )
    messages.append_message(session, conversation, row)
    outbox.add_outbox(session, row, (last.channel if last else None) or conversation.channel, due_at or now)
    return row
