"""One storm on one installation: send everything, kill each process once at work, wait until all is settled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Never

from tqdm import tqdm

from benchmarks.wechat_storm.carrier import Errand, StormCarrier
from benchmarks.wechat_storm.history import count_unsettled
from benchmarks.wechat_storm.installations import Installation
from benchmarks.wechat_storm.plan import Planned
from benchmarks.wechat_storm.processes import ProductProcess
from bot.persistence.database import Database
from simulator.platform import Platform

SETTLE_LIMIT_S = 120.0
"""Longer than a dead process is taken for alive, and than a reply waits for a call that is not repeated."""
LOOK_EVERY_S = 0.5
AT_WORK_LOOK_S = 0.001
AT_WORK_LIMIT_S = 5.0
KILL_WITHIN_S = 0.05
"""So long after a call began at most: somewhere in its middle."""


@dataclass
class Outage:
    """A process that was killed. Times are those of the event loop, in seconds."""

    process: str
    killed_s: float
    ready_s: float = float("inf")

    @property
    def seconds(self) -> float:
        return self.ready_s - self.killed_s


@dataclass
class Storm:
    """Sends what is planned. `outages` and `unsettled` say what came of it."""

    platform: Platform
    carrier: StormCarrier
    installation: Installation
    openids: Sequence[str]
    chance: random.Random
    outages: list[Outage] = field(default_factory=list)
    unsettled: int = 0
    duration_s: float = 0.0
    _passed: dict[int, asyncio.Event] = field(default_factory=dict)

    async def run(self, planned: Sequence[Planned], bar: tqdm[Never]) -> None:
        for process in self.installation.processes:  # one after the other: the first brings the database up
            process.start()
            await process.wait_until_ready()
        async with self.installation.reached_at() as url:
            self.platform.account.callback_url = f"{url}/wechat"
            began_s = asyncio.get_running_loop().time()
            killings = asyncio.create_task(self._kill_all(began_s, planned[-1].at_s))
            await self._send(planned, began_s, bar)
            await self.platform.settle()
            await self.carrier.settle()
            await killings
            self.duration_s = asyncio.get_running_loop().time() - began_s
            self.unsettled = await self._settle()

    async def _send(self, planned: Sequence[Planned], began_s: float, bar: tqdm[Never]) -> None:
        loop = asyncio.get_running_loop()
        for each in planned:
            await asyncio.sleep(began_s + each.at_s - loop.time())
            sending = self.platform.start(self.openids[each.user], each.deed)
            self.carrier.expect(sending.number, self._errand(each))
            sending.delivery.add_done_callback(lambda _: bar.update())

    def _errand(self, planned: Planned) -> Errand:
        lets_go = self._passed.pop(planned.user, None)
        waits_for = None
        if planned.trouble.passed_by_s is not None:
            waits_for = self._passed[planned.user] = asyncio.Event()
        return Errand(planned.trouble, waits_for, lets_go)

    async def _kill_all(self, began_s: float, duration_s: float) -> None:
        """Kill each process once, spread over the storm, and none before the one before it is back."""
        processes = self.installation.processes
        for number, process in enumerate(processes, start=1):
            await asyncio.sleep(began_s + duration_s * number / (len(processes) + 1) - asyncio.get_running_loop().time())
            await self._kill(process)

    async def _kill(self, process: ProductProcess) -> None:
        loop = asyncio.get_running_loop()
        await self._wait_until_at_work(process)
        await asyncio.sleep(self.chance.uniform(0, KILL_WITHIN_S))
        process.kill()
        outage = Outage(process.name, loop.time())
        self.outages.append(outage)
        process.start()
        await process.wait_until_ready()
        outage.ready_s = loop.time()

    async def _wait_until_at_work(self, process: ProductProcess) -> None:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + AT_WORK_LIMIT_S
        while loop.time() < end_s:
            counted = self.installation.is_at_work(process)
            if self.carrier.calls_under_way > 0 if counted is None else counted:
                return
            await asyncio.sleep(AT_WORK_LOOK_S)

    async def _settle(self) -> int:
        """Wait until the product has nothing left to do; return what it still had after the limit."""
        loop, database = asyncio.get_running_loop(), Database(self.installation.database_url)
        end_s = loop.time() + SETTLE_LIMIT_S
        try:
            while (left := await asyncio.to_thread(count_unsettled, database)) and loop.time() < end_s:
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            database.close()
        return left
