"""Keeping other sites' pages from using a signed-in browser: their calls are told by what browsers, not pages, write into them.

The session's cookie is SameSite=Strict already; this holds where a browser does not know that, and between sites of one domain.
Source: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet (Sec-Fetch-Site, and Origin where it is missing).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.errors import error_response
from bot.web.limits import UPLOADS

GUARDED = ("/api/session", "/api/desk")
SAFE = ("GET", "HEAD", "OPTIONS")
_FILE_TYPES = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream")
"""What uploads are sent as: like JSON, nothing that a plain form could write."""
_CROSS_SITE = (403, "cross_site", "这个请求来自别的网站，为了您的账号安全没有执行。请在坐席台页面里操作。")
_NO_JSON = (415, "json_expected", "请求内容须是JSON格式（Content-Type: application/json）。")


def is_own_origin(headers: Mapping[str, str], public_url: str) -> bool:
    """Return whether a call comes from our own pages, or from something that is no browser.

    `headers` has lower-case names or finds them in any case. `public_url` is how the outside reaches us, "" when unknown.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    host = origin.partition("://")[2]
    return bool(host) and (host == headers.get("host") or origin == _origin_of(public_url))


class CrossSiteGuard:
    """Answers 403 to what another site's page asks of the desk, and 415 to bodies that a plain form could have sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or not _is_guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_own_origin(headers, scope["app"].state.public_url):
            await error_response(*_CROSS_SITE)(scope, receive, send)
        elif _has_body(headers) and not _is_json(headers) and not _is_upload(scope["path"], headers):
            await error_response(*_NO_JSON)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_guarded(path: str) -> bool:
    return any(path == guarded or path.startswith(f"{guarded}/") for guarded in GUARDED)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_json(headers: Headers) -> bool:
    return _type_of(headers) == "application/json"


def _is_upload(path: str, headers: Headers) -> bool:
    return path in UPLOADS and _type_of(headers) in _FILE_TYPES


def _type_of(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
