"""What the API asks of the platform, and what it makes of the answers."""

from __future__ import annotations

import pytest
import requests

from bot.channels.wechat_protocol.api import WeChatApi
from bot.errors import PlatformBusy, PlatformError, PlatformRefused, PlatformSilent, TokenRejected
from bot.settings import Secret
from tests.bot.channels.wechat_protocol.conftest import FIRST_TOKEN, SECOND_TOKEN, Tokens
from tests.bot.channels.wechat_protocol.platform_server import Platform, says, sends

MENU = {"button": [{"type": "click", "name": "办事指南", "key": "menu_services"}]}


def test_a_text_goes_out_in_utf8_without_escapes(platform: Platform, api: WeChatApi) -> None:
    api.send_text("oPerson", '您好 👍 <a href="https://example.com">指南</a>')

    (request,) = platform.requests
    assert (request.method, request.path, request.query) == (
        "POST",
        "/cgi-bin/message/custom/send",
        {"access_token": FIRST_TOKEN},
    )
    assert "您好 👍".encode() in request.body and b"\\u" not in request.body
    assert request.json == {
        "touser": "oPerson",
        "msgtype": "text",
        "text": {"content": '您好 👍 <a href="https://example.com">指南</a>'},
    }


def test_half_a_character_does_not_stop_a_text(platform: Platform, api: WeChatApi) -> None:
    api.send_text("oPerson", "办\ud83d事")

    assert platform.requests[0].json["text"]["content"] == "办?事"


def test_a_menu_of_choices_goes_out_in_order(platform: Platform, api: WeChatApi) -> None:
    api.send_menu("oPerson", "您想问哪一项？", [("a", "社保登记"), ("b", "公积金")], "请点选")

    assert platform.requests[0].path == "/cgi-bin/message/custom/send"
    assert platform.requests[0].json == {
        "touser": "oPerson",
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "您想问哪一项？",
            "list": [{"id": "a", "content": "社保登记"}, {"id": "b", "content": "公积金"}],
            "tail_content": "请点选",
        },
    }


def test_typing_is_shown(platform: Platform, api: WeChatApi) -> None:
    api.send_typing("oPerson")

    assert platform.requests[0].path == "/cgi-bin/message/custom/typing"
    assert platform.requests[0].json == {"touser": "oPerson", "command": "Typing"}


def test_a_menu_is_created_and_read(platform: Platform, api: WeChatApi) -> None:
    api.create_menu(MENU)
    platform.will({"menu": MENU})

    assert api.get_menu() == MENU
    assert platform.requests[0].json == MENU
    assert [(request.method, request.path) for request in platform.requests] == [
        ("POST", "/cgi-bin/menu/create"),
        ("GET", "/cgi-bin/menu/get"),
    ]


def test_no_menu_is_an_empty_menu(platform: Platform, api: WeChatApi) -> None:
    platform.will({"errcode": 46003, "errmsg": "menu no exist"})

    assert api.get_menu() == {}


def test_a_menu_that_may_not_be_read_is_no_empty_menu(platform: Platform, api: WeChatApi) -> None:
    platform.will({"errcode": 48001, "errmsg": "api unauthorized"})

    with pytest.raises(PlatformRefused) as refusal:
        api.get_menu()

    assert refusal.value.code == 48001


