"""What a user can do, as the fields of the XML that the platform sends for it.

Source: vendor pages "Receive standard messages" and "Receive event pushes", read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simulator.media import Media
from simulator.timeline import Kind

SILENT_EVENTS = {"unsubscribe", "view", "location", "templatesendjobfinish"}
"""Lower-cased: nothing is shown when nobody answers these."""


@dataclass(frozen=True)
class Deed:
    """One message or event. `grants` says which allowance it opens."""

    type: str
    """MsgType."""
    fields: Mapping[str, str | int]
    """What the XML has beyond the common fields."""
    grants: Literal["message", "event"] | None
    kind: Kind | None = None
    """How the user sees it; None = not at all."""
    text: str = ""
    tail: str = ""
    media_id: str | None = None

    @property
    def is_event(self) -> bool:
        return self.type == "event"

    @property
    def name(self) -> str:
        """For the log."""
        return f"event:{self.fields['Event']}" if self.is_event else self.type

    @property
    def shows_failure(self) -> bool:
        return str(self.fields.get("Event", "")).lower() not in SILENT_EVENTS


@dataclass(frozen=True)
class Callback:
    """A deed on its way to the product."""

    number: str
    """Increasing, 64 bits; the MsgId of a message."""
    openid: str
    created: int
    """Seconds since 1970."""
    deed: Deed
    account: str
    """The account's original id."""
    fields: Mapping[str, str | int] = field(init=False)

    def __post_init__(self) -> None:
        head = {"ToUserName": self.account, "FromUserName": self.openid, "CreateTime": self.created, "MsgType": self.deed.type}
        tail = {} if self.deed.is_event else {"MsgId": int(self.number)}
        object.__setattr__(self, "fields", {**head, **self.deed.fields, **tail})


def text(content: str, menu_id: str | None = None) -> Deed:
    """A text; with `menu_id` a click on that line of a msgmenu, which counts as a menu click."""
    extra = {} if menu_id is None else {"bizmsgmenuid": menu_id}
    return Deed("text", {"Content": content, **extra}, "message" if menu_id is None else "event", "text", content)


def image(media: Media, url: str) -> Deed:
    return Deed("image", {"PicUrl": url, "MediaId": media.id}, "message", "image", media_id=media.id)


def voice(media: Media) -> Deed:
    """A voice message; the platform has recognised no speech since 2023, so Recognition is empty."""
    given = {"MediaId": media.id, "Format": "amr", "MediaId16K": media.id, "Recognition": ""}
    return Deed("voice", given, "message", "voice", str(media.seconds), media_id=media.id)


def video(media: Media) -> Deed:
    return Deed("video", {"MediaId": media.id, "ThumbMediaId": media.id}, "message", "video", media_id=media.id)


def location(latitude: float, longitude: float, label: str) -> Deed:
    given: dict[str, str | int] = {"Location_X": f"{latitude:.6f}", "Location_Y": f"{longitude:.6f}"}
    given |= {"Scale": 16, "Label": label}
    return Deed("location", given, "message", "location", label, tail=f"{latitude:.6f},{longitude:.6f}")


def link(title: str, description: str, url: str) -> Deed:
    given = {"Title": title, "Description": description, "Url": url}
    return Deed("link", given, "message", "link", f"{title}\n{description}\n{url}")


def event(name: str, fields: Mapping[str, str | int] | None = None, grants: Literal["event"] | None = None) -> Deed:
    """Any event, also one that no client sends."""
    return Deed("event", {"Event": name, **(fields or {})}, grants)


def follow(scene: str | None = None) -> Deed:
    given = {"EventKey": ""} if not scene else {"EventKey": f"qrscene_{scene}", "Ticket": f"ticket-{scene}"}
    return event("subscribe", given, "event")


def unfollow() -> Deed:
    return event("unsubscribe", {"EventKey": ""})


def click(key: str) -> Deed:
    return event("CLICK", {"EventKey": key}, "event")


def view(url: str) -> Deed:
    """Opening a page from the menu opens no window for messages."""
    return event("VIEW", {"EventKey": url, "MenuId": 1})


def scan(scene: str) -> Deed:
    return event("SCAN", {"EventKey": scene, "Ticket": f"ticket-{scene}"}, "event")


def position(latitude: float, longitude: float) -> Deed:
    given = {"Latitude": f"{latitude:.6f}", "Longitude": f"{longitude:.6f}", "Precision": "65.000000"}
    return event("LOCATION", given)
