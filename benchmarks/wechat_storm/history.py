"""What the product has stored of the storm: its own account of who was told what, in which order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.channels.wechat_messages import CHANNEL
from bot.persistence.database import Database
from bot.persistence.tables import ChannelUserRow, InboundCallRow, MessageRow, OutboxRow

UNSETTLED = ("pending", "sending")


@dataclass(frozen=True)
class StoredReply:
    """`status` and `route` are the outbox's."""

    message_id: str
    sequence: int
    text: str
    status: str
    route: str | None
    error_code: int | None


@dataclass
class StoredMessage:
    """A user's message or event that was stored. `sequence` 0 = an event that asks for nothing."""

    sequence: int
    replies: list[StoredReply] = field(default_factory=list)


History = dict[str, dict[str, StoredMessage]]
"""By openid, then by the platform's own id of the message."""


def read_history(database: Database) -> History:
    """Return what is stored of every user."""
    history: History = defaultdict(dict)
    with database.session() as session:
        openids = {user.conversation_id: user.user_id for user in session.scalars(select(ChannelUserRow))}
        for call in session.scalars(select(InboundCallRow).where(InboundCallRow.message_id.is_(None))):
            history[openids[call.conversation_id]][_external_id(call.id)] = StoredMessage(0)
        asked: dict[str, StoredMessage] = {}
        for message in session.scalars(select(MessageRow).where(MessageRow.external_id.is_not(None))):
            asked[message.id] = StoredMessage(message.sequence)
            history[openids[message.conversation_id]][message.external_id or ""] = asked[message.id]
        said = select(MessageRow, OutboxRow).join(OutboxRow, OutboxRow.message_id == MessageRow.id)
        for reply, row in session.execute(said.order_by(MessageRow.sequence)):
            stored = StoredReply(reply.id, reply.sequence, reply.text, row.status, row.route, row.error_code)
            asked[reply.reply_to or ""].replies.append(stored)
    return history


def count_unsettled(database: Database) -> int:
    """Return how many messages are still to be answered or replies still to be delivered."""
    with database.session() as session:
        unanswered = select(func.count()).where(MessageRow.handled_at.is_(None), MessageRow.external_id.is_not(None))
        undelivered = select(func.count()).where(OutboxRow.channel == CHANNEL, OutboxRow.status.in_(UNSETTLED))
        return (session.scalar(unanswered) or 0) + (session.scalar(undelivered) or 0)


def _external_id(call_id: str) -> str:
    """A call's id is channel:account:external id."""
    return call_id.split(":", 2)[2]
