"""Our chat page inside WeChat: it learns who opened it and goes on with the conversation of the chat.

The person's openid never stands in an address: WeChat brings a code, we trade it in, and the page gets a ticket as a cookie. The
state that goes along is bound to the browser by a second cookie. Source: WeChat's page on web authorisation, read 2026-11.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException

from bot.channels.wechat_menu import H5_PATH
from bot.channels.wechat_messages import CHANNEL
from bot.errors import ConversationNotFound, PlatformError
from bot.services.conversation_access import SIGN_IN_WITHIN, TICKET_GOOD_FOR, ConversationAccess
from bot.services.inbox import Inbox

logger = logging.getLogger(__name__)
STATE_COOKIE, TICKET_COOKIE = "yingshang_wechat_state", "yingshang_wechat_ticket"
TICKET_PATH = "/api/chat/wechat-conversation"
Goal = Literal["chat", "bind"]
PAGES: Mapping[Goal, str] = {"chat": "/widget/", "bind": "/identity/bind"}
NOT_RECOGNISED: Mapping[Goal, str] = {"chat": "", "bind": "?from=nobody"}
"""Keeps the page from asking again."""
router = APIRouter(tags=["wechat"])


@dataclass(frozen=True)
class WeChatPage:
    """What signs our page in."""

    app_id: str
    open_base: str
    public_url: str
    verify_file: str
    inbox: Inbox
    access: ConversationAccess
    exchange_code: Callable[[str], Awaitable[str]] | None
    """Trades a code in for an openid; None = the account has no secret, so nobody can be recognised."""


def page_of(request: Request) -> WeChatPage:
    page: WeChatPage | None = request.app.state.wechat_page
    if page is None:
        raise HTTPException(404)
    return page


@router.get(H5_PATH)
async def open_page(request: Request, to: Goal = "chat") -> Response:
    """Send the visitor to WeChat, which sends them back to us with a code, and then to one of our pages."""
    page = page_of(request)
    if page.exchange_code is None:
        return RedirectResponse(PAGES[to])
    state, goal = await page.access.begin_sign_in(), "" if to == "chat" else f"?to={to}"
    question = {
        "appid": page.app_id,
        "redirect_uri": f"{page.public_url or str(request.base_url).rstrip('/')}{H5_PATH}/callback{goal}",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    response = RedirectResponse(f"{page.open_base}/connect/oauth2/authorize?{urlencode(question)}#wechat_redirect")
    _set_cookie(request, response, STATE_COOKIE, state, f"{H5_PATH}/callback", SIGN_IN_WITHIN.total_seconds())
    return response


@router.get(f"{H5_PATH}/callback")
async def come_back(
    request: Request,
    code: Annotated[str, Query(max_length=512)] = "",
    state: Annotated[str, Query(max_length=128)] = "",
    begun: Annotated[str, Cookie(alias=STATE_COOKIE)] = "",
    to: Goal = "chat",
) -> Response:
    """Recognise who opened the page, and open the one they were on their way to with a ticket for their conversation."""
    page = page_of(request)
    if page.exchange_code is None:
        return RedirectResponse(PAGES[to])
    is_ours = bool(state) and hmac.compare_digest(state.encode(), begun.encode())
    if not is_ours or not await page.access.finish_sign_in(state):
        raise HTTPException(403)
    try:
        openid = await page.exchange_code(code) if code else ""
    except PlatformError as error:
        logger.warning("a page's visitor was not recognised: %s %s", type(error).__name__, error.code)
        openid = ""
    response = RedirectResponse(f"{PAGES[to]}?from=wechat" if openid else f"{PAGES[to]}{NOT_RECOGNISED[to]}")
    response.delete_cookie(STATE_COOKIE, path=f"{H5_PATH}/callback")
    if openid:
        ticket = await page.access.make_ticket(await page.inbox.conversation_of(CHANNEL, page.app_id, openid))
        _set_cookie(request, response, TICKET_COOKIE, ticket, TICKET_PATH, TICKET_GOOD_FOR.total_seconds())
    return response


@router.post(TICKET_PATH)
async def open_conversation(
    request: Request, response: Response, ticket: Annotated[str, Cookie(alias=TICKET_COOKIE)] = ""
) -> dict[str, str]:
    """Trade the ticket in for the conversation and a key to it; 404 when there is none, or it was used."""
    page = page_of(request)
    if not ticket:
        raise ConversationNotFound("")
    opened = await page.access.trade_in(ticket)
    response.delete_cookie(TICKET_COOKIE, path=TICKET_PATH)
    return {"conversation_id": opened.conversation_id, "token": opened.token}


@router.get("/{file}.txt", include_in_schema=False)
async def show_verify_file(request: Request, file: str) -> Response:
    """Show the file by which WeChat checks that this domain is the account owner's."""
    page = page_of(request)
    if not page.verify_file or f"{file}.txt" != page.verify_file:
        raise HTTPException(404)
    return PlainTextResponse(file.removeprefix("MP_verify_"))


def _set_cookie(request: Request, response: Response, name: str, value: str, path: str, good_for_s: float) -> None:
    is_secure = page_of(request).public_url.startswith("https://") or request.url.scheme == "https"
    response.set_cookie(name, value, max_age=int(good_for_s), path=path, httponly=True, samesite="lax", secure=is_secure)
