"""The custom menu: what its keys mean, and the file that says what it holds."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.business.payload import event_payload
from bot.errors import FileInvalid
from bot.services.inbox import Said

MAX_ENTRIES, MAX_SUB_ENTRIES = 3, 5
MAX_NAME_BYTES, MAX_SUB_NAME_BYTES = 16, 60
"""Source: WeChat's page on creating the custom menu, read 2026-11."""
PERSON, START = "person", "start"
ASK = "ask:"
H5_PATH = "/wechat/h5"


def read_key(key: str, titles: Mapping[str, str]) -> Said | None:
    """Return what a menu entry, or a QR code's scene, with this key says: `ask:SUBJECT`, `person` or `start`. None if unknown."""
    if key == PERSON:
        return Said("转人工", "/request_human")
    if key == START:
        return Said("从头开始", event_payload("scan"))
    subject = key.removeprefix(ASK)
    if key.startswith(ASK) and subject in titles:
        return Said(titles[subject], f'/choose_subject{{"subject": "{subject}"}}')
    return None


def read_menu(file: Path, titles: Mapping[str, str], public_url: str) -> dict[str, Any]:
    """Return the menu as WeChat wants it. Raises FileInvalid naming the entry that cannot be."""
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileInvalid(file.name, "file", f"cannot be read: {type(error).__name__}") from None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_ENTRIES:
        raise FileInvalid(file.name, "file", f"must list 1 to {MAX_ENTRIES} entries")
    reader = _Reader(file.name, titles, public_url)
    return {"button": [reader.entry(entry, MAX_NAME_BYTES) for entry in entries]}


def describe_difference(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return the difference as a diff, "" when there is none. What WeChat adds of its own does not count."""
    before, after = (json.dumps(_essence(menu), ensure_ascii=False, indent=2).splitlines() for menu in (current, wanted))
    return "\n".join(difflib.unified_diff(before, after, "公众号现有菜单", "文件中的菜单", n=2, lineterm=""))


class _Reader:
    """Reads entries of one file."""

    def __init__(self, file: str, titles: Mapping[str, str], public_url: str) -> None:
        self._file = file
        self._titles = titles
        self._public_url = public_url

    def entry(self, entry: Any, max_bytes: int) -> dict[str, Any]:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not 0 < len(name.encode()) <= max_bytes:
            raise FileInvalid(self._file, str(name or entry)[:40], f"needs a name of at most {max_bytes} bytes of UTF-8")
        if "entries" in entry and max_bytes == MAX_NAME_BYTES:
            return {"name": name, "sub_button": self._sub_entries(name, entry["entries"])}
        return {"name": name, **self._meaning(name, entry)}

    def _sub_entries(self, name: str, entries: Any) -> list[dict[str, Any]]:
        if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_SUB_ENTRIES:
            raise FileInvalid(self._file, name, f"must list 1 to {MAX_SUB_ENTRIES} entries")
        return [self.entry(entry, MAX_SUB_NAME_BYTES) for entry in entries]

    def _meaning(self, name: str, entry: Mapping[str, Any]) -> dict[str, str]:
        if set(entry) == {"name", "click"} and read_key(str(entry["click"]), self._titles):
            return {"type": "click", "key": str(entry["click"])}
        if set(entry) == {"name", "page"}:
            return {"type": "view", "url": self._page(name, str(entry["page"]))}
        raise FileInvalid(self._file, name, "needs `click: ask:SUBJECT|person|start`, `page: chat|https://…` or `entries`")

    def _page(self, name: str, page: str) -> str:
        if page.startswith(("https://", "http://")):
            return page
        if page != "chat":
            raise FileInvalid(self._file, name, "`page` must be `chat` or an address")
        if not self._public_url:
            raise FileInvalid(self._file, name, "opens our page, so YINGSHANG_PUBLIC_URL must be set")
        return f"{self._public_url}{H5_PATH}"


def _essence(menu: Mapping[str, Any]) -> Any:
    def of(button: Mapping[str, Any]) -> dict[str, Any]:
        kept = {key: button[key] for key in ("name", "type", "key", "url") if button.get(key)}
        subs = button.get("sub_button") or []
        if listed := subs.get("list", []) if isinstance(subs, dict) else subs:
            kept["sub_button"] = [of(sub) for sub in listed]
        return kept

    return [of(button) for button in menu.get("button", [])]
