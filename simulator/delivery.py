"""How a message reaches the product: up to three tries, each with five seconds.

Source: vendor page "Passive user reply message", read 2026-11.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import aiohttp

from simulator.accounts import AccountSettings
from simulator.callbacks import Answer, make_call, read_answer, signed_query
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.messages import Callback
from simulator.outcomes import Outcome, Try, TryResult
from simulator.timeline import User

MAX_TRIES = 3
SERVER_ERROR = 500
OK = 200
MULTIPLE_CHOICES = 300
_HEAD = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}


@dataclass(frozen=True)
class Pacing:
    """The platform's patience; tests shorten it."""

    timeout_s: float = 5.0
    """After so long a try without a complete answer is cut and repeated at once."""
    retry_pacing_s: float = 5.0
    """After so long, counted from its start, a try that failed otherwise is repeated."""
    reorder_wait_s: float = 1.0
    """A message that lets the next one pass waits no longer than this for it."""


class Courier:
    """Delivers the callbacks of one account."""

    def __init__(
        self, account: AccountSettings, pacing: Pacing, faults: Faults, journal: Journal, clock: Callable[[], datetime]
    ) -> None:
        self.pacing = pacing
        self._account, self._faults, self._journal, self._clock = account, faults, journal, clock
        self._client: aiohttp.ClientSession | None = None

    async def deliver(self, callback: Callback, user: User) -> Outcome:
        """Try until there is an answer, in the order that the faults ask for."""
        await asyncio.sleep(self._faults.callback_delay_s)
        passed = user.held
        if passed is None and self._faults.reorders():
            await self._let_one_pass(user)
        try:
            return await self._deliver(callback)
        finally:
            if passed is not None:
                passed.set()

    async def verify(self) -> bool:
        """Ask the callback address for the echo, as the settings page does before it accepts an address."""
        echo = secrets.token_hex(8)
        query = signed_query(self._account, self._now_s(), secrets.token_hex(8)) | {"echostr": echo}
        try:
            async with asyncio.timeout(self.pacing.timeout_s):
                status, body = await self._request("GET", query, b"")
        except (TimeoutError, aiohttp.ClientError):
            return False
        return status == OK and body.strip() == echo.encode()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _let_one_pass(self, user: User) -> None:
        user.held = held = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(held.wait(), self.pacing.reorder_wait_s)
        user.held = None

    async def _deliver(self, callback: Callback) -> Outcome:
        lost, tries, loop = self._faults.lost_answers(), [], asyncio.get_running_loop()
        for number in range(1, MAX_TRIES + 1):
            began = loop.time()
            tried, answer = await self._try(callback, number, is_lost=number <= lost)
            tries.append(tried)
            if answer is not None:
                return self._concluded(callback, tuple(tries), answer)
            if number < MAX_TRIES and tried.result != "timeout":
                await asyncio.sleep(began + self.pacing.retry_pacing_s - loop.time())
        return self._concluded(callback, tuple(tries), Answer("fault", reason="三次都没有收到应答"))

    async def _try(self, callback: Callback, number: int, is_lost: bool) -> tuple[Try, Answer | None]:
        loop = asyncio.get_running_loop()
        began, status, answer = loop.time(), None, None
        is_lost = self._faults.drops_answer() or is_lost
        result: TryResult = "answered"
        try:
            async with asyncio.timeout(self.pacing.timeout_s):
                call = make_call(self._account, callback, self._now_s())
                status, body = await self._request("POST", call.query, call.body)
            answer = self._understood(callback, status, body)
            result = "failed" if answer is None else "answered"
        except TimeoutError:
            result = "timeout"
        except aiohttp.ClientError:
            result = "unreachable"
        if is_lost and answer is not None:
            result, answer = "lost", None
        tried = Try(number, status, round((loop.time() - began) * 1000, 1), result)
        self._record(callback, tried)
        return tried, answer

    async def _request(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        address, client = self._account.callback_url, self._http()
        async with client.request(method, address, params=query, data=body, headers=_HEAD, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    def _understood(self, callback: Callback, status: int, body: bytes) -> Answer | None:
        if status >= SERVER_ERROR:
            return None
        if not OK <= status < MULTIPLE_CHOICES:
            return Answer("fault", reason=f"HTTP {status}")
        return read_answer(self._account, callback, body)

    def _concluded(self, callback: Callback, tries: tuple[Try, ...], answer: Answer) -> Outcome:
        result: Literal["shown", "accepted", "fault"] = "accepted"
        if answer.kind in ("text", "fault"):
            result = "shown" if answer.kind == "text" else "fault"
        self._journal.count(result)
        if answer.reason:
            facts = {"openid": callback.openid, "message_id": callback.number, "outcome": answer.reason}
            self._journal.add("note", callback.deed.name, **facts)
        return Outcome(callback.number, result, tries, answer)

    def _record(self, callback: Callback, tried: Try) -> None:
        self._journal.count("try", f"try:{tried.result}")
        self._journal.add(
            "callback",
            callback.deed.name,
            openid=callback.openid,
            message_id=callback.number,
            attempt=tried.number,
            status=tried.status,
            ms=tried.ms,
            outcome=tried.result,
        )

    def _http(self) -> aiohttp.ClientSession:
        """Return the client; a connection for each try, for one that the product closes while idle would look like a failure."""
        if self._client is None:
            connector = aiohttp.TCPConnector(limit=0, force_close=True)
            self._client = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout())
        return self._client

    def _now_s(self) -> int:
        return int(self._clock().timestamp())
