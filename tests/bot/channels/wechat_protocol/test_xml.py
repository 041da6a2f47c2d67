"""Reading XML that may be anything."""

from __future__ import annotations

from contextlib import suppress

import pytest
import xmltodict  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_protocol.xml import cdata, read_xml
from bot.errors import CallbackMalformed
from tests.bot.channels.wechat_protocol.calls import fixture

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def test_the_fields_of_a_message_are_read() -> None:
    fields = read_xml(fixture("message_text"))

    assert fields["Content"] == "公司注册需要哪些材料？" and fields["MsgId"] == "25012345678901234"


def test_fields_that_hold_fields_are_left_out() -> None:
    fields = read_xml(fixture("event_location_select"))

    assert fields["EventKey"] == "menu_place" and "SendLocationInfo" not in fields and "Label" not in fields


def test_of_a_name_that_comes_twice_the_first_counts() -> None:
    assert read_xml(b"<xml><A>1</A><A>2</A></xml>") == {"A": "1"}


def test_a_byte_order_mark_and_a_declaration_are_no_hindrance() -> None:
    assert read_xml("\ufeff<?xml version='1.0' encoding='UTF-8'?><xml><A>营商</A></xml>".encode()) == {"A": "营商"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b'{"MsgType": "text"}',
        b"signature=1&timestamp=2",
        b"<xml>",
        b"<xml></xml><xml></xml>",
        b"<html><body/></html>",
        b"<XML/>",
        b'<xml xmlns="urn:x"/>',
        "<xml><Content>营商</Content></xml>".encode("gbk"),
        '<?xml version="1.0" encoding="GBK"?><xml><Content>营商</Content></xml>'.encode("gbk"),
        "<xml><Content>营商</Content></xml>".encode("utf-16"),
        b"<xml>\x00</xml>",
        b"<xml>\x08</xml>",
        b"\xff\xfe\x00",
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/evil.dtd"><xml/>',
        b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
        f'<!DOCTYPE xml [<!ENTITY l0 "ha">{LAUGHS}]><xml><A>&l9;</A></xml>'.encode(),
        b"<xml><A>&undefined;</A></xml>",
        b"<xml>" + b"<a>" * 100_000,
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"</xml>",
        b"<xml>" + b"<a/>" * 500 + b"</xml>",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_wechat_never_sends_is_malformed(body: bytes) -> None:
    with pytest.raises(CallbackMalformed):
        read_xml(body)


def test_what_is_just_within_the_bounds_is_read() -> None:
    assert read_xml(b"<xml>" + b"<a>" * 19 + b"</a>" * 19 + b"</xml>") == {}, "a field that holds fields is left out"
    assert read_xml(b"<xml>" + b"<a/>" * 499 + b"</xml>") == {"a": ""}


def test_the_reason_says_nothing_of_what_was_sent() -> None:
    with pytest.raises(CallbackMalformed) as problem:
        read_xml("<xml><Content>我的身份证号</Content>".encode())

    assert "身份证" not in str(problem.value) and problem.value.__cause__ is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    with suppress(CallbackMalformed):
        assert isinstance(read_xml(body), dict)


@given(st.text())
def test_any_text_in_cdata_comes_out_as_it_went_in_but_for_forbidden_characters(text: str) -> None:
    kept = xmltodict.parse(f"<xml>{cdata(text)}</xml>", strip_whitespace=False)["xml"] or ""

    assert kept == "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")).replace(
        "\r\n", "\n"
    ).replace("\r", "\n")


@pytest.mark.parametrize("text", ["]]>", "]]>]]>", "]]]]>>", "]]\x00>", "]\x00]>", "]]>]]", "<![CDATA[]]>", "]]><evil/>"])
def test_nothing_leaves_cdata(text: str) -> None:
    assert xmltodict.parse(f"<xml>{cdata(text)}</xml>")["xml"] == text.replace("\x00", "")
