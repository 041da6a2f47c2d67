"""Who comes, waits, writes and is served, so that always about as many wait.

Agents act at a steady pace whatever the server does. For each chat they take somebody new comes, asks the bot once and then for a
person. Beside them others only talk with the bot, and desks are opened, which reads the lists.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from benchmarks.conversation import QUESTIONS
from benchmarks.desk_load.desk import Desk
from benchmarks.desk_load.journal import Glimpse, Journal
from benchmarks.desk_load.visitor import Visitor

CHATS_EACH = 4
"""How many chats an agent has at a time; one fewer than they may."""
MESSAGES_A_CHAT = 5
"""What an agent writes before the chat is closed."""
OPENING = (
    "行政处罚的信用修复怎么申请",
    "商标被人抢注怎么办",
    "公司注销怎么走流程",
    "专利侵权可以找谁裁决",
    "食品经营许可证去哪办",
)
"""What users ask first: it decides which team they wait for."""
RATED = 0.3
ANSWERED = 0.8
"""Of what an agent writes, how much the user answers."""
REQUEST, RATING = "转人工", ("5分", '/rate{"score": "5"}')
WHILE_WAITING = ("通知书是上周收到的", "材料我都准备好了，放在手边", "补充一点：公司在滨江区", "我在电脑前，随时能看到消息")
AGENTS_WORDS = ("您的情况我看到了，稍等我查一下", "请问通知书是哪个部门发的", "需要申请表、承诺书和整改证明", "三个工作日内答复")
USERS_WORDS = ("好的，我看一下", "是的，就是这个情况", "这个我没有办过，要去窗口吗", "通知书上写的是限期整改")
FILL_LIMIT_S = 400.0
COMING_AT_ONCE = 4
"""How many users may be on their way to the queue: it fills as fast as the server lets them in."""
QUIET_S = 5.0
GOODBYE_S = 1.0
BOT_QUESTIONS, BOT_VISITOR_PAUSE_S = 5, 10.0


@dataclass(frozen=True)
class Pace:
    """How often things happen, on the average; all of it is random."""

    agent_acts_every_s: float = 10.0
    """Each agent: writes, takes or closes."""
    waiting_writes_every_s: float = 60.0
    """Each waiting user."""
    answers_after_s: float = 8.0
    bot_messages_per_s: float = 1.0
    lists_per_s: float = 1.0
    """How often some desk reads one of its lists anew."""
    arrivals_per_s: float = 5.0
    """At most, while the queue fills."""

    def faster(self, times: float) -> Pace:
        """Return this pace for people who act so many times as often. The queue does not fill faster."""
        return Pace(
            self.agent_acts_every_s / times,
            self.waiting_writes_every_s / times,
            self.answers_after_s / times,
            self.bot_messages_per_s * times,
            self.lists_per_s * times,
            self.arrivals_per_s,
        )


class Traffic:
    """Keeps everybody busy from `start` to `stop`."""

    def __init__(
        self, client: aiohttp.ClientSession, url: str, journal: Journal, waiting: int, pace: Pace, chance: random.Random
    ) -> None:
        self.visitors: dict[str, Visitor] = {}
        """By conversation: who is there."""
        self.gone: list[Visitor] = []
        self.desks: Sequence[Desk] = ()
        """The agents' desks."""
        self._client, self._url, self._journal = client, url, journal
        self._target, self._pace, self._chance = waiting, pace, chance
        self._waiting: dict[str, str] = {}
        """Team by conversation, in the order of arrival."""
        self._coming = 0
        self._claimed: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def note(self, glimpse: Glimpse) -> None:
        """Learn from the supervisor's desk who waits for whom."""
        if glimpse.status == "waiting" and glimpse.team is not None:
            self._waiting[glimpse.conversation_id] = glimpse.team
        else:
            self._waiting.pop(glimpse.conversation_id, None)

    def start(self, desks: Sequence[Desk]) -> None:
        self.desks, self._is_open = desks, True
        for desk in desks:
            self._begin(self._act(desk))
        self._begin(self._let_in())
        for _ in range(max(1, round(self._pace.bot_messages_per_s * BOT_VISITOR_PAUSE_S))):
            self._begin(self._talk_with_bot())
        self._begin(self._read_lists())

    async def fill(self, check_server: Callable[[], None]) -> None:
        """Wait until as many wait as there should be and the agents have their chats. SystemExit = it takes too long."""
        deadline_s = asyncio.get_running_loop().time() + FILL_LIMIT_S
        most = 2 * (self._target + CHATS_EACH * len(self.desks))  # many more than that = the supervisor's desk is not told
        while self.waiting < self._target or sum(len(desk.chats) for desk in self.desks) < self._enough_chats():
            check_server()
            if asyncio.get_running_loop().time() > deadline_s or len(self.visitors) > most:
                raise SystemExit(f"the queue did not fill: {self.waiting} wait, {dict(self._journal.failures)}")
            await asyncio.sleep(0.5)

    async def stop(self) -> None:
        """Let nobody begin anything more; what is under way ends."""
        self._is_open = False
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(QUIET_S)

    def _enough_chats(self) -> int:
        return (CHATS_EACH - 1) * len(self.desks)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _now_and_then(self, every_s: float, act: Callable[[], Awaitable[None]], goes_on: Callable[[], bool]) -> None:
        while await self._pause(self._chance.expovariate(1 / every_s)) and goes_on():
            await act()

    async def _pause(self, seconds: float) -> bool:
        """Return after that time whether the traffic still goes on, or at once when it does not."""
        until_s = asyncio.get_running_loop().time() + seconds
        while self._is_open and (left_s := until_s - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(left_s, 1.0))
        return self._is_open

    # Agents.

    async def _act(self, desk: Desk) -> None:
        await self._now_and_then(self._pace.agent_acts_every_s, lambda: self._do_next(desk), lambda: True)

    async def _do_next(self, desk: Desk) -> None:
        """Close what is done, take what is free, else write where the agent wrote least."""
        least = min(desk.chats, key=lambda chat: desk.chats[chat], default="")
        done = next((chat for chat, written in desk.chats.items() if written >= MESSAGES_A_CHAT), None)
        if done is not None:
            await desk.close(done)
            self._begin(self._say_goodbye(done))
        elif len(desk.chats) < CHATS_EACH and (waiting := self._next_for(desk)):
            self._claimed.add(waiting)
            await desk.take(waiting)
        elif least:
            await desk.say(least, self._chance.choice(AGENTS_WORDS))

    def _next_for(self, desk: Desk) -> str | None:
        """Return who waits longest of those whom the agent may take and nobody else is about to."""
        return next(
            (chat for chat, team in self._waiting.items() if desk.account.sees(team, None) and chat not in self._claimed), None
        )

    async def _read_lists(self) -> None:
        kinds = itertools.cycle(("queue", "mine", "queue", "all"))

        async def read() -> None:
            await self._chance.choice(self.desks).list_conversations(next(kinds))

        await self._now_and_then(1 / self._pace.lists_per_s, read, lambda: True)

    # Users.

    async def _let_in(self) -> None:
        while await self._pause(1 / self._pace.arrivals_per_s):
            if self._coming < COMING_AT_ONCE and len(self._waiting) + self._coming < self._target:
                self._coming += 1
                self._begin(self._visit())

    async def _visit(self) -> None:
        try:
            visitor = await self._receive()
            if visitor is None:
                return
            await visitor.write(self._chance.choice(OPENING), "bot")
            if (owner := await visitor.write(REQUEST, "request")) != "queue":
                self._journal.failures[f"request owner {owner}"] += 1
        finally:
            self._coming -= 1
        every_s = self._pace.waiting_writes_every_s
        await self._now_and_then(every_s, lambda: self._insist(visitor), lambda: visitor.owner == "queue")

    async def _insist(self, visitor: Visitor) -> None:
        await visitor.write(self._chance.choice(WHILE_WAITING), "user")

    async def _receive(self) -> Visitor | None:
        visitor = Visitor(self._client, self._url, self._journal, self._on_answered)
        try:
            await visitor.come()
        except aiohttp.ClientError as error:
            self._journal.failures[f"come {type(error).__name__}"] += 1
            return None
        self.visitors[visitor.conversation_id] = visitor
        return visitor

    def _on_answered(self, visitor: Visitor) -> None:
        if self._is_open and self._chance.random() < ANSWERED:
            self._begin(self._answer(visitor))

    async def _answer(self, visitor: Visitor) -> None:
        if await self._pause(self._chance.expovariate(1 / self._pace.answers_after_s)) and visitor.owner.startswith("agent:"):
            await visitor.write(self._chance.choice(USERS_WORDS), "user")

    async def _say_goodbye(self, conversation_id: str) -> None:
        """Let the user of a closed chat rate it now and then, and leave."""
        visitor = self.visitors.get(conversation_id)
        if visitor is None or not await self._pause(self._pace.answers_after_s):
            return
        if self._chance.random() < RATED:
            await visitor.write(RATING[0], "rate", RATING[1])
        await self._leave(visitor)

    async def _leave(self, visitor: Visitor) -> None:
        await asyncio.sleep(GOODBYE_S)
        if self.visitors.pop(visitor.conversation_id, None):
            self.gone.append(visitor)
            self._journal.talks[visitor.conversation_id].has_left = True
            await visitor.go()

    async def _talk_with_bot(self) -> None:
        """Be one user after the other who asks the bot a few things."""
        while self._is_open and (visitor := await self._receive()) is not None:
            for question in self._chance.sample(QUESTIONS, BOT_QUESTIONS):
                if not await self._pause(self._chance.expovariate(1 / BOT_VISITOR_PAUSE_S)):
                    return
                await visitor.write(question, "bot")
            await self._leave(visitor)
