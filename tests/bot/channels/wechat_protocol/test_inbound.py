"""Messages and events in our words."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from bot.channels.wechat_protocol.inbound import Inbound, Kind, parse_inbound
from bot.errors import CallbackMalformed
from tests.bot.channels.wechat_protocol.calls import fixture

OPENID = "oYs8w5A1b2C3d4E5f6G7h8I9j0Kl"


def parse(name: str) -> Inbound:
    return parse_inbound(fixture(name))


def changed(name: str, old: str, new: str) -> Inbound:
    """Return the fixture's message after one replacement, which must have happened."""
    xml = fixture(name).decode()
    assert old in xml
    return parse_inbound(xml.replace(old, new).encode())


def test_a_text_is_read_whole() -> None:
    assert parse("message_text") == Inbound(
        kind=Kind.TEXT,
        openid=OPENID,
        account="gh_0a1b2c3d4e5f",
        sent_at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
        external_id="msg:25012345678901234",
        text="公司注册需要哪些材料？",
        media_id=None,
        media_format=None,
        event_key="",
        menu_id="",
        raw_type="text",
    )


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("message_voice", Kind.VOICE, ""),
        ("message_voice_recognised", Kind.VOICE, "营业执照怎么办理？"),
        ("message_image", Kind.IMAGE, ""),
        ("message_video", Kind.VIDEO, ""),
        ("message_shortvideo", Kind.VIDEO, ""),
        ("message_file", Kind.FILE, "营业执照.pdf"),
        ("message_location", Kind.LOCATION, "政务服务中心（纬度23.134521，经度113.358803）"),
        ("message_link", Kind.LINK, "公众平台官网链接\n公众平台官网\nhttps://example.com/a?b=1&c=2"),
        ("message_miniprogrampage", Kind.MINI_PROGRAM, "办事预约"),
        ("message_of_unknown_type", Kind.OTHER, ""),
    ],
)
def test_every_kind_of_message_has_the_text_it_can_have(name: str, kind: Kind, text: str) -> None:
    message = parse(name)

    assert (message.kind, message.text) == (kind, text)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("message_voice", ("media-voice-1", "amr")),
        ("message_voice_recognised", ("media-voice-2", "speex")),
        ("message_image", ("media-image-1", None)),
        ("message_video", ("media-video-1", None)),
        ("message_file", (None, None)),
    ],
)
def test_media_come_with_their_number_and_format(name: str, media: tuple[str | None, str | None]) -> None:
    message = parse(name)

    assert (message.media_id, message.media_format) == media


@pytest.mark.parametrize(
    ("name", "kind", "event_key"),
    [
        ("event_subscribe", Kind.FOLLOW, ""),
        ("event_subscribe_scan", Kind.FOLLOW, "hall-3"),
        ("event_unsubscribe", Kind.UNFOLLOW, ""),
        ("event_click", Kind.CLICK, "menu_services"),
        ("event_view", Kind.VIEW, "https://example.com/guide?id=1&from=menu"),
        ("event_scan", Kind.SCAN, "hall-3"),
        ("event_location", Kind.POSITION, ""),
        ("event_view_miniprogram", Kind.EVENT, "pages/index/index"),
        ("event_templatesendjobfinish", Kind.EVENT, ""),
        ("event_of_unknown_name", Kind.EVENT, ""),
        ("event_device_text", Kind.EVENT, ""),
    ],
)
def test_every_kind_of_event_has_its_key_and_no_text(name: str, kind: Kind, event_key: str) -> None:
    event = parse(name)

    assert (event.kind, event.event_key, event.text) == (kind, event_key, "")


def test_names_of_types_and_events_are_compared_in_lower_case() -> None:
    assert changed("message_text", "[text]", "[Text]").kind is Kind.TEXT
    assert changed("event_subscribe", "[subscribe]", "[SUBSCRIBE]").kind is Kind.FOLLOW
    assert parse("event_of_unknown_name").raw_type == "subscribe_msg_popup_event"


