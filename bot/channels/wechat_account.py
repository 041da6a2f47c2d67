"""One Official Account put together: its API, its users, its side of the outbox, its calls and its page."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot.channels.wechat import WeChat
from bot.channels.wechat_delivery import WeChatDelivery, WeChatSender
from bot.channels.wechat_h5 import WeChatPage
from bot.channels.wechat_messages import CHANNEL
from bot.channels.wechat_protocol.api import WeChatApi
from bot.channels.wechat_protocol.api_credentials import CredentialApi
from bot.channels.wechat_protocol.envelope import Account, Envelope
from bot.channels.wechat_rendering import WeChatRendering
from bot.persistence.database import Database
from bot.services.access_tokens import AccessTokens
from bot.services.channel_users import ChannelUsers
from bot.services.chat import Chat
from bot.services.conversation_access import ConversationAccess
from bot.services.conversation_locks import ConversationLocks
from bot.services.inbox import Inbox
from bot.services.passive_replies import PassiveReplies
from bot.settings import WeChatSettings

SIGN_INS_AT_ONCE = 4
"""A slow platform holds up other visitors' pages, not the database's threads."""


class WeChatAccount:
    """The parts of an account; `may_send` says whether it is set up to send on its own."""

    def __init__(self, settings: WeChatSettings, public_url: str, database: Database, now: Callable[[], datetime]) -> None:
        """Raises SettingInvalid for a token or key that cannot be right."""
        self._settings = settings
        self._public_url = public_url
        self._database = database
        self._now = now
        self._credentials = CredentialApi(settings.api_base)
        self._sign_ins = ThreadPoolExecutor(SIGN_INS_AT_ONCE, thread_name_prefix="wechat-sign-in")
        self.envelope = Envelope(Account(settings.app_id, settings.token, settings.aes_keys))
        self.users = ChannelUsers(database, CHANNEL, settings.app_id, now)
        self.rendering = WeChatRendering(public_url)
        self.api = _api(settings, self._credentials, database, now)
        self.sender = WeChatSender(self.api) if self.api else None
        self.may_send = settings.may_send and self.sender is not None
        self.delivery = WeChatDelivery(self.sender if self.may_send else None, self.users, self.rendering)

    def calls(
        self, inbox: Inbox, chat: Chat, locks: ConversationLocks, wake: Callable[[], None], titles: Mapping[str, str]
    ) -> WeChat:
        """Return what serves the platform's calls."""
        return WeChat(
            app_id=self._settings.app_id,
            envelope=self.envelope,
            rendering=self.rendering,
            inbox=inbox,
            chat=chat,
            passive=PassiveReplies(self._database, self._now),
            users=self.users,
            locks=locks,
            may_send=self.may_send,
            titles=titles,
            wake=wake,
            is_api_well=lambda: self.sender is None or self.sender.is_well,
            show_typing=self.sender.show_typing if self.sender else None,
            now=self._now,
        )

    def page(self, inbox: Inbox, access: ConversationAccess) -> WeChatPage:
        """Return what signs our page in."""
        return WeChatPage(
            app_id=self._settings.app_id,
            open_base=self._settings.open_base,
            public_url=self._public_url,
            verify_file=self._settings.verify_file,
            inbox=inbox,
            access=access,
            exchange_code=self._exchange_code if self._settings.app_secret else None,
        )

    def close(self) -> None:
        self._sign_ins.shutdown(wait=False, cancel_futures=True)
        if self.sender:
            self.sender.close()

    async def _exchange_code(self, code: str) -> str:
        secret = self._settings.app_secret
        assert secret is not None, "without a secret there is no page to sign in to"
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._sign_ins, self._credentials.exchange_code, self._settings.app_id, secret, code)


def _api(
    settings: WeChatSettings, credentials: CredentialApi, database: Database, now: Callable[[], datetime]
) -> WeChatApi | None:
    if settings.app_secret is None:
        return None
    fetch = functools.partial(credentials.fetch_token, settings.app_id, settings.app_secret)
    tokens = AccessTokens(database, f"{CHANNEL}:{settings.app_id}", settings.app_secret, fetch, now)
    return WeChatApi(settings.api_base, tokens)
