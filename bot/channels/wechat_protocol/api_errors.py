"""What went wrong with a call of WeChat's API, in our words."""

from __future__ import annotations

import json
import ssl
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from bot.errors import PlatformBusy, PlatformError, PlatformRefused, PlatformSilent, TokenRejected

BUSY_CODES = {-1, 45011}
"""The system is busy; called too often this minute."""
TOKEN_CODES = {40001, 40014, 42001}
"""The access token is another one by now, is none, or is too old."""
UNCERTAIN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


def error_without_answer(problem: requests.RequestException) -> PlatformError:
    """Return PlatformBusy when the call cannot have arrived, else PlatformSilent. Unlike `problem`, neither names the token."""
    if isinstance(problem, UNCERTAIN) and not _was_never_sent(problem):
        return PlatformSilent(0)
    return PlatformBusy(0)


def accept(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer if it reports no error, else raise PlatformBusy or PlatformRefused with its number.

    Source: WeChat official accounts, "Global return codes" (全局返回码说明), read 2026-11.
    """
    code: int = answer.get("errcode", 0)
    if code in BUSY_CODES:
        raise PlatformBusy(code)
    if code != 0:
        raise PlatformRefused(code)
    return answer


def accept_with_token(answer: dict[str, Any]) -> dict[str, Any]:
    """As `accept`; where the access token is at fault it raises TokenRejected."""
    code: int = answer.get("errcode", 0)
    if code in TOKEN_CODES:
        raise TokenRejected(code)
    return accept(answer)


def read_answer(status: int, content: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer, whatever its `errcode`. Raises PlatformBusy(0) for 5xx and for anything unreadable."""
    answer = None if status >= 500 else _json(content)
    if not isinstance(answer, dict) or type(answer.get("errcode", 0)) is not int:
        raise PlatformBusy(0)
    return answer


def _was_never_sent(problem: requests.RequestException) -> bool:
    if isinstance(problem, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = problem.args[0] if problem.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(reason, SSLError):
        return any(isinstance(detail, ssl.SSLCertVerificationError) for detail in reason.args)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _json(content: bytes) -> object:
    try:
        answer: object = json.loads(content.decode(), strict=False)
    except (ValueError, RecursionError):
        return None
    return answer
