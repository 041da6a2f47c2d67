"""The account's menu. Source: vendor page "Custom menu: create", read 2026-11; where it is silent on a code, the nearest one."""

from __future__ import annotations

from typing import Any

from simulator.errors import ApiRefused

MAX_BUTTONS = 3
MAX_SUB_BUTTONS = 5
MAX_NAME_BYTES = 16
MAX_SUB_NAME_BYTES = 60
MAX_KEY_BYTES = 128
MAX_URL_BYTES = 1_024
NEEDED = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}
REFUSED = {"key": 40019, "url": 40020}


def check_menu(body: Any) -> dict[str, Any]:
    """Return the menu as `menu/get` will show it. Raises ApiRefused."""
    buttons = body.get("button") if isinstance(body, dict) else None
    if not isinstance(buttons, list):
        raise ApiRefused(47001)
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise ApiRefused(40016)
    return {"button": [_checked(button) for button in buttons]}


def _checked(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiRefused(47001)
    children = button.get("sub_button") or []
    if not children:
        return {**_checked_entry(button, MAX_NAME_BYTES), "sub_button": []}
    if not isinstance(children, list) or len(children) > MAX_SUB_BUTTONS:
        raise ApiRefused(40023)
    _check_name(button, MAX_NAME_BYTES)
    checked = [{**_checked_entry(child, MAX_SUB_NAME_BYTES), "sub_button": []} for child in children]
    return {"name": button["name"], "sub_button": checked}


def _checked_entry(entry: Any, max_name_bytes: int) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise ApiRefused(47001)
    _check_name(entry, max_name_bytes)
    needed = NEEDED.get(str(entry.get("type")))
    if needed is None:
        raise ApiRefused(40017)
    for name in needed:
        _check_field(entry, name)
    return {name: entry[name] for name in ("type", "name", *needed)}


def _check_name(entry: dict[str, Any], max_bytes: int) -> None:
    name = entry.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= max_bytes:
        raise ApiRefused(40018)


def _check_field(entry: dict[str, Any], name: str) -> None:
    value, limit = entry.get(name), MAX_KEY_BYTES if name == "key" else MAX_URL_BYTES
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= limit:
        raise ApiRefused(REFUSED.get(name, 40035))
    if name == "url" and not value.startswith(("http://", "https://")):
        raise ApiRefused(REFUSED["url"])
