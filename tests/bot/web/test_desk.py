"""The desk's API: whether a user can be reached, for those who are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.running_app import NO_KEEP_ALIVE
from tests.fixtures.talk import Talk, error_of
from tests.fixtures.wechat_product import ADMIN_PASSWORD, WeChatProduct, connected


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("desk")) as product:
        yield product


@pytest.fixture(scope="module")
def desk(product: WeChatProduct) -> Iterator[httpx.Client]:
    with signed_in(product) as client:
        yield client


@contextmanager
def signed_in(product: WeChatProduct) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=product.app.url, limits=NO_KEEP_ALIVE) as client:
        assert client.post("/api/session", json={"username": "admin", "password": ADMIN_PASSWORD}).status_code == 200
        yield client


def path_of(conversation_id: str) -> str:
    return f"/api/desk/conversations/{conversation_id}/delivery"


def test_a_user_who_just_wrote_can_be_reached(product: WeChatProduct, desk: httpx.Client) -> None:
    openid = product.follower()
    product.say(openid, "你好")

    shown = desk.get(path_of(product.conversation_id(openid))).json()

    assert shown.pop("left_until") > "2026"
    assert shown == {"is_subscribed": True, "may_send": True, "left": 5, "failures": []}
    assert openid not in str(shown)


def test_a_user_who_left_cannot_be_reached(product: WeChatProduct, desk: httpx.Client) -> None:
    openid = product.follower()
    product.say(openid, "你好")
    product.simulator.run(product.simulator.platform.unfollow(openid))

    assert desk.get(path_of(product.conversation_id(openid))).json()["is_subscribed"] is False


def test_what_is_held_back_is_shown_with_its_reason(product: WeChatProduct, desk: httpx.Client) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {"/cgi-bin/message/custom/send": [45015]}})
    product.ask_slowly(openid, "太晚了")
    product.wait_for_status(openid, "held")

    (failure,) = desk.get(path_of(product.conversation_id(openid))).json()["failures"]

    assert failure == {
        "message_id": product.outbox(openid)[0].message_id,
        "status": "held",
        "error": "PlatformRefused",
        "code": 45015,
        "attempts": 1,
    }


def test_who_is_not_signed_in_is_told_nothing(product: WeChatProduct) -> None:
    openid = product.follower()
    product.say(openid, "你好")

    for conversation_id in (product.conversation_id(openid), "no-such-conversation"):
        refused = product.app.client.get(path_of(conversation_id))
        assert refused.status_code == 401 and error_of(refused)["code"] == "unauthorized"
    forged = product.app.client.get(path_of("x"), headers={"Cookie": "yingshang_session=guessed"})
    assert forged.status_code == 401


def test_a_conversation_of_the_widget_has_no_platform_to_deliver_to(product: WeChatProduct, desk: httpx.Client) -> None:
    for conversation_id in (Talk.start(product.app.client).id, "no-such-conversation", "%00"):
        assert desk.get(path_of(conversation_id)).status_code == 404


@pytest.mark.skipif(find_postgres() is None, reason="YINGSHANG_TEST_POSTGRES_URL is not set")
def test_an_impossible_conversation_is_not_found_on_postgresql_either(tmp_path_factory: pytest.TempPathFactory) -> None:
    with fresh_postgres_database() as url:
        address = url.render_as_string(hide_password=False)
        with connected(tmp_path_factory.mktemp("desk"), database_url=address) as product, signed_in(product) as desk:
            openid = product.follower()
            product.say(openid, "你好")
            assert desk.get(path_of("%00")).status_code == 404
