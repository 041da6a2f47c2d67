from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.app import create_app
from simulator.platform import Platform
from tests.fixtures.running_app import wait_until
from tests.fixtures.wechat import Simulator
from tests.simulator.calls import SEND, TYPING, post, send_text
from tests.simulator.product import Product

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def client(simulator: Simulator, simulator_product: Product) -> httpx.Client:
    return simulator.client


@pytest.fixture
def openid(client: httpx.Client, simulator_product: Product) -> str:
    """A user made by the page, who follows; the product has been told."""
    made = str(client.post("/simulator/users", json={}).json()["openid"])
    assert client.post(f"/simulator/users/{made}/follow", json={"scene": None}).status_code == 202
    wait_until(lambda: len(simulator_product.calls) == 1, "the subscription arrives")
    return made


def state(client: httpx.Client, openid: str) -> Any:
    return client.get("/simulator/state", params={"openid": openid}).json()


def test_a_new_user_has_a_name_and_a_cookie(client: httpx.Client) -> None:
    answer = client.post("/simulator/users", json={})

    user = answer.json()
    assert answer.cookies["simulator_openid"] == user["openid"]
    assert user["nickname"] == "张经理"
    assert not user["followed"]
    assert state(client, user["openid"])["users"] == [user]


def test_another_user_can_be_chosen(client: httpx.Client) -> None:
    first = client.post("/simulator/users", json={}).json()["openid"]
    client.post("/simulator/users", json={})

    answer = client.post(f"/simulator/users/{first}/select")

    assert answer.cookies["simulator_openid"] == first


def test_the_state_is_what_the_page_shows(simulator: Simulator, client: httpx.Client, openid: str) -> None:
    post(simulator, "/cgi-bin/menu/create", {"button": [{"type": "click", "name": "帮助", "key": "HELP"}]})
    client.post(f"/simulator/users/{openid}/text", json={"text": "你好"})

    shown = state(client, openid)

    account = simulator.account
    assert shown["account"] == {
        "name": "营商小助",
        "app_id": account.app_id,
        "mode": "plain",
        "has_customer_service": True,
        "callback_url": account.callback_url,
    }
    assert shown["menu"]["button"][0]["key"] == "HELP"
    assert shown["quota"]["message"]["left"] == 5
    assert shown["quota"]["event"]["left"] == 3
    assert shown["faults"]["api_errors"] == {}
    assert [(bubble["sender"], bubble["text"]) for bubble in shown["bubbles"]] == [("user", "你好")]


def test_the_state_without_a_user_is_empty(client: httpx.Client) -> None:
    shown = state(client, "")

    assert shown["bubbles"] == []
    assert shown["menu"] is None
    assert shown["quota"] == {"message": {"left": 0, "until": None}, "event": {"left": 0, "until": None}}


@pytest.mark.parametrize(
    ("what", "body", "kind"),
    [
        ("text", {"text": "你好"}, "text"),
        ("text", {"text": "是", "menu_id": "a"}, "text"),
        ("voice", {"seconds": 7}, "voice"),
        ("location", {"latitude": 31.2, "longitude": 121.4, "label": "市民中心"}, "location"),
        ("link", {"title": "标题", "description": "说明", "url": "https://example.org"}, "link"),
        ("menu", {"key": "HELP"}, "event"),
        ("menu", {"url": "https://example.org"}, "event"),
        ("scan", {"scene": "hall"}, "event"),
        ("follow", {"scene": "hall"}, "event"),
        ("unfollow", {}, "event"),
        ("event", {"event": "TEMPLATESENDJOBFINISH", "fields": {"MsgID": 5}}, "event"),
    ],
)
def test_what_a_user_does_is_accepted_at_once_and_delivered_behind(
    what: str, body: dict, kind: str, simulator_product: Product, client: httpx.Client, openid: str
) -> None:
    answer = client.post(f"/simulator/users/{openid}/{what}", json=body)

    assert answer.status_code == 202
    assert (answer.json()["bubble_id"] is None) == (kind == "event")
    wait_until(lambda: len(simulator_product.calls) == 2, "the deed arrives")
    assert simulator_product.calls[1].message._data["MsgType"] == kind


@pytest.mark.parametrize(
    ("what", "content", "shown"),
    [("image", PNG, "image/png"), ("voice", b"#!AMR\n\x7c", "audio/amr"), ("video", b"\0\0\0\x18ftypmp42", "video/mp4")],
)
def test_a_file_is_sent_and_can_be_seen_again(what: str, content: bytes, shown: str, client: httpx.Client, openid: str) -> None:
    answer = client.post(f"/simulator/users/{openid}/{what}", files={"file": ("文件.bin", content)})

    assert answer.status_code == 202
    bubble = state(client, openid)["bubbles"][-1]
    seen = client.get(f"/simulator/media/{bubble['media_id']}")
    assert (bubble["kind"], seen.content, seen.headers["content-type"]) == (what, content, shown)


def test_the_product_can_fetch_a_picture_by_its_address(simulator_product: Product, client: httpx.Client, openid: str) -> None:
    client.post(f"/simulator/users/{openid}/image", files={"file": ("a.png", PNG)})

    wait_until(lambda: len(simulator_product.calls) == 2, "the picture arrives")
    assert client.get(simulator_product.calls[1].message.image).content == PNG


@pytest.mark.parametrize(
    "files", [{"file": ("a.png", b"<svg>")}, {"file": ("a.png", PNG + bytes(10_000_000))}, {"other": (None, b"x")}]
)
def test_a_file_that_no_client_sends_is_refused_in_chinese(files, client: httpx.Client, openid: str) -> None:
    answer = client.post(f"/simulator/users/{openid}/image", files=files)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "upload_refused"
    assert any(word in answer.json()["error"]["message"] for word in ("只能发送", "不能超过", "没有收到"))


