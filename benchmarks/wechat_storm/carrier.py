"""The platform's side of a delivery, with what goes wrong on purpose.

WeChat's rules: up to three tries; one without an answer after five seconds is cut and repeated at once, one that failed otherwise
is repeated five seconds after it began; the first answer that arrives counts, later ones are dropped. An answer that is lost on
purpose does not use up a try: the platform's giving up would say nothing about the product.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import aiohttp

from benchmarks.wechat_storm.plan import LostTry, Trouble
from simulator.accounts import AccountSettings
from simulator.callbacks import Answer, Call, make_call, read_answer
from simulator.delivery import MAX_TRIES, SERVER_ERROR, Courier, Pacing
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.messages import Callback
from simulator.outcomes import Outcome
from simulator.timeline import User

PASSED_WAIT_S = 3.0
"""A message that lets another one pass waits no longer than this for it."""
HTTP_OK, REDIRECTION = 200, 300
HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
Ending = Literal["answered", "refused", "reset", "timeout", "server_error", "cut"]


@dataclass(frozen=True)
class Attempt:
    """One call of the product. Times are those of the event loop, in seconds; `cut` was broken off by us."""

    began_s: float
    ended_s: float
    ended_at: float
    """The same moment by the platform's clock, in seconds since 1970."""
    ending: Ending
    status: int | None = None
    text: str = ""
    """Words for the user; "" = none."""
    is_copy: bool = False

    @property
    def ms(self) -> float:
        return 1000 * (self.ended_s - self.began_s)


@dataclass
class Passage:
    """One message or event, and how it went."""

    callback: Callback
    trouble: Trouble
    attempts: list[Attempt] = field(default_factory=list)
    waits_for: asyncio.Event | None = None
    """Set when the message that passes it has left."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: Outcome | None = None

    @property
    def was_taken(self) -> bool:
        """Whether the product ever answered: from then on it must not lose the message."""
        return any(attempt.ending == "answered" and attempt.status == HTTP_OK for attempt in self.attempts)


@dataclass(frozen=True)
class Errand:
    """What is known of a message before it goes: its trouble and the message it lets pass."""

    trouble: Trouble
    waits_for: asyncio.Event | None
    lets_go: asyncio.Event | None
    """Set when this one has left."""


class StormCarrier(Courier):
    """Delivers what was announced by `expect`, through the trouble planned for it."""

    def __init__(self, account: AccountSettings, journal: Journal, clock: Callable[[], datetime]) -> None:
        super().__init__(account, Pacing(), Faults(), journal, clock)
        self._account, self._clock = account, clock
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout())
        self._errands: dict[str, Errand] = {}
        self._asides: set[asyncio.Task[None]] = set()
        self.passages: dict[str, Passage] = {}
        self.calls_under_way = 0

    def expect(self, number: str, errand: Errand) -> None:
        """Say what happens to the message with this number; before it is delivered."""
        self._errands[number] = errand

    async def close(self) -> None:
        await self._session.close()
        await super().close()

    async def settle(self) -> None:
        """Wait for the copies and the overlapped tries."""
        while self._asides:
            await asyncio.wait(set(self._asides))

    async def deliver(self, callback: Callback, user: User) -> Outcome:
        errand = self._errands.pop(callback.number, Errand(Trouble(), None, None))
        passage = self.passages[callback.number] = Passage(callback, errand.trouble)
        await self._let_next_pass(errand)
        if errand.lets_go is not None:
            errand.lets_go.set()
        for lost in errand.trouble.lost:
            await self._lose(passage, lost)
        call, answer = await self._try_until_answered(passage)
        if call is not None and errand.trouble.copied_after_s is not None:
            self._begin_aside(self._copy(passage, call, errand.trouble.copied_after_s))
        passage.outcome = _outcome(callback, answer)
        return passage.outcome

    async def _let_next_pass(self, errand: Errand) -> None:
        if errand.waits_for is None or errand.trouble.passed_by_s is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(errand.waits_for.wait(), PASSED_WAIT_S)
        await asyncio.sleep(errand.trouble.passed_by_s)

    async def _lose(self, passage: Passage, lost: LostTry) -> None:
        """Make a try whose answer the platform never gets; return when the next one is due."""
        if lost.kind == "overlapped":
            self._begin_aside(self._attempt_aside(passage))
            await asyncio.sleep(lost.after_s)
            return
        cut_after_s = lost.after_s if lost.kind == "cut" else self.pacing.timeout_s
        await self._attempt(passage, self._call(passage), cut_after_s, is_cut=lost.kind == "cut")
        if lost.kind == "answered":
            await asyncio.sleep(lost.after_s)

    async def _try_until_answered(self, passage: Passage) -> tuple[Call | None, Answer]:
        for number in range(1, MAX_TRIES + 1):
            call = self._call(passage)
            attempt, answer = await self._attempt(passage, call, self.pacing.timeout_s)
            if answer is not None:
                return call, answer
            if number < MAX_TRIES and attempt.ending != "timeout":
                await asyncio.sleep(attempt.began_s + self.pacing.retry_pacing_s - _now_s())
        return None, Answer("fault", reason="三次都没有收到应答")

    async def _attempt(
        self, passage: Passage, call: Call, timeout_s: float, is_cut: bool = False, is_copy: bool = False
    ) -> tuple[Attempt, Answer | None]:
        began_s, status, answer = _now_s(), None, None
        ending: Ending = "answered"
        self.calls_under_way += 1
        try:
            async with asyncio.timeout(timeout_s):
                status, body = await self._post(call)
            answer = self._read(passage.callback, status, body)
            ending = "answered" if answer is not None else "server_error"
        except TimeoutError:
            ending = "cut" if is_cut else "timeout"
        except aiohttp.ClientConnectorError:
            ending = "refused"
        except aiohttp.ClientError:
            ending = "reset"
        finally:
            self.calls_under_way -= 1
        text = answer.text if answer is not None and answer.kind == "text" else ""
        attempt = Attempt(began_s, _now_s(), self._clock().timestamp(), ending, status, text, is_copy)
        passage.attempts.append(attempt)
        return attempt, answer

    async def _post(self, call: Call) -> tuple[int, bytes]:
        url = self._account.callback_url
        async with self._session.post(url, params=call.query, data=call.body, headers=HEADERS, allow_redirects=False) as response:
            return response.status, await response.read()

    def _read(self, callback: Callback, status: int, body: bytes) -> Answer | None:
        """Return what the platform makes of an answer. None = it tries again."""
        if status >= SERVER_ERROR:
            return None
        if not HTTP_OK <= status < REDIRECTION:
            return Answer("fault", reason=f"HTTP {status}")
        return read_answer(self._account, callback, body)

    async def _attempt_aside(self, passage: Passage) -> None:
        await self._attempt(passage, self._call(passage), self.pacing.timeout_s)

    async def _copy(self, passage: Passage, call: Call, after_s: float) -> None:
        """Deliver the same bytes once more; the platform drops the answer."""
        await asyncio.sleep(after_s)
        await self._attempt(passage, call, self.pacing.timeout_s, is_copy=True)

    def _call(self, passage: Passage) -> Call:
        return make_call(self._account, passage.callback, int(self._clock().timestamp()))

    def _begin_aside(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)


def _outcome(callback: Callback, answer: Answer) -> Outcome:
    """Return the outcome; the attempts are kept in the passage."""
    if answer.kind in ("text", "fault"):
        return Outcome(callback.number, "shown" if answer.kind == "text" else "fault", (), answer)
    return Outcome(callback.number, "accepted", (), answer)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
