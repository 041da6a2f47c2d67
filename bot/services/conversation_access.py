"""Opening a conversation from a page: a sign-in that was begun here, a ticket for the page, a key for the chat."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import ConversationNotFound
from bot.persistence import conversation_keys
from bot.persistence.database import Database
from bot.services.chat import NewConversation, hash_of

SIGN_IN_WITHIN = timedelta(minutes=10)
TICKET_GOOD_FOR = timedelta(minutes=2)
KEY_GOOD_FOR = timedelta(days=30)


class ConversationAccess:
    """Secrets are handed out once; only their hashes are stored."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def begin_sign_in(self) -> str:
        """Return a state that a platform is to bring back."""
        state = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._add_state, state)
        return state

    async def finish_sign_in(self, state: str) -> bool:
        """Return whether the state is of a sign-in that was begun here and not yet finished."""
        return await asyncio.to_thread(self._take_state, state)

    async def make_ticket(self, conversation_id: str) -> str:
        ticket = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._add_ticket, conversation_id, ticket)
        return ticket

    async def trade_in(self, ticket: str) -> NewConversation:
        """Return the conversation of the ticket with a key of its own. Raises ConversationNotFound; a ticket works once."""
        key = secrets.token_urlsafe(32)
        return NewConversation(await asyncio.to_thread(self._trade, ticket, key), key)

    def forget_expired(self) -> None:
        with self._database.session() as session:
            conversation_keys.forget_expired(session, self._now())

    def _add_state(self, state: str) -> None:
        with self._database.session() as session:
            conversation_keys.add_sign_in_state(session, hash_of(state), self._now() + SIGN_IN_WITHIN)

    def _take_state(self, state: str) -> bool:
        with self._database.session() as session:
            return conversation_keys.take_sign_in_state(session, hash_of(state), self._now())

    def _add_ticket(self, conversation_id: str, ticket: str) -> None:
        with self._database.session() as session:
            expires_at = self._now() + TICKET_GOOD_FOR
            conversation_keys.add_key(session, conversation_id, hash_of(ticket), expires_at, is_ticket=True)

    def _trade(self, ticket: str, key: str) -> str:
        now = self._now()
        with self._database.session() as session:
            conversation_id = conversation_keys.take_ticket(session, hash_of(ticket), now)
            if conversation_id is not None:
                conversation_keys.add_key(session, conversation_id, hash_of(key), now + KEY_GOOD_FOR)
        if conversation_id is None:
            raise ConversationNotFound("")
        return conversation_id
