"""Messages that the account sends on its own. Source: vendor page "Customer service message: send", read 2026-11."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from simulator.callbacks import MAX_TEXT_BYTES
from simulator.errors import ApiRefused
from simulator.timeline import User

TYPING_LASTS = timedelta(seconds=15)
TYPING_WINDOW = timedelta(seconds=30)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_FIRST_NON_ASCII = 0x80


def read_body(raw: bytes) -> dict[str, Any]:
    """Return the JSON body. Escapes of characters beyond ASCII stay as they are written: the client shows them so.

    Raises ApiRefused 47001.
    """
    try:
        body = json.loads(_ESCAPE.sub(_kept, raw.decode("utf-8")))
    except ValueError:
        raise ApiRefused(47001) from None
    if not isinstance(body, dict):
        raise ApiRefused(47001)
    return body


def shown_content(body: dict[str, Any]) -> dict[str, Any]:
    """Return kind, text, options, tail and media_id of the bubble. Raises ApiRefused."""
    kind = body.get("msgtype")
    if kind == "text":
        return {"kind": "text", "text": _sized(_part(body, "text").get("content"))}
    if kind == "image":
        return {"kind": "image", "text": "", "media_id": str(_part(body, "image").get("media_id"))}
    if kind == "msgmenu":
        return _shown_menu(_part(body, "msgmenu"))
    raise ApiRefused(40008)


def check_typing(body: dict[str, Any], user: User, now: datetime) -> bool:
    """Return whether the account is typing from now on. Raises ApiRefused."""
    command = body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise ApiRefused(45072)
    if user.last_seen_at is None or now - user.last_seen_at > TYPING_WINDOW:
        raise ApiRefused(45080)
    is_typing = bool(command == "Typing")
    if is_typing and user.typing_until is not None and now < user.typing_until:
        raise ApiRefused(45081)
    return is_typing


def _kept(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return "\\" + escape.group() if code and int(code, 16) >= _FIRST_NON_ASCII else escape.group()


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise ApiRefused(47001)
    return part


def _sized(text: Any) -> str:
    if not isinstance(text, str) or not text:
        raise ApiRefused(44004)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise ApiRefused(45002)
    return text


def _shown_menu(menu: dict[str, Any]) -> dict[str, Any]:
    given = menu.get("list")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise ApiRefused(40035)
    options = [{"id": str(each.get("id", "")), "content": _sized(each.get("content"))} for each in given]
    if not all(each["id"] for each in options):
        raise ApiRefused(40035)
    head, tail = str(menu.get("head_content") or ""), str(menu.get("tail_content") or "")
    _sized(head + tail + "".join(each["content"] for each in options))
    return {"kind": "menu", "text": head, "options": options, "tail": tail}
