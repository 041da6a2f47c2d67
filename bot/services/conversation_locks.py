"""One message of a conversation at a time, in the order of arrival: within this process, and with Redis across processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.errors import StoreUnavailable

logger = logging.getLogger(__name__)
LEASE_S = 3.0
"""How long a killed process keeps others from its conversations."""
RENEW_S = 0.8
LOOK_AGAIN_S = 0.02
"""How often a process looks whether another one has let go. Within a process nobody polls."""


class ConversationLocks:
    """Fair locks by name. A lock nobody holds or waits for takes no memory."""

    def __init__(self, redis: Redis | None = None) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._redis = redis

    def is_held_here(self, name: str) -> bool:
        """Return whether this process holds the lock or waits for it."""
        return name in self._locks

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Hold the lock. Raises StoreUnavailable when Redis does not answer."""
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            async with lock, self._hold_across_processes(name):
                yield
        finally:
            _, users = self._locks[name]
            if users == 1:
                del self._locks[name]
            else:
                self._locks[name] = (lock, users - 1)

    @asynccontextmanager
    async def _hold_across_processes(self, name: str) -> AsyncIterator[None]:
        if self._redis is None:
            yield
            return
        lock = Lock(self._redis, f"yingshang:lock:{name}", timeout=LEASE_S, sleep=LOOK_AGAIN_S, thread_local=False)
        try:
            await lock.acquire()
        except RedisError as error:
            raise StoreUnavailable(type(error).__name__) from error
        done = asyncio.Event()
        renewing = asyncio.create_task(_renew(lock, done))
        try:
            yield
        finally:
            done.set()
            await renewing
            await _release(lock)


async def _renew(lock: Lock, done: asyncio.Event) -> None:
    """Renew until done. Never cancelled: the client swallows a cancellation that meets a call on its way."""
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), RENEW_S)
        if done.is_set():
            return
        try:
            await lock.reacquire()
        except LockError:  # lost: the database still lets only one of two writers store an answer
            logger.warning("a conversation's lock was lost")
            return
        except RedisError as error:  # it may come back before the lease ends
            logger.warning("a conversation's lock could not be renewed: %s", type(error).__name__)


async def _release(lock: Lock) -> None:
    try:
        await lock.release()
    except (LockError, RedisError) as error:  # it ends by itself
        logger.warning("a conversation's lock could not be released: %s", type(error).__name__)
