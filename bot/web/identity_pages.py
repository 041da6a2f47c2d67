"""The page to which an invitation's link leads, and the one to which an identity provider sends people back.

The code stands behind the # of the link: browsers keep that part to themselves, so it is in no log. The page takes it out of the
address bar, and sends it with the enterprise's 统一社会信用代码 once its owner has consented.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request, Response

from bot.channels.identity import CALLBACK, STATE_COOKIE, callback_of, provider_of
from bot.channels.wechat_h5 import WeChatPage
from bot.errors import BindingRefused, IdentityProviderUnavailable
from bot.services.identity import Identity
from bot.services.identity_notices import CONSENT, REFUSALS, bound
from bot.web.enterprises import BIND_PAGE
from bot.web.pages import page, page_with_script

router = APIRouter(include_in_schema=False)


@router.api_route(BIND_PAGE, methods=["GET", "HEAD"])
def show_bind_page(request: Request) -> Response:
    """Return the page; inside WeChat it first learns who opened it, where the account can tell."""
    identity: Identity = request.app.state.identity
    wechat: WeChatPage | None = request.app.state.wechat_page
    can_recognise = wechat is not None and wechat.exchange_code is not None
    return page_with_script("bind.html", "bind.js", consent=CONSENT, providers=identity.providers, wechat=can_recognise)


@router.get(CALLBACK)
async def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    begun: Annotated[str, Cookie(alias=STATE_COOKIE)] = "",
) -> Response:
    """Bind who signed in, and say how it went. What comes back in another browser than it began in is of no use."""
    provider = provider_of(request)
    try:
        if not state or not hmac.compare_digest(state.encode(), begun.encode()):
            raise BindingRefused("sign_in_stale")
        standing = await provider.finish(state, code, callback_of(request))
    except BindingRefused as refusal:
        response = _result(403, "没有绑定", REFUSALS[refusal.reason])
    except IdentityProviderUnavailable:
        response = _result(503, "没有绑定", "登录服务暂时没有回应，没有绑定企业。请回到对话里过一会儿再试，或改用邀请码。")
    else:
        assert standing.caller is not None, "it was just bound"
        response = _result(200, "绑定成功", bound(standing.caller).text)
    if begun == state:
        response.delete_cookie(STATE_COOKIE, path=CALLBACK)
    return response


def _result(status: int, heading: str, text: str) -> Response:
    response = page("bind_result.html", status, heading=heading, text=text)
    response.headers["Cache-Control"] = "no-store"
    return response
