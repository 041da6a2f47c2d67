from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fixtures.wechat import Simulator
from tests.simulator.calls import STABLE_TOKEN, access_token, post, send_text
from tests.simulator.conftest import Clock

CLICK = {"type": "click", "name": "帮助", "key": "HELP"}
VIEW = {"type": "view", "name": "网页", "url": "https://example.org/"}
MINI = {"type": "miniprogram", "name": "小程序", "url": "https://example.org/", "appid": "wx1", "pagepath": "pages/a"}


def test_the_same_token_is_given_until_five_minutes_before_its_end(simulator: Simulator, clock: Clock) -> None:
    first = access_token(simulator)
    clock.move(seconds=7200 - 301)
    same = access_token(simulator)
    clock.move(seconds=2)
    next_one = access_token(simulator)

    assert first == same != next_one
    assert [send_text(simulator, "o-nobody", token=token) for token in (first, next_one)] == [40003, 40003]
    clock.move(seconds=300)
    assert [send_text(simulator, "o-nobody", token=token) for token in (first, next_one)] == [42001, 40003]


def test_a_forced_token_leaves_the_old_one_five_minutes(simulator: Simulator, clock: Clock) -> None:
    old = access_token(simulator)
    new = access_token(simulator, force=True)

    assert old != new
    clock.move(seconds=299)
    assert send_text(simulator, "o-nobody", token=old) == 40003
    clock.move(seconds=1)
    assert send_text(simulator, "o-nobody", token=old) == 42001
    assert send_text(simulator, "o-nobody", token=new) == 40003


def test_the_old_token_can_be_made_to_end_at_once(simulator: Simulator) -> None:
    simulator.platform.faults.change({"expire_old_token": True})
    old = access_token(simulator)

    access_token(simulator, force=True)

    assert send_text(simulator, "o-nobody", token=old) == 42001


def test_a_token_that_was_never_given_is_refused(simulator: Simulator) -> None:
    assert send_text(simulator, "o-nobody", token="made-up") == 40001


def test_tokens_can_be_ended_while_running(simulator: Simulator) -> None:
    token = access_token(simulator)

    simulator.platform.tokens.expire_all()

    assert send_text(simulator, "o-nobody", token=token) == 42001
    assert access_token(simulator) != token


def test_the_classic_token_does_not_disturb_the_stable_one(simulator: Simulator) -> None:
    stable, account = access_token(simulator), simulator.account
    query = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}

    classic = simulator.client.get("/cgi-bin/token", params=query).json()

    assert classic["expires_in"] == 7200
    assert [send_text(simulator, "o-nobody", token=token) for token in (stable, classic["access_token"])] == [40003, 40003]


@pytest.mark.parametrize(("wrong", "code"), [("app_id", 40013), ("app_secret", 40125)])
def test_wrong_credentials_get_no_token(wrong: str, code: int, simulator: Simulator) -> None:
    known = {"app_id": simulator.account.app_id, "app_secret": simulator.account.app_secret, wrong: "wrong"}

    answer = simulator.client.post(STABLE_TOKEN, json={"appid": known["app_id"], "secret": known["app_secret"]})

    assert answer.json()["errcode"] == code


def test_a_token_lasts_as_long_as_the_account_says(simulator: Simulator) -> None:
    account = simulator.account
    account.token_lifetime_s = 600

    answer = simulator.client.post(STABLE_TOKEN, json={"appid": account.app_id, "secret": account.app_secret}).json()

    assert answer["expires_in"] == 600


def test_a_menu_is_created_shown_and_deleted(simulator: Simulator) -> None:
    query = {"access_token": access_token(simulator)}
    menu = {"button": [{"name": "服务", "sub_button": [CLICK, VIEW]}, MINI, CLICK]}
    assert simulator.client.get("/cgi-bin/menu/get", params=query).json()["errcode"] == 46003

    assert post(simulator, "/cgi-bin/menu/create", menu) == 0
    shown = simulator.client.get("/cgi-bin/menu/get", params=query).json()["menu"]["button"]
    assert [button["name"] for button in shown] == ["服务", "小程序", "帮助"]
    assert [entry["name"] for entry in shown[0]["sub_button"]] == ["帮助", "网页"]

    assert simulator.client.get("/cgi-bin/menu/delete", params=query).json()["errcode"] == 0
    assert simulator.client.get("/cgi-bin/menu/get", params=query).json()["errcode"] == 46003


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{"name": "服务", "sub_button": [CLICK] * 6}], 40023),
        ([{**CLICK, "name": "名字太长了啊"}], 40018),
        ([{**CLICK, "name": ""}], 40018),
        ([{"name": "服务", "sub_button": [{**CLICK, "name": "长" * 21}]}], 40018),
        ([{**CLICK, "type": "dance"}], 40017),
        ([{"type": "click", "name": "帮助"}], 40019),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{"type": "view", "name": "网页"}], 40020),
        ([{**VIEW, "url": "javascript:alert(1)"}], 40020),
        ([{**MINI, "pagepath": None}], 40035),
        (["帮助"], 47001),
        ("帮助", 47001),
    ],
)
def test_a_menu_that_breaks_a_rule_is_refused_and_changes_nothing(buttons, code: int, simulator: Simulator) -> None:
    assert post(simulator, "/cgi-bin/menu/create", {"button": buttons}) == code
    assert simulator.platform.menu is None


