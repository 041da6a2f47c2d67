"""Sending to WeChat users through the customer-service API."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.channels.wechat_protocol.api import WeChatApi
from bot.channels.wechat_rendering import Text, WeChatRendering
from bot.errors import (
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    PlatformSilent,
    SendingNotAllowed,
    StoreUnavailable,
    TokenRejected,
)
from bot.services.attachments import MAX_BYTES, Media
from bot.services.channel_users import ChannelUsers
from bot.services.outbox import Delivery, Packet

NO_RIGHT = 48001
NOT_SUBSCRIBED = 43004
TOO_MANY = 45047
CALLS_AT_ONCE = 8
DOWNLOADS_AT_ONCE = 4
UNWELL_FOR_S = 60.0
Result = TypeVar("Result")


class WeChatSender:
    """The API, called from a few threads of its own: a slow platform must not hold up the database's threads."""

    def __init__(self, api: WeChatApi) -> None:
        self._api = api
        self._threads = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="wechat")
        self._downloads = ThreadPoolExecutor(DOWNLOADS_AT_ONCE, thread_name_prefix="wechat-media")
        self._typing_thread = ThreadPoolExecutor(1, thread_name_prefix="wechat-typing")
        self._typing = threading.Semaphore(1)
        self._failed_at = float("-inf")

    @property
    def is_well(self) -> bool:
        """Return whether the API has not failed lately. While it fails, what can be answered should not wait for it."""
        return time.monotonic() - self._failed_at > UNWELL_FOR_S

    async def send(self, openid: str, text: Text) -> None:
        try:
            if text.options:
                await self._call(self._api.send_menu, openid, text.text, text.options)
            else:
                await self._call(self._api.send_text, openid, text.text)
        except (PlatformBusy, PlatformSilent, TokenRejected):
            self._failed_at = time.monotonic()
            raise
        self._failed_at = float("-inf")

    def show_typing(self, openid: str) -> None:
        """Let the user see that something is being written. It does not matter if it fails."""
        if self._typing.acquire(blocking=False):  # while one is being shown, the others do not matter
            self._typing_thread.submit(self._try_typing, openid)

    def _try_typing(self, openid: str) -> None:
        try:
            with contextlib.suppress(PlatformError):
                self._api.send_typing(openid)
        finally:
            self._typing.release()

    async def fetch_media(self, media_id: str) -> Media:
        loop = asyncio.get_running_loop()
        media = await loop.run_in_executor(self._downloads, self._api.get_media, media_id, MAX_BYTES)
        return Media(media.content, media.content_type)

    def close(self) -> None:
        for threads in (self._threads, self._downloads, self._typing_thread):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, call: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(call, *arguments))


class WeChatDelivery:
    """WeChat's side of the outbox. `sender` None = this account cannot send."""

    def __init__(self, sender: WeChatSender | None, users: ChannelUsers, rendering: WeChatRendering) -> None:
        self._sender = sender
        self._users = users
        self._rendering = rendering

    def pack(self, delivery: Delivery) -> Sequence[Packet]:
        return self._rendering.as_packets(delivery)

    async def send(self, delivery: Delivery, packet: Packet) -> None:
        """Raises PlatformError. What is learnt beside is only counted: its loss must not make the message go out again."""
        if self._sender is None or not await self._users.may_account_send():
            raise SendingNotAllowed(NO_RIGHT)
        recipient = await self._users.recipient(delivery.conversation_id)
        if not recipient.is_subscribed:
            raise PlatformRefused(NOT_SUBSCRIBED)
        try:
            await self._sender.send(recipient.user_id, packet.content)
        except PlatformError as error:
            with contextlib.suppress(StoreUnavailable):
                await self._learn_from(error, delivery.conversation_id)
            if error.code == NO_RIGHT:
                raise SendingNotAllowed(NO_RIGHT) from None
            raise
        with contextlib.suppress(StoreUnavailable):
            await self._users.count_sent(delivery.conversation_id)

    async def _learn_from(self, error: PlatformError, conversation_id: str) -> None:
        if error.code == NO_RIGHT:
            await self._users.note_account_may_not_send()
        if error.code == NOT_SUBSCRIBED:
            await self._users.note_left(conversation_id)
        if error.code == TOO_MANY:
            await self._users.note_exhausted(conversation_id)
