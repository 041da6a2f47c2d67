"""A small balancer before several processes, as nginx is with `proxy_next_upstream error timeout non_idempotent`.

It takes turns; a process that refuses the connection, or resets it before its answer is whole, is passed over and the same bytes
go to the next one at once. Each connection carries one request.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CLOSE_WITHIN_S = 5.0
HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r\n]*", re.IGNORECASE)


class Reset(ConnectionError):
    """The connection ended before the answer was whole."""


class Balancer:
    """Forwards requests. `refused` and `reset` count what a process did not answer, by its port; `open_calls` those under way."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._turn = 0
        self._serving: set[asyncio.Task[None]] = set()
        self.refused: Counter[int] = Counter()
        self.reset: Counter[int] = Counter()
        self.open_calls: Counter[int] = Counter()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port of this machine until left; give the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            if self._serving:
                await asyncio.wait(self._serving, timeout=CLOSE_WITHIN_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server's connections are tasks"
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(await self._answer(await _read_request(reader)))
            await writer.drain()
        writer.close()

    async def _answer(self, request: bytes) -> bytes:
        self._turn += 1
        first = self._turn % len(self._ports)
        for port in self._ports[first:] + self._ports[:first]:
            self.open_calls[port] += 1
            try:
                return await _ask(port, request)
            except Reset:
                self.reset[port] += 1
            except ConnectionError:
                self.refused[port] += 1
            finally:
                self.open_calls[port] -= 1
        return BAD_GATEWAY


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """Return the request, asking for the connection to be closed after its answer."""
    head = await reader.readuntil(HEAD_END)
    body = await reader.readexactly(_length(head) or 0)
    lines = _CONNECTION.sub(b"", head.removesuffix(HEAD_END))
    return lines + b"\r\nConnection: close" + HEAD_END + body


async def _ask(port: int, request: bytes) -> bytes:
    """Return the whole answer. Raises ConnectionRefusedError, or Reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        answer = await reader.read(-1)
    except ConnectionError as error:
        raise Reset(port) from error
    finally:
        writer.close()
    head, _, body = answer.partition(HEAD_END)
    if not head or len(body) < (_length(head) or 0):
        raise Reset(port)
    return answer


def _length(head: bytes) -> int | None:
    found = _LENGTH.search(head)
    return int(found.group(1)) if found else None
