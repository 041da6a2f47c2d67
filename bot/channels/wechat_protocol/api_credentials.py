"""The calls of WeChat's API that need no access token."""

from __future__ import annotations

import requests

from bot.channels.wechat_protocol.api_calls import ApiCalls
from bot.channels.wechat_protocol.api_errors import accept
from bot.errors import PlatformBusy
from bot.settings import Secret

TIMEOUT_S = (3.0, 10.0)
"""For connecting, and for each wait for bytes."""


class CredentialApi:
    """What a TokenSource and the sign-in of pages are made of.

    Every call raises PlatformBusy, PlatformSilent or PlatformRefused; none of them names a secret.
    """

    def __init__(
        self, base_url: str, timeout_s: tuple[float, float] = TIMEOUT_S, session: requests.Session | None = None
    ) -> None:
        self._calls = ApiCalls(base_url, timeout_s, session)

    def fetch_token(self, app_id: str, secret: Secret, force: bool = False) -> tuple[str, int]:
        """Return an access token and for how many seconds it is valid; `force` makes a new one, 20 times a day at most.

        Source: WeChat official accounts, "Stable access token" (获取稳定版接口调用凭据), read 2026-11.
        """
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret.value, "force_refresh": force}
        answer = accept(self._calls.ask("POST", "cgi-bin/stable_token", {}, body))
        token, expires_in = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or type(expires_in) is not int or expires_in <= 0:
            raise PlatformBusy(0)
        return token, expires_in

    def exchange_code(self, app_id: str, secret: Secret, code: str) -> str:
        """Return the openid of the person whose page brought this code; a code works once, for five minutes.

        Source: WeChat official accounts, "Web page authorisation" (网页授权), read 2026-11.
        """
        parameters = {"appid": app_id, "secret": secret.value, "code": code, "grant_type": "authorization_code"}
        openid = accept(self._calls.ask("GET", "sns/oauth2/access_token", parameters)).get("openid")
        if not isinstance(openid, str) or not openid:
            raise PlatformBusy(0)
        return openid
