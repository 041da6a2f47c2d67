"""Binding an enterprise in WeChat: by words, and from a link that is opened inside WeChat."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bot.bootstrap import now
from bot.persistence.enterprise_tables import BindingRow
from bot.services import identity_notices as notices
from simulator.platform_api import USER_COOKIE
from tests.fixtures.desk import MONDAY, colleague
from tests.fixtures.invitations import invite, new_enterprise
from tests.fixtures.office import all_of
from tests.fixtures.running_app import NO_KEEP_ALIVE
from tests.fixtures.talk import Talk
from tests.fixtures.wechat_product import WeChatProduct, connected

NAME = "杭州示例科技有限公司"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("wechat-identity"), moment=MONDAY) as product:
        yield product


@pytest.fixture
def enterprise(product: WeChatProduct) -> str:
    return new_enterprise(product.services.database, NAME)


@pytest.fixture
def code(product: WeChatProduct, enterprise: str) -> str:
    return invite(product.services.database, enterprise, now()).code.value


def holders(product: WeChatProduct, enterprise: str) -> list[str]:
    rows = all_of(product.services.database, BindingRow)
    return [row.holder for row in rows if row.credit_code == enterprise and row.revoked_at is None]


def test_somebody_binds_their_enterprise_by_words_alone(product: WeChatProduct, enterprise: str, code: str) -> None:
    openid = product.follower()

    assert product.say(openid, f"绑定 {code}") == notices.credit_code_asked().text
    product.say(openid, enterprise)
    (asked,) = product.wait_for_api(openid)  # as a menu, since there is something to choose
    assert NAME in asked and notices.CONSENT in asked
    done = product.say(openid, "同意")

    assert done is not None and done.startswith("绑定成功")
    assert holders(product, enterprise) == [f"wechat:{product.account.app_id}:{openid}"]
    assert code not in str([message.text for message in product.messages(openid)])


def test_an_agent_who_has_the_chat_sees_no_code(product: WeChatProduct, enterprise: str, code: str) -> None:
    with colleague(product.app, display_name="小梅", teams=["hotline"]) as mei:
        openid = product.follower()
        product.say(openid, "我要找领导")
        mei.do(product.conversation_id(openid), "take")

        product.say(openid, f"绑定 {code} {enterprise}")
        product.say(openid, "同意")

        assert holders(product, enterprise) and code not in str(mei.detail(product.conversation_id(openid)))


def test_a_link_opened_inside_wechat_binds_the_person_and_not_the_browser(
    product: WeChatProduct, enterprise: str, code: str
) -> None:
    # given
    openid = product.follower()
    product.say(openid, "你好")
    with httpx.Client(base_url=product.app.url, limits=NO_KEEP_ALIVE) as phone:
        phone.cookies.set(USER_COOKIE, openid, domain="127.0.0.1", path="/")
        assert 'data-wechat="yes"' in phone.get("/identity/bind").text

        # when
        back = phone.get(phone.get("/wechat/h5?to=bind").headers["location"]).headers["location"]
        page = phone.get(back)
        assert page.headers["location"] == "/identity/bind?from=wechat"
        opened = phone.post("/api/chat/wechat-conversation").json()

    # then
    talk = Talk(product.app.client, opened["conversation_id"], opened["token"])
    body = {"code": code, "credit_code": enterprise, "consent": True}
    path = f"/api/chat/conversations/{talk.id}/identity"
    assert talk.client.post(path, json=body, headers=talk.headers).status_code == 200
    assert holders(product, enterprise) == [f"wechat:{product.account.app_id}:{openid}"]
    assert product.wait_for_api(openid)[-1].startswith("绑定成功")


@pytest.mark.parametrize("goal", ["https://evil.example", "//evil.example", "", "desk"])
def test_a_visitor_is_sent_to_our_own_pages_alone(product: WeChatProduct, goal: str) -> None:
    for path in ("/wechat/h5", "/wechat/h5/callback"):
        assert product.app.client.get(path, params={"to": goal}).status_code == 422
