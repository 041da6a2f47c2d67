"""Single HTTP calls of WeChat's API, without access token: the address, the time allowed, the size allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.channels.wechat_protocol.api_errors import error_without_answer, read_answer
from bot.channels.wechat_protocol.api_secrecy import hide_secrets_in_logs
from bot.errors import PlatformError, PlatformRefused

MAX_ANSWER_BYTES = 1_000_000
CHUNK_BYTES = 65_536
HEADERS = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity", "Connection": "close"}
"""A connection of its own for every call: on an idle one that broke unseen, nobody could tell whether a message arrived."""
FILE_HOSTS = (".qq.com",)
"""Where WeChat keeps videos, whose address is all that its API gives."""
TOO_LARGE = 40006
"""WeChat's own number for a file of a size that is not allowed."""


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in any case."""


class ApiCalls:
    """Every call raises PlatformBusy or PlatformSilent when there is no usable answer; no error names address or parameters."""

    def __init__(self, base_url: str, timeout_s: tuple[float, float], session: requests.Session | None) -> None:
        """`timeout_s`: for connecting, and for each wait for bytes."""
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._session = session or requests.Session()
        hide_secrets_in_logs()

    def ask(self, method: str, path: str, parameters: Mapping[str, str], body: object = None) -> dict[str, Any]:
        """Return the JSON answer, whatever its `errcode`."""
        answer = self.fetch(method, path, parameters, body)
        return read_answer(answer.status, answer.content)

    def fetch(
        self, method: str, path: str, parameters: Mapping[str, str], body: object = None, limit_bytes: int = MAX_ANSWER_BYTES
    ) -> Answer:
        """Return status, content and headers. Raises PlatformRefused(40006) as soon as there is more than the limit."""
        return self._fetched(method, f"{self._base_url}/{path}", parameters, body, limit_bytes)

    def fetch_file(self, address: str, limit_bytes: int) -> Answer:
        """Return what lies at an address that the platform named. Raises PlatformRefused(0) for an address of others."""
        place, own = urlsplit(address), urlsplit(self._base_url)
        host = place.hostname or ""
        if place.scheme not in ("http", "https") or not (host == own.hostname or host.endswith(FILE_HOSTS)):
            raise PlatformRefused(0)
        return self._fetched("GET", address, {}, None, limit_bytes)

    def _fetched(self, method: str, address: str, parameters: Mapping[str, str], body: object, limit_bytes: int) -> Answer:
        failure: PlatformError
        try:
            return self._fetch(method, address, parameters, body, limit_bytes)
        except requests.RequestException as problem:
            failure = error_without_answer(problem)
        raise failure  # outside of the handler: the library's error holds the address, and with it the token

    def _fetch(self, method: str, address: str, parameters: Mapping[str, str], body: object, limit_bytes: int) -> Answer:
        with self._session.request(
            method,
            address,
            params={name: value.encode("utf-8", "replace") for name, value in parameters.items()},
            data=None if body is None else _json_bytes(body),
            headers=HEADERS,
            timeout=self._timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(response.status_code, _read(response, limit_bytes), response.headers)


def _json_bytes(body: object) -> bytes:
    """WeChat shows \\u escapes to people as they are, so the characters themselves are sent."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _read(response: requests.Response, limit_bytes: int) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > limit_bytes:
            raise PlatformRefused(TOO_LARGE)
    return bytes(content)
