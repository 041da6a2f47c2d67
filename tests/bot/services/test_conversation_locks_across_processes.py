"""Locks through Redis: one process at a time, in the order asked within a process, and a dead one does not hold for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.services import conversation_locks
from bot.services.conversation_locks import ConversationLocks
from bot.settings import PROJECT
from tests.fixtures.wechat_product import find_redis

needs_redis = pytest.mark.skipif(find_redis() is None, reason="YINGSHANG_TEST_REDIS_URL is not set")
HOLDER = """
import asyncio, sys
from redis.asyncio import Redis
from bot.services import conversation_locks
conversation_locks.LEASE_S, conversation_locks.RENEW_S = 1.5, 0.3

async def hold() -> None:
    async with conversation_locks.ConversationLocks(Redis.from_url(sys.argv[1])).hold(sys.argv[2]):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


@pytest.fixture
async def two() -> AsyncIterator[tuple[ConversationLocks, ConversationLocks]]:
    """The locks of two processes."""
    async with AsyncExitStack() as stack:
        clients = [Redis.from_url(find_redis() or "") for _ in range(2)]
        for client in clients:
            stack.push_async_callback(client.aclose)
        yield ConversationLocks(clients[0]), ConversationLocks(clients[1])


@needs_redis
async def test_two_processes_are_never_in_the_same_conversation(two: tuple[ConversationLocks, ConversationLocks]) -> None:
    inside, most = 0, 0

    async def work(locks: ConversationLocks) -> None:
        nonlocal inside, most
        async with locks.hold("busy"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work(locks) for locks in two * 10))

    assert (most, inside) == (1, 0)


@needs_redis
async def test_other_conversations_do_not_wait(two: tuple[ConversationLocks, ConversationLocks]) -> None:
    async with two[0].hold("one"), two[1].hold("other"), two[1].hold("third"):
        assert True


@needs_redis
async def test_within_a_process_the_first_to_ask_is_the_first_to_come(two: tuple[ConversationLocks, ConversationLocks]) -> None:
    order: list[int] = []

    async def work(number: int) -> None:
        async with two[0].hold("queue"):
            order.append(number)

    async with two[1].hold("queue"):
        waiting = [asyncio.create_task(work(number)) for number in range(5)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert order == list(range(5))


@needs_redis
async def test_a_lock_that_is_held_longer_than_its_lease_stays_held(
    two: tuple[ConversationLocks, ConversationLocks], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_locks, "LEASE_S", 0.4)
    monkeypatch.setattr(conversation_locks, "RENEW_S", 0.1)

    async with two[0].hold("long"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0), two[1].hold("long"):
                pytest.fail("both are in")


@needs_redis
async def test_whoever_gives_up_waiting_leaves_nothing_behind(two: tuple[ConversationLocks, ConversationLocks]) -> None:
    async with two[0].hold("given up"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), two[1].hold("given up"):
                pytest.fail("both are in")

    async with asyncio.timeout(2), two[1].hold("given up"), two[0].hold("another"):
        assert True


@needs_redis
async def test_a_killed_process_lets_go_when_its_lease_ends(two: tuple[ConversationLocks, ConversationLocks]) -> None:
    command = [sys.executable, "-c", HOLDER, find_redis() or "", "orphan"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, env={"PYTHONPATH": str(PROJECT)})
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == b"held\n"
        waiting = asyncio.create_task(_take(two[0], "orphan"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 2.0)
    finally:
        process.kill()
        killed_at = time.monotonic()
        process.wait(10)

    await asyncio.wait_for(waiting, 5)

    assert time.monotonic() - killed_at < 4


async def _take(locks: ConversationLocks, name: str) -> None:
    async with locks.hold(name):
        return


async def test_a_redis_that_is_gone_is_a_store_that_is_gone() -> None:
    async with Redis.from_url("redis://127.0.0.1:9/0", socket_connect_timeout=1) as nowhere:
        locks = ConversationLocks(nowhere)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await _take(locks, "any")


async def test_a_lock_nobody_wants_takes_no_memory() -> None:
    locks = ConversationLocks()
    await asyncio.gather(*(_take(locks, f"c-{number % 3}") for number in range(9)))

    assert locks._locks == {}
