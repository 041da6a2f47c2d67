"""The storm's balancer, with servers that answer, refuse or break off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from benchmarks.wechat_storm.balancer import Balancer
from benchmarks.wechat_storm.processes import free_port

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
HALF = WHOLE[:-3]


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[int]:
    """Run a server that gives these bytes to everybody and closes; give its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\nbody")
        writer.write(answer)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def ask(balancer: Balancer) -> tuple[int, bytes]:
    async with (
        balancer.listening() as port,
        aiohttp.ClientSession() as client,
        client.post(f"http://127.0.0.1:{port}/wechat", data=b"body") as response,
    ):
        return response.status, await response.read()


async def test_a_process_that_refuses_is_passed_over():
    gone = free_port()
    async with server(WHOLE) as alive:
        balancer = Balancer([gone, alive])

        answers = [await ask(balancer), await ask(balancer)]

    assert answers == [(200, b"whole")] * 2
    assert balancer.refused == {gone: 1}


async def test_a_call_whose_process_dies_half_way_goes_to_the_next_one():
    async with server(HALF) as dying, server(WHOLE) as alive:
        balancer = Balancer([dying, alive])

        answers = [await ask(balancer), await ask(balancer)]

    assert answers == [(200, b"whole")] * 2
    assert balancer.reset == {dying: 1}


async def test_with_nobody_left_it_says_bad_gateway():
    balancer = Balancer([free_port(), free_port()])

    status, _ = await ask(balancer)

    assert status == 502
