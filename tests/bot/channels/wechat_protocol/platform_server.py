"""A platform on a real port that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    client_port: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    """Takes one answer after the other; the last one stays."""

    url: str
    answers: list[Answer]
    requests: list[Request] = field(default_factory=list)
    released: Event = field(default_factory=Event)
    """Ends the waiting of `silence`."""

    def will(self, *answers: Answer | dict[str, Any]) -> None:
        self.answers[:] = [says(answer) if isinstance(answer, dict) else answer for answer in answers]


def says(answer: object, status: int = 200, content_type: str = "text/plain") -> Answer:
    """WeChat sends its JSON as text/plain on many paths."""
    return sends(json.dumps(answer, ensure_ascii=False).encode(), status, {"Content-Type": content_type})


def sends(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, value)
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """End the connection without an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def resets(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off, so that the other side sees a reset."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def stops_halfway(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    sends(b'{"errcode":0', headers={"Content-Length": "500"})(handler)
    handler.connection.shutdown(socket.SHUT_RDWR)


def silence_of(platform: Platform) -> Answer:
    """Say nothing until the test is over."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        platform.released.wait(30)
        handler.close_connection = True

    return answer


@contextmanager
def running_platform() -> Iterator[Platform]:
    platform = Platform("", [says({"errcode": 0, "errmsg": "ok"})])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            platform.requests.append(
                Request(self.command, address.path, dict(parse_qsl(address.query)), body, self.client_address[1])
            )
            answer = platform.answers.pop(0) if len(platform.answers) > 1 else platform.answers[0]
            answer(self)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

        def finish(self) -> None:
            if not self.wfile.closed:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    platform.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield platform
    finally:
        platform.released.set()
        server.shutdown()
        server.server_close()
