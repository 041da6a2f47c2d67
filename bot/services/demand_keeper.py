"""What goes on beside the calls about demands: what came in is put together, and who asked is told that work is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from bot.services.background import BackgroundTask
from bot.services.demand import Demands
from bot.services.live import DESK, Happening, LiveEvents
from bot.services.work_item_notices import WorkItemNotices

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 10.0


class DemandKeeper:
    """One background task of a process. Several may look at once: each step holds once, whoever does it."""

    def __init__(self, demands: Demands, notices: WorkItemNotices, live: LiveEvents) -> None:
        self._demands, self._notices, self._live = demands, notices, live
        self._task = BackgroundTask(self._run)
        self._look_now = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def look_soon(self) -> None:
        """Somebody is to be told: do not wait for the next look. Called from threads."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look_now.set)

    async def _run(self) -> None:
        while True:
            for step in (self.take_in, self.tell):
                try:
                    await asyncio.to_thread(step)
                except Exception as error:  # whatever it is, the next look comes, and the other step must not wait for it
                    logger.warning("demands are looked after later: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), LOOK_EVERY_S)
            self._look_now.clear()

    def look(self) -> int:
        """Do what is due; return how many work items were proposed."""
        proposed = self.take_in()
        self.tell()
        return proposed

    def take_in(self) -> int:
        proposed = self._demands.take_in()
        if proposed:
            self._live.tell_from_thread(DESK, Happening("demand"))
        return proposed

    def tell(self) -> int:
        told = self._notices.tell_all()
        self._notices.note_cases()
        return told
