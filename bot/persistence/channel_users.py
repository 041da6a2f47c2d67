"""Named queries on the users of platforms."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.business.allowance import Allowance, Window
from bot.persistence.tables import ChannelUserRow

BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)


def find_channel_user(session: Session, channel: str, account: str, user_id: str) -> ChannelUserRow | None:
    return session.get(ChannelUserRow, (channel, account, user_id), with_for_update=True)


def find_user_of(session: Session, conversation_id: str) -> ChannelUserRow | None:
    """Return who writes in this conversation, None when it did not come from a platform."""
    return session.scalar(select(ChannelUserRow).where(ChannelUserRow.conversation_id == conversation_id).with_for_update())


def add_channel_user(
    session: Session, channel: str, account: str, user_id: str, conversation_id: str, now: datetime
) -> ChannelUserRow:
    row = ChannelUserRow(
        channel=channel,
        account=account,
        user_id=user_id,
        conversation_id=conversation_id,
        is_subscribed=True,
        subscription_at=BEFORE_ALL,
        message_left=0,
        event_left=0,
        created_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    return row


def allowance_of(row: ChannelUserRow) -> Allowance:
    return Allowance(Window(row.message_left, row.message_until), Window(row.event_left, row.event_until))


def set_allowance(row: ChannelUserRow, allowance: Allowance) -> None:
    row.message_left, row.message_until = allowance.message.left, allowance.message.until
    row.event_left, row.event_until = allowance.event.left, allowance.event.until
