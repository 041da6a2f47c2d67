"""WeChat Official Accounts: the platform's calls in, their answers out.

A call is stored before anything else happens; from then on nothing of it is lost. A reply that is ready in time is the call's
answer. Otherwise the call is accepted with `success`, and the reply is sent, or kept for the user's next message where the
account may not send. Protocol: WeChat's pages on receiving messages and on passive replies, read 2026-11.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from bot.channels.wechat_messages import as_call
from bot.channels.wechat_protocol.envelope import Envelope, Opened
from bot.channels.wechat_protocol.inbound import Inbound, parse_inbound
from bot.channels.wechat_protocol.reply import text_reply
from bot.channels.wechat_rendering import WeChatRendering
from bot.errors import StoreUnavailable
from bot.services.channel_users import ChannelUsers
from bot.services.chat import Chat
from bot.services.conversation_locks import ConversationLocks
from bot.services.inbox import Accepted, Inbox, PlatformCall
from bot.services.outbox import OutboundMessage
from bot.services.passive_replies import PassiveAnswer, PassiveReplies

logger = logging.getLogger(__name__)
SUCCESS = "success"
WAIT_IF_SENDING_S = 0.7
"""How long a call is kept waiting for its reply when the reply could also be sent."""
WAIT_IF_ANSWERING_ONLY_S = 3.8
"""The same when the answer is the only way. WeChat cuts the connection after five seconds."""
ANSWER_WITHIN_S = 4.3
"""From the call's arrival: later than this only `success` is said."""
STILL_LOOKING = "您的问题正在查，请稍等几秒，再回复“继续”，我就把答案发给您。"
CALLBACKS = Histogram("yingshang_wechat_callback_seconds", "From a call's arrival until its answer is written")
router = APIRouter(prefix="/wechat", tags=["wechat"])


@dataclass(frozen=True)
class WeChat:
    """What serves one Official Account."""

    app_id: str
    envelope: Envelope
    rendering: WeChatRendering
    inbox: Inbox
    chat: Chat
    passive: PassiveReplies
    users: ChannelUsers
    locks: ConversationLocks
    may_send: bool
    """Whether the account is set up to send at all; the platform may still refuse."""
    titles: Mapping[str, str]
    wake: Callable[[], None]
    """Tells the dispatcher that something is due."""
    is_api_well: Callable[[], bool]
    show_typing: Callable[[str], None] | None
    """Lets a user see that an answer is on its way; None = the account cannot."""
    now: Callable[[], datetime]

    async def may_send_now(self) -> bool:
        """Return whether a reply could be sent, as far as we know: the account may, and its API works."""
        return self.may_send and self.is_api_well() and await self.users.may_account_send()


def wechat_of(request: Request) -> WeChat:
    wechat: WeChat | None = request.app.state.wechat
    if wechat is None:
        raise HTTPException(404)
    return wechat


@router.get("")
async def verify_address(request: Request) -> Response:
    """Prove to WeChat that this address is ours."""
    wechat = wechat_of(request)
    return PlainTextResponse(wechat.envelope.echo(request.query_params, wechat.now()))


@router.post("")
async def receive(request: Request) -> Response:
    """Take a message or an event, answer it if the reply is ready in time."""
    wechat, arrived = wechat_of(request), time.monotonic()
    body, query = await request.body(), request.query_params
    opened = wechat.envelope.open(query, body, wechat.now())
    inbound = parse_inbound(opened.xml)
    call = as_call(inbound, wechat.app_id, f"{query.get('timestamp')}|{query.get('nonce')}", opened.xml, wechat.titles)
    accepted = await wechat.inbox.accept(call)
    may_send = accepted.message is not None and await wechat.may_send_now()
    if accepted.message is not None and accepted.message.handled_at is None:
        wait_s = WAIT_IF_SENDING_S if may_send else WAIT_IF_ANSWERING_ONLY_S
        await _wait_for_reply(wechat, accepted, min(wait_s, arrived + WAIT_IF_ANSWERING_ONLY_S - time.monotonic()))
    return _Answer(wechat, call, accepted, inbound, opened, may_send, arrived)


_answering: set[asyncio.Task[None]] = set()
"""Tasks that outlive the call that began them; asyncio itself keeps only weak references."""


async def _wait_for_reply(wechat: WeChat, accepted: Accepted, wait_s: float) -> None:
    """Begin to answer the message, and return when that is done or the time is up."""
    assert accepted.message is not None
    task = asyncio.create_task(_answer(wechat, accepted))
    _answering.add(task)
    task.add_done_callback(_answering.discard)
    await asyncio.wait({task}, timeout=wait_s)


async def _answer(wechat: WeChat, accepted: Accepted) -> None:
    assert accepted.message is not None
    try:
        await wechat.chat.answer(accepted.message)
    except Exception as error:  # the message is stored; it is answered later with what was left over
        logger.warning("a message could not be answered yet: %s", type(error).__name__)
    wechat.wake()


class _Answer(Response):
    """The answer to a call, decided while it is being written.

    What it takes along counts as delivered from then on. Until the words are written, no other call of this user is answered with
    words, in whichever process: so answers cannot overtake each other.
    """

    def __init__(
        self,
        wechat: WeChat,
        call: PlatformCall,
        accepted: Accepted,
        inbound: Inbound,
        opened: Opened,
        may_send: bool,
        arrived: float,
    ) -> None:
        super().__init__()
        self._wechat = wechat
        self._call = call
        self._accepted = accepted
        self._inbound = inbound
        self._opened = opened
        self._may_send = may_send
        self._arrived = arrived

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._accepted.message is None:
                await PlainTextResponse(SUCCESS)(scope, receive, send)
            else:
                await self._answer(scope, receive, send)
        finally:
            CALLBACKS.observe(time.monotonic() - self._arrived)
        self._wechat.inbox.close(self._call.nonce)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        deadline = self._arrived + ANSWER_WITHIN_S
        try:
            async with asyncio.timeout(deadline - time.monotonic()) as limit:
                async with self._wechat.locks.hold(f"passive:{self._accepted.conversation_id}"):
                    limit.reschedule(None)  # from here on what is decided must be written
                    text = await self._wechat.passive.claim(self._accepted.call_id, self._pack, deadline)
                    await self._response(text or await self._notice())(scope, receive, send)
        except TimeoutError:  # an earlier answer to this user is still being written
            await self._wechat.passive.release(self._accepted.call_id)
            await self._response(await self._notice())(scope, receive, send)
        except StoreUnavailable:  # the message is stored and its reply will be: it is sent when nobody calls for it any more
            await self._response(None)(scope, receive, send)

    async def _notice(self) -> str | None:
        """Return what is said instead of an answer, None when nothing is; the reply comes another way."""
        self._wechat.wake()
        message = self._accepted.message
        if message is None or await self._wechat.chat.is_handled(message):  # a person has the chat, or it needs no words
            return None
        if self._may_send:
            if self._wechat.show_typing:
                self._wechat.show_typing(self._inbound.openid)
            return None
        return STILL_LOOKING

    def _pack(self, owed: Sequence[OutboundMessage]) -> PassiveAnswer | None:
        return self._wechat.rendering.as_answer(owed, self._may_send)

    def _response(self, text: str | None) -> Response:
        if text is None:
            return PlainTextResponse(SUCCESS)
        now = self._wechat.now()
        xml = text_reply(self._inbound.openid, self._inbound.account, text, now)
        return Response(self._wechat.envelope.seal(xml, self._opened, now), media_type="application/xml")
