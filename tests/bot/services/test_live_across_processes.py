"""What happens in one process is told to those who listen in the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.services.live import MAX_WAITING, Happening, LiveEvents
from tests.fixtures.wechat_product import find_redis

needs_redis = pytest.mark.skipif(find_redis() is None, reason="YINGSHANG_TEST_REDIS_URL is not set")


@pytest.fixture
async def two() -> AsyncIterator[tuple[LiveEvents, LiveEvents]]:
    """The live events of two processes that hear each other."""
    clients = [Redis.from_url(find_redis() or "") for _ in range(2)]
    one, other = LiveEvents(clients[0]), LiveEvents(clients[1])
    one.start()
    other.start()
    await _connect(one, other)
    await _connect(other, one)
    yield one, other
    await asyncio.gather(one.stop(), other.stop(), *(client.aclose() for client in clients))


async def _connect(speaker: LiveEvents, listener: LiveEvents) -> None:
    """Wait until the one hears the other: subscribing takes a moment."""
    with listener.listen("hello") as heard:
        async with asyncio.timeout(10):
            while heard.empty():
                speaker.tell("hello", Happening("typing"))
                await asyncio.sleep(0.02)


@needs_redis
async def test_a_listener_hears_what_happens_in_another_process_in_order(two: tuple[LiveEvents, LiveEvents]) -> None:
    with two[1].listen("c-1") as heard:
        two[0].tell("c-1", Happening("typing", active=True))
        two[0].tell("c-1", Happening("message"))
        two[0].tell("c-1", Happening("owner"))

        got = [await asyncio.wait_for(heard.get(), 5) for _ in range(3)]

    assert got == [Happening("typing", active=True), Happening("message"), Happening("owner")]


@needs_redis
async def test_a_listener_hears_its_own_process_once(two: tuple[LiveEvents, LiveEvents]) -> None:
    with two[0].listen("c-2") as here, two[1].listen("c-2") as there:
        two[0].tell("c-2", Happening("message"))
        await asyncio.wait_for(there.get(), 5)

        assert here.qsize() == 1


@needs_redis
async def test_a_listener_hears_nothing_of_other_conversations(two: tuple[LiveEvents, LiveEvents]) -> None:
    with two[1].listen("mine") as mine, two[1].listen("theirs") as theirs:
        two[0].tell("theirs", Happening("message"))
        await asyncio.wait_for(theirs.get(), 5)

        assert mine.empty()


async def test_without_redis_the_own_process_is_told() -> None:
    live = LiveEvents()
    live.start()
    with live.listen("c") as heard:
        live.tell("c", Happening("message"))
        assert heard.get_nowait() == Happening("message")
    await live.stop()


async def test_a_redis_that_is_gone_silences_nobody_here() -> None:
    async with Redis.from_url("redis://127.0.0.1:9/0", socket_connect_timeout=1) as nowhere:
        live = LiveEvents(nowhere)
        live.start()
        with live.listen("c") as heard:
            for _ in range(MAX_WAITING * 3):
                live.tell("c", Happening("message"))
            await asyncio.sleep(0)
            assert heard.qsize() == MAX_WAITING
        await live.stop()
