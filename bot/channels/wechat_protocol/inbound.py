"""What a person sent or did, read from WeChat's XML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.channels.wechat_protocol.fields import identifier, point_in_time, trimmed
from bot.channels.wechat_protocol.xml import read_xml

MAX_KEY_CHARACTERS = 512
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


class Kind(StrEnum):
    TEXT = "text"
    VOICE = "voice"
    IMAGE = "image"
    VIDEO = "video"
    FILE = "file"
    LOCATION = "location"
    LINK = "link"
    MINI_PROGRAM = "mini_program"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    CLICK = "click"
    VIEW = "view"
    SCAN = "scan"
    POSITION = "position"
    """The phone reports where it is; nobody wrote anything."""
    OTHER = "other"
    """A message of a kind we do not know."""
    EVENT = "event"
    """An event of a kind we do not know."""


MESSAGES = {
    "text": Kind.TEXT,
    "voice": Kind.VOICE,
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "file": Kind.FILE,
    "location": Kind.LOCATION,
    "link": Kind.LINK,
    "miniprogrampage": Kind.MINI_PROGRAM,
}
EVENTS = {
    "subscribe": Kind.FOLLOW,
    "unsubscribe": Kind.UNFOLLOW,
    "click": Kind.CLICK,
    "view": Kind.VIEW,
    "scan": Kind.SCAN,
    "location": Kind.POSITION,
}


@dataclass(frozen=True)
class Inbound:
    """`external_id` is the same for every delivery of the same message, at most 128 characters. `account` is our gh_… name.

    `text` is what can be read as text, "" if nothing; `event_key` of a followed QR code comes without its `qrscene_`;
    `menu_id` is the id of the menu item whose text this is; `raw_type` is WeChat's own name in lower case.
    """

    kind: Kind
    openid: str
    account: str
    sent_at: datetime
    external_id: str
    text: str
    media_id: str | None
    media_format: str | None
    event_key: str
    menu_id: str
    raw_type: str


def parse_inbound(xml: bytes) -> Inbound:
    """Return the message or event. Raises CallbackMalformed when sender, receiver, time or type is missing or malformed.

    Source: WeChat official accounts, "Receiving standard messages" (接收普通消息) and "Receiving event pushes" (接收事件推送),
    read 2026-11.
    """
    fields = read_xml(xml)
    kind, raw_type = _kind(fields)
    return Inbound(
        kind=kind,
        openid=identifier(fields, "FromUserName"),
        account=identifier(fields, "ToUserName"),
        sent_at=point_in_time(fields, "CreateTime"),
        external_id=_external_id(fields, raw_type),
        text=_text(kind, fields),
        media_id=trimmed(fields, "MediaId")[:MAX_KEY_CHARACTERS] or None,
        media_format=trimmed(fields, "Format").lower()[:MAX_KEY_CHARACTERS] or None,
        event_key=_event_key(kind, fields),
        menu_id=trimmed(fields, "bizmsgmenuid")[:MAX_KEY_CHARACTERS],
        raw_type=raw_type,
    )


def _kind(fields: Mapping[str, str]) -> tuple[Kind, str]:
    """Return the kind and WeChat's name for it. Messages of devices, long retired, are events to us."""
    message_type = identifier(fields, "MsgType").lower()
    if message_type == "event":
        event = identifier(fields, "Event").lower()
        return EVENTS.get(event, Kind.EVENT), event
    if message_type.startswith("device_"):
        return Kind.EVENT, identifier(fields, "Event").lower() if trimmed(fields, "Event") else message_type
    return MESSAGES.get(message_type, Kind.OTHER), message_type


def _external_id(fields: Mapping[str, str], raw_type: str) -> str:
    """WeChat numbers messages, but not events: those are told apart by who, when and what.

    Source: "Receiving standard messages" (关于重试的消息排重), read 2026-11.
    """
    is_event = trimmed(fields, "MsgType").lower() == "event"
    if not is_event and trimmed(fields, "MsgId"):
        return f"msg:{identifier(fields, 'MsgId')}"
    number = trimmed(fields, "MsgID") or trimmed(fields, "MsgId")
    what = trimmed(fields, "EventKey") if is_event else fields.get("Content") or trimmed(fields, "MediaId")
    parts = (trimmed(fields, "FromUserName"), trimmed(fields, "CreateTime"), raw_type, what, number)
    return f"event:{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


def _text(kind: Kind, fields: Mapping[str, str]) -> str:
    match kind:
        case Kind.TEXT:
            return fields.get("Content", "")
        case Kind.VOICE:
            return fields.get("Recognition", "")
        case Kind.LOCATION:
            return _place(fields)
        case Kind.LINK:
            lines = (trimmed(fields, name) for name in ("Title", "Description", "Url"))
            return "\n".join(line for line in lines if line)
        case Kind.MINI_PROGRAM | Kind.FILE:
            return trimmed(fields, "Title")
    return ""


def _place(fields: Mapping[str, str]) -> str:
    label, latitude, longitude = (trimmed(fields, name) for name in ("Label", "Location_X", "Location_Y"))
    if not DEGREES.fullmatch(latitude) or not DEGREES.fullmatch(longitude):
        return label
    return f"{label}（纬度{latitude}，经度{longitude}）"


def _event_key(kind: Kind, fields: Mapping[str, str]) -> str:
    key = trimmed(fields, "EventKey")
    return (key.removeprefix("qrscene_") if kind is Kind.FOLLOW else key)[:MAX_KEY_CHARACTERS]
