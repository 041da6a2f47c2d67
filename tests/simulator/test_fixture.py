from __future__ import annotations

from tests.fixtures.wechat import Simulator
from tests.simulator.product import Product


def test_the_environment_names_everything_and_turns_the_callbacks_there(simulator: Simulator) -> None:
    simulator.account.has_customer_service = False

    given = simulator.environment("http://localhost:8999/")

    assert simulator.account.callback_url == "http://localhost:8999/wechat"
    assert "localhost" in simulator.platform.oauth_hosts
    assert given["YINGSHANG_WECHAT_APP_ID"] == simulator.account.app_id
    assert given["YINGSHANG_WECHAT_API_BASE"] == given["YINGSHANG_WECHAT_OPEN_BASE"] == simulator.url
    assert given["YINGSHANG_WECHAT_CUSTOMER_SERVICE"] == "no"


def test_several_messages_can_be_under_way_at_once(simulator: Simulator, simulator_product: Product) -> None:
    simulator_product.answering = simulator_product.echoes
    openid = simulator.follower()

    deliveries = [simulator.start_text(openid, text) for text in ("一", "二", "三")]

    assert {simulator.outcome(delivery).reply for delivery in deliveries} == {"你说：一", "你说：二", "你说：三"}
    assert len(simulator.wait_for_bubbles(openid, 3, "account")) == 3
    assert len(simulator.wait_for_bubbles(openid, 6)) == 6
