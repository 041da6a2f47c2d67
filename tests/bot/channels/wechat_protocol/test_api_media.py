"""Fetching voices and pictures."""

from __future__ import annotations

import pytest

from bot.channels.wechat_protocol.api import WeChatApi
from bot.channels.wechat_protocol.api_media import Media
from bot.errors import PlatformBusy, PlatformRefused, TokenRejected
from tests.bot.channels.wechat_protocol.conftest import FIRST_TOKEN, SECOND_TOKEN, Tokens
from tests.bot.channels.wechat_protocol.platform_server import Platform, says, sends

AMR = b"#!AMR\n" + bytes(range(256)) * 10
VOICE = {"Content-Type": "audio/amr", "Content-Disposition": 'attachment; filename="media-1.amr"'}


def test_a_voice_comes_with_its_type_and_name(platform: Platform, api: WeChatApi) -> None:
    platform.will(sends(AMR, headers=VOICE))

    assert api.get_media("media-1", 10_000) == Media(AMR, "audio/amr", "media-1.amr")
    assert (platform.requests[0].method, platform.requests[0].path) == ("GET", "/cgi-bin/media/get")
    assert platform.requests[0].query == {"access_token": FIRST_TOKEN, "media_id": "media-1"}


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (None, None),
        ("attachment", None),
        ("attachment; filename=a.jpg", "a.jpg"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\x\\\\b.png"', "b.png"),
        ('attachment; filename="/"', None),
        ('attachment; filename="图片.jpg"'.encode().decode("latin-1"), "图片.jpg"),
    ],
)
def test_a_file_name_has_no_folders(platform: Platform, api: WeChatApi, disposition: str | None, name: str | None) -> None:
    headers = {"Content-Type": "image/jpeg; charset=x"} | ({"Content-Disposition": disposition} if disposition else {})
    platform.will(sends(b"\xff\xd8", headers=headers))

    media = api.get_media("media-1", 100)

    assert (media.file_name, media.content_type) == (name, "image/jpeg")


@pytest.mark.parametrize("limit", [len(AMR), len(AMR) + 1])
def test_media_within_the_limit_are_fetched(platform: Platform, api: WeChatApi, limit: int) -> None:
    platform.will(sends(AMR, headers=VOICE))

    assert api.get_media("media-1", limit).content == AMR


@pytest.mark.parametrize("limit", [len(AMR) - 1, 10, 0])
def test_media_over_the_limit_are_refused(platform: Platform, api: WeChatApi, limit: int) -> None:
    platform.will(sends(AMR, headers=VOICE))

    with pytest.raises(PlatformRefused) as refusal:
        api.get_media("media-1", limit)

    assert refusal.value.code == 40006


def test_media_without_end_are_not_read_to_the_end(platform: Platform, api: WeChatApi) -> None:
    def endless(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/amr")
        handler.end_headers()
        while not platform.released.is_set():
            handler.wfile.write(b"x" * 65_536)

    platform.will(endless)

    with pytest.raises(PlatformRefused) as refusal:
        api.get_media("media-1", 1_000_000)

    assert refusal.value.code == 40006


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; encoding=utf-8", "audio/amr"])
def test_json_in_place_of_media_is_an_error_answer(platform: Platform, api: WeChatApi, content_type: str) -> None:
    platform.will(says({"errcode": 40007, "errmsg": "invalid media_id"}, content_type=content_type))

    with pytest.raises(PlatformRefused) as refusal:
        api.get_media("media-1", 10)

    assert refusal.value.code == 40007


def test_a_rejected_token_is_renewed_for_media_too(platform: Platform, api: WeChatApi, tokens: Tokens) -> None:
    platform.will({"errcode": 40001}, sends(AMR, headers=VOICE))

    assert api.get_media("media-1", 10_000).content == AMR
    assert [request.query["access_token"] for request in platform.requests] == [FIRST_TOKEN, SECOND_TOKEN]


def test_a_token_rejected_twice_is_an_error_for_media_too(platform: Platform, api: WeChatApi) -> None:
    platform.will({"errcode": 40001})

    with pytest.raises(TokenRejected):
        api.get_media("media-1", 10_000)

    assert len(platform.requests) == 2


def test_a_video_is_fetched_from_where_the_platform_keeps_it_without_our_token(platform: Platform, api: WeChatApi) -> None:
    platform.will({"video_url": f"{platform.url}/video"}, sends(b"film", headers={"Content-Type": "video/mp4"}))

    assert api.get_media("media-1", 10_000).content == b"film"
    assert platform.requests[1].query == {}


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://evilqq.com/x", "file:///etc/passwd", "http://qq.com.evil.example/", "//x", ""],
)
def test_a_video_elsewhere_is_not_followed(platform: Platform, api: WeChatApi, address: str) -> None:
    platform.will({"video_url": address})

    with pytest.raises(PlatformRefused):
        api.get_media("media-1", 10_000)

    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    "answer", [sends(b"x", 500), sends(b"x", 404), sends(b"<html>", headers={"Content-Type": "text/html"}), sends(b"{oops")]
)
def test_an_answer_that_is_neither_media_nor_error_means_busy(platform: Platform, api: WeChatApi, answer) -> None:
    platform.will(answer)

    with pytest.raises(PlatformBusy):
        api.get_media("media-1", 10_000)


def test_media_print_no_content() -> None:
    assert "AMR" not in repr(Media(AMR, "audio/amr", None))
