"""The page to which an invitation's link leads.

The code stands behind the # of the link: browsers keep that part to themselves, so it is in no log. The page takes it out of the
address bar, and sends it with the enterprise's 统一社会信用代码 once its owner has consented.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.channels.wechat_h5 import WeChatPage
from bot.services.identity import Identity
from bot.services.identity_notices import CONSENT
from bot.web.enterprises import BIND_PAGE
from bot.web.pages import page_with_script

router = APIRouter(include_in_schema=False)


@router.api_route(BIND_PAGE, methods=["GET", "HEAD"])
def show_bind_page(request: Request) -> Response:
    """Return the page; inside WeChat it first learns who opened it, where the account can tell."""
    identity: Identity = request.app.state.identity
    wechat: WeChatPage | None = request.app.state.wechat_page
    can_recognise = wechat is not None and wechat.exchange_code is not None
    return page_with_script("bind.html", "bind.js", consent=CONSENT, providers=identity.providers, wechat=can_recognise)
