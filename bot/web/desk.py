"""The desk's API: what agents see and do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from bot.errors import ConversationNotFound
from bot.services.channel_users import ChannelUsers
from bot.web.session import SignedInUser

router = APIRouter(prefix="/api/desk", tags=["desk"])


@router.get("/conversations/{conversation_id}/delivery")
async def show_delivery(request: Request, conversation_id: str, user: SignedInUser) -> dict[str, Any]:
    """Return whether the user can be reached on their platform, what may still be sent, and what did not get through.

    404 for a conversation that did not come from a platform.
    """
    users: ChannelUsers = request.app.state.channel_users
    if not conversation_id.isprintable():  # PostgreSQL refuses NUL in a text
        raise ConversationNotFound(conversation_id)
    recipient = await users.recipient(conversation_id)
    failures = await asyncio.to_thread(users.failures, conversation_id)
    return {
        "is_subscribed": recipient.is_subscribed,
        "may_send": await users.may_account_send(),
        "left": recipient.left,
        "left_until": recipient.left_until.isoformat() if recipient.left_until else None,
        "failures": [asdict(failure) for failure in failures],
    }
