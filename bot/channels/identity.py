"""Speaking for an enterprise, by HTTP: what the chat page and the page of an invitation's link call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.business.identity import ROLE_TITLES
from bot.channels.widget import ConversationId
from bot.services.identity import PROVIDER, SIGN_IN_WITHIN, Identity, Standing

if TYPE_CHECKING:  # its library is loaded where a provider is set up
    from bot.services.identity_provider import IdentityProvider

CALLBACK = "/identity/callback"
STATE_COOKIE = "yingshang_identity_state"
router = APIRouter(prefix="/api/chat/conversations/{conversation_id}/identity", tags=["identity"])


class CodeShown(BaseModel):
    credit_code: str = Field(max_length=200)
    code: str = Field(max_length=200)
    consent: bool = False


class SignInAsked(BaseModel):
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


@router.post("/{provider}")
async def begin_sign_in(
    request: Request, response: Response, conversation_id: ConversationId, provider: str, body: SignInAsked
) -> dict[str, str]:
    """Return where the browser is to go to sign in; it gets a cookie without which nobody can come back."""
    begun = await provider_of(request, provider).begin(conversation_id, body.consent, callback_of(request))
    age, is_secure = int(SIGN_IN_WITHIN.total_seconds()), callback_of(request).startswith("https://")
    response.set_cookie(STATE_COOKIE, begun.state, max_age=age, path=CALLBACK, httponly=True, secure=is_secure, samesite="lax")
    return {"url": begun.url}


def provider_of(request: Request, name: str = PROVIDER) -> IdentityProvider:
    """Return the identity provider. Raises 404 when there is none, or none of this name."""
    provider: IdentityProvider | None = request.app.state.identity_provider
    if provider is None or name != PROVIDER:
        raise HTTPException(404)
    return provider


def callback_of(request: Request) -> str:
    """Return the address to which a provider sends people back."""
    return f"{request.app.state.public_url or str(request.base_url).rstrip('/')}{CALLBACK}"


def standing_json(standing: Standing) -> dict[str, Any]:
    caller = standing.caller
    binding = caller and {
        "enterprise_name": caller.enterprise_name,
        "credit_code": caller.credit_code,
        "role_title": ROLE_TITLES[caller.role],
        "expires_at": caller.expires_at.isoformat(),
    }
    return {"binding": binding, "providers": [{"id": key, "title": title} for key, title in standing.providers]}
