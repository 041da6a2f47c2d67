"""Speaking for an enterprise, by HTTP: what the chat page and the page of an invitation's link call."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from bot.business.identity import ROLE_TITLES
from bot.channels.widget import ConversationId
from bot.services.identity import Identity, Standing

router = APIRouter(prefix="/api/chat/conversations/{conversation_id}/identity", tags=["identity"])


class CodeShown(BaseModel):
    credit_code: str = Field(max_length=200)
    code: str = Field(max_length=200)
    consent: bool = False


def identity_of(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity


@router.get("")
async def show_identity(request: Request, conversation_id: ConversationId) -> dict[str, Any]:
    """Return for which enterprise this conversation speaks, and how that may be shown."""
    return standing_json(await asyncio.to_thread(identity_of(request).show, conversation_id))


@router.post("")
async def bind_with_code(request: Request, conversation_id: ConversationId, body: CodeShown) -> dict[str, Any]:
    """Bind with an invitation's code. 403 `code_wrong` is the same for every reason why a code does not do."""
    act = identity_of(request).bind_with_code
    return standing_json(await asyncio.to_thread(act, conversation_id, body.code, body.credit_code, body.consent))


@router.delete("", status_code=204)
async def release(request: Request, conversation_id: ConversationId) -> None:
    """End the binding, if there is one."""
    await asyncio.to_thread(identity_of(request).release, conversation_id)


def standing_json(standing: Standing) -> dict[str, Any]:
    caller = standing.caller
    binding = caller and {
        "enterprise_name": caller.enterprise_name,
        "credit_code": caller.credit_code,
        "role_title": ROLE_TITLES[caller.role],
        "expires_at": caller.expires_at.isoformat(),
    }
    return {"binding": binding, "providers": [{"id": key, "title": title} for key, title in standing.providers]}
