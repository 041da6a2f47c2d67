"""Who a conversation's messages go to on a platform, and what we may still send there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import ConversationNotFound
from bot.persistence import channel_users, outbox, platform_accounts
from bot.persistence.database import Database

ASK_AGAIN_AFTER = timedelta(days=1)
"""How long an account that was refused the right to send is not tried again."""


@dataclass(frozen=True)
class Recipient:
    """A user of a platform."""

    user_id: str
    is_subscribed: bool
    left: int
    """Messages that may be sent now."""
    left_until: datetime | None


@dataclass(frozen=True)
class DeliveryFailure:
    """A message that did not get through, or not yet."""

    message_id: str
    status: str
    error: str | None
    code: int | None
    attempts: int


class ChannelUsers:
    """The users of one account on one channel."""

    def __init__(self, database: Database, channel: str, account: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._account = f"{channel}:{account}"
        self._now = now
        self._refused_at: datetime | None = None
        self._looked_at: datetime | None = None

    async def recipient(self, conversation_id: str) -> Recipient:
        """Return who writes in the conversation. Raises ConversationNotFound when it did not come from a platform."""
        return await asyncio.to_thread(self._recipient, conversation_id)

    async def count_sent(self, conversation_id: str) -> None:
        await asyncio.to_thread(self._change, conversation_id, sent=True)

    async def note_exhausted(self, conversation_id: str) -> None:
        """The platform says that nothing more may be sent."""
        await asyncio.to_thread(self._change, conversation_id, exhausted=True)

    async def note_left(self, conversation_id: str) -> None:
        """The platform says that the user no longer follows."""
        await asyncio.to_thread(self._change, conversation_id, left=True)

    async def may_account_send(self) -> bool:
        """Return whether the platform lets the account send, as far as it has told any of our processes."""
        now = self._now()
        if self._looked_at is None or now - self._looked_at > timedelta(seconds=30):
            self._refused_at = await asyncio.to_thread(self._find_refusal)
            self._looked_at = now
        return self._refused_at is None or now - self._refused_at > ASK_AGAIN_AFTER

    async def note_account_may_not_send(self) -> None:
        self._refused_at = self._looked_at = self._now()
        await asyncio.to_thread(self._store_refusal, self._refused_at)

    def failures(self, conversation_id: str) -> list[DeliveryFailure]:
        """Return what did not get through, newest first."""
        with self._database.session() as session:
            return [
                DeliveryFailure(row.message_id, row.status, row.last_error, row.error_code, row.attempts)
                for row in outbox.list_failures(session, conversation_id)
            ]

    def _recipient(self, conversation_id: str) -> Recipient:
        with self._database.session() as session:
            row = channel_users.find_user_of(session, conversation_id)
            if row is None:
                raise ConversationNotFound(conversation_id)
            now, allowance = self._now(), channel_users.allowance_of(row)
            return Recipient(row.user_id, row.is_subscribed, allowance.left(now), allowance.until(now))

    def _change(self, conversation_id: str, sent: bool = False, exhausted: bool = False, left: bool = False) -> None:
        with self._database.session() as session:
            row = channel_users.find_user_of(session, conversation_id)
            if row is None:
                raise ConversationNotFound(conversation_id)
            allowance = channel_users.allowance_of(row)
            if sent:
                channel_users.set_allowance(row, allowance.spend(self._now()))
            if exhausted:
                channel_users.set_allowance(row, allowance.exhausted())
            if left:
                row.is_subscribed = False

    def _find_refusal(self) -> datetime | None:
        with self._database.session() as session:
            row = platform_accounts.find_platform_account(session, self._account)
            return row.cannot_send_since if row else None

    def _store_refusal(self, since: datetime) -> None:
        with self._database.session() as session:
            platform_accounts.platform_account(session, self._account).cannot_send_since = since