@pytest.mark.parametrize("body", [{"seconds": 0}, {"seconds": 61}, {}])
def test_a_voice_has_one_to_sixty_seconds(body: dict, client: httpx.Client, openid: str) -> None:
    assert client.post(f"/simulator/users/{openid}/voice", json=body).status_code == 422


def test_who_does_not_follow_is_told_so(client: httpx.Client) -> None:
    stranger = client.post("/simulator/users", json={}).json()["openid"]

    answer = client.post(f"/simulator/users/{stranger}/text", json={"text": "你好"})

    assert answer.status_code == 409
    assert answer.json()["error"] == {"code": "not_following", "message": "请先关注公众号"}


def test_an_unknown_user_is_not_found(client: httpx.Client) -> None:
    assert client.post("/simulator/users/o-nobody/text", json={"text": "你好"}).status_code == 404


def test_faults_can_be_set_and_read_back(simulator: Simulator, client: httpx.Client, openid: str) -> None:
    answer = client.put("/simulator/faults", json={"api_errors": {SEND: [45009]}, "callback_delay_s": 0.01})

    assert answer.json() == state(client, openid)["faults"]
    assert send_text(simulator, openid) == 45009
    assert client.put("/simulator/faults", json={"when": "never"}).status_code == 422


def test_rights_and_mode_can_be_switched(
    simulator: Simulator, simulator_product: Product, client: httpx.Client, openid: str
) -> None:
    client.put("/simulator/account", json={"has_customer_service": False})
    client.put("/simulator/account", json={"mode": "safe"})

    simulator.send_text(openid, "你好")

    assert send_text(simulator, openid) == 48001
    assert "msg_signature" in simulator_product.calls[-1].query
    assert client.put("/simulator/account", json={"mode": "secret"}).status_code == 422


def test_the_log_goes_on_from_where_it_was_read(simulator: Simulator, client: httpx.Client, openid: str) -> None:
    simulator.send_text(openid, "一")
    known = client.get("/simulator/log").json()["entries"]

    simulator.send_text(openid, "二")

    fresh = client.get("/simulator/log", params={"after": known[-1]["id"]}).json()
    assert [(entry["kind"], entry["what"]) for entry in fresh["entries"]] == [("callback", "text")]
    assert fresh["counters"]["message"] == 2


def test_a_reset_forgets_everybody(simulator: Simulator, client: httpx.Client, openid: str) -> None:
    simulator.send_text(openid, "你好")
    client.put("/simulator/faults", json={"duplicate_share": 0.5})

    client.post("/simulator/reset")

    shown = state(client, openid)
    assert (shown["users"], shown["bubbles"], shown["faults"]["duplicate_share"]) == ([], [], 0)
    assert client.get("/simulator/log").json()["entries"] == []


@contextmanager
def streaming(client: httpx.Client, openid: str) -> Iterator[Iterator[tuple[str, dict]]]:
    """Give the events of the stream, from when it is open."""
    with client.stream("GET", "/simulator/stream", params={"openid": openid}) as response:
        lines = response.iter_lines()
        assert next(lines) == ": open"

        def events() -> Iterator[tuple[str, dict]]:
            for line in lines:
                if line.startswith("event: "):
                    yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))

        yield events()


def test_the_stream_tells_bubbles_quota_typing_and_log(simulator: Simulator, simulator_product: Product, openid: str) -> None:
    simulator_product.answering = simulator_product.echoes
    simulator.run(simulator.platform.settle())

    with streaming(simulator.client, openid) as events:
        simulator.send_text(openid, "你好")
        post(simulator, TYPING, {"touser": openid, "command": "Typing"})
        send_text(simulator, openid, "再见")
        told = [next(events) for _ in range(12)]

    def data(kind: str) -> list[dict]:
        return [signal for name, signal in told if name == kind]

    assert [(each["text"], each["state"]) for each in data("bubble")] == [
        ("你好", "sending"),
        ("你好", "sent"),
        ("你说：你好", None),
        ("再见", None),
    ]
    assert data("typing") == [{"active": True}, {"active": False}]
    assert [each["message"]["left"] + each["event"]["left"] for each in data("quota")] == [8, 7]
    assert {each["what"] for each in data("log")} >= {"text", TYPING}


def test_the_stream_of_one_user_says_nothing_of_another(simulator: Simulator, simulator_product: Product, openid: str) -> None:
    other = simulator.follower()
    simulator.run(simulator.platform.settle())

    with streaming(simulator.client, openid) as events:
        simulator.send_text(other, "别人的话")
        simulator.send_text(openid, "自己的话")
        told = [next(events) for _ in range(4)]

    assert {signal["text"] for name, signal in told if name == "bubble"} == {"自己的话"}


def test_a_closed_page_is_forgotten(simulator: Simulator, openid: str) -> None:
    with streaming(simulator.client, openid):
        assert simulator.platform.listeners.is_heard(openid)

    def is_forgotten() -> bool:
        simulator.run(simulator.platform.click(openid, "HELP"))
        return not simulator.platform.listeners.is_heard(openid)

    wait_until(is_forgotten, "the listener is gone")


async def get(platform: Platform, page: Path, address: str) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(platform, page))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        return await client.get(address)


async def test_without_a_built_page_there_is_a_hint(platform: Platform, tmp_path: Path) -> None:
    answer = await get(platform, tmp_path / "missing", "/")

    assert "npm run build" in answer.text


async def test_a_built_page_is_served_at_the_root(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>模拟器</title>", encoding="utf-8")

    assert "模拟器" in (await get(platform, tmp_path, "/")).text
    assert (await get(platform, tmp_path, "/simulator/state")).status_code == 200