def test_a_code_is_exchanged_without_an_access_token(platform: Platform, api: WeChatApi) -> None:
    platform.will({"access_token": "page-token", "expires_in": 7200, "openid": "oPerson", "scope": "snsapi_base"})

    assert api.exchange_code("wx1", Secret("app-secret"), "c&d=1") == "oPerson"
    assert (platform.requests[0].method, platform.requests[0].path) == ("GET", "/sns/oauth2/access_token")
    assert platform.requests[0].query == {
        "appid": "wx1",
        "secret": "app-secret",
        "code": "c&d=1",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize("code", ["", "\ud800", "\x00", "码", "c" * 5000])
def test_a_code_that_is_none_is_refused_by_the_platform_and_breaks_nothing(platform: Platform, api: WeChatApi, code: str) -> None:
    platform.will({"errcode": 40029, "errmsg": "invalid code"})

    with pytest.raises(PlatformRefused) as refusal:
        api.exchange_code("wx1", Secret("app-secret"), code)

    assert refusal.value.code == 40029


@pytest.mark.parametrize("force", [False, True])
def test_a_token_is_fetched_the_stable_way(platform: Platform, api: WeChatApi, force: bool) -> None:
    platform.will({"access_token": "fresh", "expires_in": 7200})

    assert api.fetch_token("wx1", Secret("app-secret"), force) == ("fresh", 7200)
    assert (platform.requests[0].method, platform.requests[0].path) == ("POST", "/cgi-bin/stable_token")
    assert platform.requests[0].query == {}
    assert platform.requests[0].json == {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": "app-secret",
        "force_refresh": force,
    }


@pytest.mark.parametrize("code", [40001, 40125, 40164, 40013])
def test_a_wrong_secret_is_refused_and_asks_for_no_token(platform: Platform, api: WeChatApi, tokens: Tokens, code: int) -> None:
    platform.will({"errcode": code, "errmsg": "invalid credential"})

    with pytest.raises(PlatformRefused) as of_token:
        api.fetch_token("wx1", Secret("app-secret"))
    with pytest.raises(PlatformRefused) as of_code:
        api.exchange_code("wx1", Secret("app-secret"), "code")

    for refusal in (of_token.value, of_code.value):
        assert refusal.code == code and type(refusal) is PlatformRefused
    assert tokens.rejected == [] and len(platform.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": "x"},
        {"access_token": "", "expires_in": 7200},
        {"access_token": 1, "expires_in": 7200},
        {"access_token": "x", "expires_in": "7200"},
        {"access_token": "x", "expires_in": 0},
        {"openid": 1},
        {"openid": ""},
    ],
)
def test_an_answer_without_what_was_asked_for_may_be_better_next_time(
    platform: Platform, api: WeChatApi, answer: dict[str, object]
) -> None:
    platform.will(answer)

    with pytest.raises(PlatformBusy):
        api.fetch_token("wx1", Secret("app-secret"))
    with pytest.raises(PlatformBusy):
        api.exchange_code("wx1", Secret("app-secret"), "code")


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_rejected_token_is_renewed_once_and_the_call_repeated(
    platform: Platform, api: WeChatApi, tokens: Tokens, code: int
) -> None:
    platform.will({"errcode": code, "errmsg": "invalid credential"}, {"errcode": 0})

    api.send_text("oPerson", "您好")

    assert tokens.rejected == [FIRST_TOKEN]
    assert [request.query["access_token"] for request in platform.requests] == [FIRST_TOKEN, SECOND_TOKEN]
    assert platform.requests[0].body == platform.requests[1].body


def test_a_token_rejected_twice_is_an_error_and_not_an_endless_loop(platform: Platform, api: WeChatApi, tokens: Tokens) -> None:
    platform.will({"errcode": 42001, "errmsg": "access_token expired"})

    with pytest.raises(TokenRejected) as rejection:
        api.send_text("oPerson", "您好")

    assert rejection.value.code == 42001 and len(platform.requests) == 2 and tokens.rejected == [FIRST_TOKEN]


def test_what_renewing_raises_is_what_the_call_raises(platform: Platform, session: requests.Session) -> None:
    class Broken(Tokens):
        def renew(self, rejected: str) -> str:
            raise PlatformSilent(0)

    platform.will({"errcode": 40001})

    with pytest.raises(PlatformSilent):
        WeChatApi(platform.url, Broken(), session=session).send_text("oPerson", "您好")


@pytest.mark.parametrize("code", [-1, 45011])
def test_a_busy_platform_may_be_asked_again(platform: Platform, api: WeChatApi, code: int) -> None:
    platform.will({"errcode": code, "errmsg": "system error"})

    with pytest.raises(PlatformBusy) as error:
        api.send_text("oPerson", "您好")

    assert error.value.code == code and len(platform.requests) == 1


@pytest.mark.parametrize("code", [40003, 43004, 45009, 45015, 45047, 45002, 48001, 48002, 50002, 1, 99999])
def test_every_other_number_is_a_refusal(platform: Platform, api: WeChatApi, code: int) -> None:
    platform.will({"errcode": code, "errmsg": "no"})

    with pytest.raises(PlatformRefused) as error:
        api.send_text("oPerson", "您好")

    assert error.value.code == code and type(error.value) is PlatformRefused and len(platform.requests) == 1


def test_an_error_counts_whatever_the_status_is(platform: Platform, api: WeChatApi) -> None:
    platform.will(says({"errcode": 45015}, status=412))

    with pytest.raises(PlatformRefused) as error:
        api.send_text("oPerson", "您好")

    assert error.value.code == 45015


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"", 500),
        sends(b'{"errcode":0}', 502),
        sends(b"<html>Bad gateway</html>", 502),
        sends(b""),
        sends(b"ok"),
        sends(b"[]"),
        sends(b"null"),
        sends(b'{"errcode":"0"}'),
        sends(b'{"errcode":true}'),
        sends(b'{"errcode":null}'),
        sends(b"\xff\xfe"),
        sends(b"[" * 200_000),
        sends(b"", 302, {"Location": "http://127.0.0.1:9/elsewhere"}),
        sends(b"<html>", 404),
    ],
)
def test_an_answer_nobody_can_read_means_busy(platform: Platform, api: WeChatApi, answer) -> None:
    platform.will(answer)

    with pytest.raises(PlatformBusy) as error:
        api.send_text("oPerson", "您好")

    assert error.value.code == 0 and len(platform.requests) == 1


def test_an_answer_without_end_is_not_read_to_the_end(platform: Platform, api: WeChatApi) -> None:
    platform.will(sends(b" " * 3_000_000))

    with pytest.raises(PlatformError):
        api.send_text("oPerson", "您好")
