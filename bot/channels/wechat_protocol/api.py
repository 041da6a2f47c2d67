"""WeChat's API: what an account sends, fetches and sets up. Synchronous, to be called from threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import requests

from bot.channels.wechat_protocol.api_credentials import TIMEOUT_S, CredentialApi
from bot.channels.wechat_protocol.api_errors import accept_with_token
from bot.channels.wechat_protocol.api_media import Media, read_media, video_address
from bot.errors import PlatformRefused, TokenRejected

NO_MENU = 46003
ERROR_BYTES = 4096
"""Room for an error in JSON, however small the media may be."""
Result = TypeVar("Result")


class TokenSource(Protocol):
    """Where access tokens come from. Both methods may call the platform, and raise what that raises."""

    def get(self) -> str: ...

    def renew(self, rejected: str) -> str:
        """Return another token than `rejected`; if somebody renewed it meanwhile, theirs."""


class WeChatApi(CredentialApi):
    """All calls of one account.

    Those with an access token renew a rejected one and try again, once; then they raise TokenRejected. Every call raises
    PlatformBusy, PlatformSilent or PlatformRefused; none of them names a token, a person or a text.
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        timeout_s: tuple[float, float] = TIMEOUT_S,
        session: requests.Session | None = None,
    ) -> None:
        super().__init__(base_url, timeout_s, session)
        self._tokens = tokens

    def send_text(self, openid: str, text: str) -> None:
        """Source: WeChat official accounts, "Sending customer-service messages" (发送客服消息), read 2026-11."""
        self._send(openid, "text", {"content": text})

    def send_menu(self, openid: str, head: str, options: Sequence[tuple[str, str]], tail: str = "") -> None:
        """Send options of (id, text); a choice comes back as that text with that id as `menu_id`.

        Source: "Sending customer-service messages" (发送客服消息，msgmenu), read 2026-11.
        """
        items = [{"id": item, "content": content} for item, content in options]
        self._send(openid, "msgmenu", {"head_content": head, "list": items, "tail_content": tail})

    def send_typing(self, openid: str) -> None:
        """Source: WeChat official accounts, "Customer-service typing state" (客服输入状态), read 2026-11."""
        self._call("POST", "cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})

    def get_media(self, media_id: str, limit_bytes: int) -> Media:
        """Return a voice, picture or video. Raises PlatformRefused(40006) when it is larger than the limit.

        Source: WeChat official accounts, "Getting temporary media" (获取临时素材), read 2026-11.
        """

        def fetch(token: str) -> Media:
            parameters = {"access_token": token, "media_id": media_id}
            answer = self._calls.fetch("GET", "cgi-bin/media/get", parameters, limit_bytes=max(limit_bytes, ERROR_BYTES))
            if address := video_address(answer):
                answer = self._calls.fetch_file(address, limit_bytes)
            return read_media(answer, limit_bytes)

        return self._with_token(fetch)

    def get_menu(self) -> dict[str, Any]:
        """Return the menu as `create_menu` takes it, {} when there is none.

        Source: WeChat official accounts, "Getting the custom menu" (获取自定义菜单配置), read 2026-11.
        """
        try:
            menu = self._call("GET", "cgi-bin/menu/get").get("menu")
        except PlatformRefused as refused:
            if refused.code != NO_MENU:
                raise
            return {}
        return menu if isinstance(menu, dict) else {}

    def create_menu(self, menu: dict[str, Any]) -> None:
        """Replace the menu; phones show it within five minutes.

        Source: WeChat official accounts, "Creating the custom menu" (创建自定义菜单), read 2026-11.
        """
        self._call("POST", "cgi-bin/menu/create", menu)

    def _send(self, openid: str, message_type: str, content: dict[str, Any]) -> None:
        self._call("POST", "cgi-bin/message/custom/send", {"touser": openid, "msgtype": message_type, message_type: content})

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        return self._with_token(lambda token: accept_with_token(self._calls.ask(method, path, {"access_token": token}, body)))

    def _with_token(self, call: Callable[[str], Result]) -> Result:
        token = self._tokens.get()
        try:
            return call(token)
        except TokenRejected:
            fresh = self._tokens.renew(token)
        return call(fresh)
