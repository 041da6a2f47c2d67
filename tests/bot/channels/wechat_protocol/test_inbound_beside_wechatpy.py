"""Every message and event that wechatpy knows, read by wechatpy and by us."""

from __future__ import annotations

import pytest
import wechatpy  # type: ignore[import-untyped]
from wechatpy.events import EVENT_TYPES  # type: ignore[import-untyped]
from wechatpy.messages import MESSAGE_TYPES, BaseMessage  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.inbound import Inbound, Kind, parse_inbound
from tests.bot.channels.wechat_protocol.calls import FIXTURES, fixture

NAMES = sorted(path.stem for path in FIXTURES.glob("*.xml"))
MESSAGE_NAMES = [name for name in NAMES if name.startswith("message_")]
EVENT_NAMES = [name for name in NAMES if name.startswith("event_")]
AS_FOLLOWED = {"event_subscribe_scan": "_scan", "event_subscribe_scan_product": "_scan_product"}
"""What wechatpy adds to the name of a subscribe event because of its key; it takes the key apart as well."""
KEYS = ("key", "scene_id", "url", "page_path")


def both(name: str) -> tuple[Inbound, BaseMessage]:
    return parse_inbound(fixture(name)), wechatpy.parse_message(fixture(name))


@pytest.mark.parametrize("kind", [*(f"message_{name}" for name in MESSAGE_TYPES), *(f"event_{name}" for name in EVENT_TYPES)])
def test_no_kind_that_wechatpy_knows_lacks_a_fixture(kind: str) -> None:
    known = {**{f"message_{n}": c for n, c in MESSAGE_TYPES.items()}, **{f"event_{n}": c for n, c in EVENT_TYPES.items()}}

    assert kind in NAMES
    assert type(wechatpy.parse_message(fixture(kind))) is known[kind]


def test_every_fixture_is_a_message_or_an_event() -> None:
    assert sorted(MESSAGE_NAMES + EVENT_NAMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sender_receiver_and_time_are_the_same(name: str) -> None:
    ours, theirs = both(name)

    assert (ours.openid, ours.account, ours.sent_at) == (theirs.source, theirs.target, theirs.create_time)
    assert len(ours.external_id) <= 128 and ours.external_id.isascii()


@pytest.mark.parametrize("name", [name for name in MESSAGE_NAMES if name != "message_without_number"])
def test_a_message_has_the_same_number_and_media(name: str) -> None:
    ours, theirs = both(name)

    assert ours.external_id == f"msg:{theirs.id}"
    assert ours.media_id == getattr(theirs, "media_id", None)
    assert ours.media_format == getattr(theirs, "format", None)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("message_text", ["content"]),
        ("message_text_from_menu", ["content"]),
        ("message_voice_recognised", ["recognition"]),
        ("message_location", ["label", "location_x", "location_y"]),
        ("message_link", ["title", "description", "url"]),
        ("message_miniprogrampage", ["title"]),
    ],
)
def test_a_text_holds_the_same_fields(name: str, fields: list[str]) -> None:
    ours, theirs = both(name)

    rest = ours.text
    for field in fields:
        before, value, rest = rest.partition(getattr(theirs, field))
        assert value and before.strip("\n（纬度，经") == ""
    assert rest in ("", "）")


@pytest.mark.parametrize("name", [name for name in EVENT_NAMES if name != "event_of_unknown_name"])
def test_an_event_has_the_same_name(name: str) -> None:
    ours, theirs = both(name)

    registered = next(known for known, kind in EVENT_TYPES.items() if kind is type(theirs))
    assert registered in (ours.raw_type, f"device_{ours.raw_type}", f"subscribe{AS_FOLLOWED.get(name)}")
    assert ours.kind not in (Kind.TEXT, Kind.OTHER) and ours.external_id.startswith("event:")


@pytest.mark.parametrize("name", [name for name in EVENT_NAMES if name not in AS_FOLLOWED])
def test_an_event_has_the_same_key(name: str) -> None:
    ours, theirs = both(name)

    keys = [getattr(theirs, field) for field in KEYS if theirs._fields.get(field) and theirs._fields[field].name == "EventKey"]
    assert ours.event_key == (keys[0] if keys else "")


def test_the_scene_of_a_followed_code_is_the_same() -> None:
    ours, theirs = both("event_subscribe_scan")

    assert ours.event_key == theirs.scene_id == "hall-3"


def test_no_two_events_are_taken_for_one() -> None:
    numbers = [parse_inbound(fixture(name)).external_id for name in EVENT_NAMES]

    assert len(set(numbers)) == len(numbers)
