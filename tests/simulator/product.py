"""Something like the product: a callback address that answers as the test says, in the words of wechatpy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wechatpy import parse_message  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.replies import TextReply  # type: ignore[import-untyped]
from wechatpy.utils import check_signature  # type: ignore[import-untyped]

from simulator.accounts import AccountSettings


@dataclass(frozen=True)
class Received:
    """One call, opened. `message` is wechatpy's."""

    query: dict[str, str]
    body: str
    message: Any


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: str = "success"
    is_cut: bool = False
    """Close the connection without a word."""


Answering = Callable[[Received, int], Response]
"""Gets the call and its number, from 1."""


@dataclass
class Product:
    """Answers `success` until told otherwise."""

    account: AccountSettings
    answering: Answering = lambda received, number: Response()
    calls: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Answers that hang wait for it."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, received: Received, text: str) -> Response:
        """Return a passive text reply, encrypted if the message was."""
        xml = TextReply(message=received.message, content=text).render()
        if "msg_signature" in received.query:
            xml = self._crypto().encrypt_message(xml, received.query["nonce"], received.query["timestamp"])
        return Response(body=xml)

    def echoes(self, received: Received, number: int) -> Response:
        return self.reply(received, f"你说：{received.message.content}")

    def hangs(self, received: Received, number: int) -> Response:
        self.released.wait(30)
        return Response()

    def texts(self) -> list[str]:
        return [call.message.content for call in self.calls]

    def handle(self, query: dict[str, str], body: str) -> Response:
        with self.lock:
            self.calls.append(self._opened(query, body))
            received, number = self.calls[-1], len(self.calls)
        return self.answering(received, number)

    def _opened(self, query: dict[str, str], body: str) -> Received:
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        xml = body
        if "msg_signature" in query:
            xml = self._crypto().decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        return Received(query, body, parse_message(xml))

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)


@contextmanager
def serving_product(account: AccountSettings) -> Iterator[Product]:
    """Listen on a free port, and let the account's callback address point there."""
    product = Product(account)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            check_signature(account.token, query["signature"], query["timestamp"], query["nonce"])
            self._send(Response(body=query["echostr"]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(product.handle(dict(parse_qsl(urlsplit(self.path).query)), body))

        def log_message(self, *_: object) -> None:
            """Tests read what happened; nobody reads this."""

        def _send(self, response: Response) -> None:
            if response.is_cut:
                self.close_connection = True
                return
            try:
                self.send_response(response.status)
                self.end_headers()
                self.wfile.write(response.body.encode())
            except OSError:
                self.close_connection = True  # the platform has cut the connection: its right

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    account.callback_url = f"http://127.0.0.1:{server.server_port}/wechat"
    try:
        yield product
    finally:
        product.released.set()
        server.shutdown()
        server.server_close()