def test_names_as_long_as_allowed_are_taken(simulator: Simulator) -> None:
    buttons = [{"name": "最长五个字", "sub_button": [{**CLICK, "name": "长" * 20}]}]

    assert post(simulator, "/cgi-bin/menu/create", {"button": buttons}) == 0


def test_media_come_with_type_and_name(simulator: Simulator) -> None:
    stored = simulator.platform.media.put(b"#!AMR\n" + b"\x7c" * 120)
    query = {"access_token": access_token(simulator), "media_id": stored.id}

    answer = simulator.client.get("/cgi-bin/media/get", params=query)

    assert answer.content == stored.content
    assert answer.headers["content-type"] == "audio/amr"
    assert answer.headers["content-disposition"] == f'attachment; filename="{stored.id}.amr"'
    assert stored.seconds == 3


def test_unknown_media_are_refused(simulator: Simulator) -> None:
    query = {"access_token": access_token(simulator), "media_id": "unknown"}

    assert simulator.client.get("/cgi-bin/media/get", params=query).json()["errcode"] == 40007


def test_user_info_says_who_follows(simulator: Simulator) -> None:
    token, follower = access_token(simulator), simulator.follower()
    stranger = simulator.platform.create_user().openid

    def ask(openid: str) -> Any:
        return simulator.client.get("/cgi-bin/user/info", params={"access_token": token, "openid": openid}).json()

    assert ask(follower)["subscribe"] == 1
    assert ask(stranger)["subscribe"] == 0
    assert ask("o-nobody")["errcode"] == 40003


def authorize(simulator: Simulator, openid: str | None, **changed: str):
    query = {"appid": simulator.account.app_id, "redirect_uri": "http://127.0.0.1:8301/wechat/h5?to=%2F", "response_type": "code"}
    cookies = {} if openid is None else {"Cookie": f"simulator_openid={openid}"}
    given = {**query, "scope": "snsapi_base", "state": "s/1", **changed}
    return simulator.client.get("/connect/oauth2/authorize", params=given, headers=cookies)


def exchange(simulator: Simulator, code: str) -> Any:
    account = simulator.account
    query = {"appid": account.app_id, "secret": account.app_secret, "code": code, "grant_type": "authorization_code"}
    return simulator.client.get("/sns/oauth2/access_token", params=query).json()


def test_a_reader_comes_back_with_a_code_that_names_them_once(simulator: Simulator) -> None:
    openid = simulator.follower()

    answer = authorize(simulator, openid)

    target = urlsplit(answer.headers["location"])
    given = parse_qs(target.query)
    assert (answer.status_code, target.netloc, target.path) == (302, "127.0.0.1:8301", "/wechat/h5")
    assert (given["to"], given["state"]) == (["/"], ["s/1"])
    assert exchange(simulator, given["code"][0])["openid"] == openid
    assert exchange(simulator, given["code"][0])["errcode"] == 40163


def test_a_code_is_over_after_five_minutes(simulator: Simulator, clock: Clock) -> None:
    code = simulator.platform.codes.issue(simulator.follower())

    clock.move(minutes=5)

    assert exchange(simulator, code)["errcode"] == 40029


def test_an_unknown_code_names_nobody(simulator: Simulator) -> None:
    assert exchange(simulator, "made-up")["errcode"] == 40029


@pytest.mark.parametrize("cookie", [None, "o-nobody"])
def test_outside_of_the_client_there_is_no_code(cookie: str | None, simulator: Simulator) -> None:
    answer = authorize(simulator, cookie)

    assert "location" not in answer.headers
    assert "请在微信客户端打开链接" in answer.text


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.example/wechat/h5"},
        {"redirect_uri": "javascript://127.0.0.1/"},
        {"redirect_uri": ""},
        {"appid": "wxother"},
        {"scope": "snsapi_everything"},
    ],
)
def test_a_page_of_somebody_else_gets_no_code(changed: dict[str, str], simulator: Simulator) -> None:
    answer = authorize(simulator, simulator.follower(), **changed)

    assert "location" not in answer.headers