def test_only_a_followed_code_loses_its_prefix() -> None:
    assert changed("event_click", "menu_services", "qrscene_1").event_key == "qrscene_1"


def test_a_choice_from_a_menu_brings_the_id_of_the_item() -> None:
    assert (parse("message_text_from_menu").menu_id, parse("message_text_from_menu").text) == ("menu-2", "社保登记")


def test_a_place_without_numbers_is_its_name() -> None:
    assert changed("message_location", "23.134521", "north").text == "政务服务中心"


def test_a_text_keeps_its_white_space_and_its_length() -> None:
    text = "  第一行\n\n  第二行 " + "长" * 5000

    assert changed("message_text", "公司注册需要哪些材料？", text).text == text


def test_an_event_key_is_cut() -> None:
    assert len(changed("event_click", "menu_services", "k" * 2000).event_key) == 512


def test_an_event_is_known_by_who_when_and_what() -> None:
    expected = hashlib.sha256(f"{OPENID}|1795312800|click|menu_services|".encode()).hexdigest()

    assert parse("event_click").external_id == f"event:{expected}"


def test_the_end_of_a_sending_is_known_by_its_own_number_too() -> None:
    expected = hashlib.sha256(f"{OPENID}|1795312800|templatesendjobfinish||200163836".encode()).hexdigest()

    assert parse("event_templatesendjobfinish").external_id == f"event:{expected}"


@pytest.mark.parametrize(
    ("old", "new"),
    [("menu_services", "menu_tasks"), ("1795312800", "1795312801"), ("0Kl]", "0Km]"), ("[CLICK]", "[VIEW]"), ("menu", "m" * 600)],
)
def test_two_events_that_differ_are_two(old: str, new: str) -> None:
    assert changed("event_click", old, new).external_id != parse("event_click").external_id


def test_two_keys_that_differ_only_after_the_cut_are_two() -> None:
    one, other = (changed("event_click", "menu_services", "k" * 600 + end) for end in "ab")

    assert one.event_key == other.event_key and one.external_id != other.external_id


def test_a_message_without_a_number_is_known_by_who_when_and_what() -> None:
    same, other = parse("message_without_number"), changed("message_without_number", "你好", "再见")

    assert same.external_id == parse("message_without_number").external_id != other.external_id
    assert same.external_id.startswith("event:")


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType"])
@pytest.mark.parametrize("kind", ["message_text", "event_click"])
def test_a_required_field_that_is_missing_is_named(kind: str, name: str) -> None:
    xml = fixture(kind).decode().replace(f"<{name}>", f"<X{name}>").replace(f"</{name}>", f"</X{name}>")

    with pytest.raises(CallbackMalformed, match=name):
        parse_inbound(xml.encode())


def test_an_event_without_a_name_is_malformed() -> None:
    with pytest.raises(CallbackMalformed, match="Event"):
        changed("event_click", "<Event><![CDATA[CLICK]]></Event>", "")


@pytest.mark.parametrize("openid", ["", " ", "o" * 65, "微信号", "o\nx", "o x", "o\x7fx"])
def test_an_openid_that_is_none_is_malformed(openid: str) -> None:
    with pytest.raises(CallbackMalformed) as problem:
        changed("message_text", OPENID, openid)

    assert not openid.strip() or openid not in str(problem.value)


@pytest.mark.parametrize("openid", ["o", "o" * 64, "o-_1~!"])
def test_an_openid_has_1_to_64_printable_characters(openid: str) -> None:
    assert changed("message_text", OPENID, openid).openid == openid


@pytest.mark.parametrize("time", ["", "soon", "-1", "0", "1.5", "４２", "99999999999", "4294967296", "9" * 5000])
def test_a_time_that_is_none_is_malformed(time: str) -> None:
    with pytest.raises(CallbackMalformed):
        changed("message_text", "1795312800", time)


@pytest.mark.parametrize("number", ["9" * 65, "号码", "1 2"])
def test_a_message_number_that_is_none_is_malformed(number: str) -> None:
    with pytest.raises(CallbackMalformed):
        changed("message_text", "25012345678901234", number)
