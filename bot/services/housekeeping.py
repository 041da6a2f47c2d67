"""What runs beside the talk: answering what a dead process left behind, forgetting what nobody needs any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from bot.services.background import BackgroundTask
from bot.services.chat import Chat

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0
LEFT_OVER_AFTER_S = 6.0
"""When a message that nobody answered is taken over: longer than an answer takes, and than a dead process's locks last."""
FORGET_EVERY_LOOKS = 150


class Housekeeper:
    """One background task of a process; several processes may look at once, the conversation's lock lets one act."""

    def __init__(self, chat: Chat, forget: Sequence[Callable[[], None]]) -> None:
        self._chat = chat
        self._forget = forget
        self._task = BackgroundTask(self._run)

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def _run(self) -> None:
        look = 0
        while True:
            try:
                await self._chat.answer_left_over(0.0 if look == 0 else LEFT_OVER_AFTER_S)
                if look % FORGET_EVERY_LOOKS == 0:
                    for forget in self._forget:
                        await asyncio.to_thread(forget)
            except Exception as error:  # whatever it is, the next look comes
                logger.warning("housekeeping goes on later: %s", type(error).__name__)
            look += 1
            await asyncio.sleep(LOOK_EVERY_S)
