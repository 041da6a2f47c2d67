"""The passive reply, read by wechatpy and by xmltodict."""

from __future__ import annotations

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy.replies import TextReply, deserialize_reply  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.reply import text_reply
from bot.channels.wechat_protocol.xml import read_xml
from tests.bot.channels.wechat_protocol.calls import NOW

TEXTS = ["您好", "a\nb", "]]>", "1 < 2 & 3 > 2", '<a href="https://example.com/?a=1&b=2">办事指南</a>', "👨‍👩‍👧‍👦", "]]>]]>x"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_reply_is_read_by_the_other_side(text: str) -> None:
    xml = text_reply("oPerson", "gh_account", text, NOW)

    assert xmltodict.parse(xml)["xml"] == {
        "ToUserName": "oPerson",
        "FromUserName": "gh_account",
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": text,
    }
    assert read_xml(xml.encode())["Content"] == text


def test_wechatpy_takes_it_for_its_own_text_reply() -> None:
    reply = deserialize_reply(text_reply("oPerson", "gh_account", "您好", NOW))

    assert isinstance(reply, TextReply)
    assert (reply.target, reply.source, reply.content, reply.time) == ("oPerson", "gh_account", "您好", int(NOW.timestamp()))


def test_characters_that_xml_forbids_are_dropped() -> None:
    xml = text_reply("oPerson\x00", "gh_account", "办\x08公\ud800室\uffff", NOW)

    assert read_xml(xml.encode()) == {**read_xml(text_reply("oPerson", "gh_account", "办公室", NOW).encode())}


def test_a_name_cannot_add_fields() -> None:
    xml = text_reply("o]]></ToUserName><MsgType>image</MsgType>", "gh_account", "您好", NOW)

    assert read_xml(xml.encode())["MsgType"] == "text"
