"""Asking back: options to press where the account may send, numbers to type everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.wechat_rendering import CHOOSE, GO_ON
from bot.services.assistant import ReplyMessage
from simulator.timeline import Bubble
from tests.fixtures.running_app import wait_until
from tests.fixtures.wechat_product import WeChatProduct, connected

OPTIONS = [
    {"title": "税务和发票", "payload": '/choose_subject{"subject": "tax"}'},
    {"title": "转人工", "payload": "/request_human"},
    {"title": "公司注册", "payload": '/choose_subject{"subject": "company_setup"}'},
]
ASKING = ReplyMessage("您想问哪一个？", OPTIONS, band="clarify")


def script(product: WeChatProduct) -> WeChatProduct:
    product.assistant.says("不清楚", ASKING)
    product.assistant.says("答了还问", ReplyMessage("这样办。", OPTIONS[:1], band="answer"))
    return product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("choices")) as product:
        yield script(product)


@pytest.fixture(scope="module")
def answering_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("numbers"), wechat={"may_send": False}) as product:
        yield script(product)


def ask_back(product: WeChatProduct, openid: str) -> Bubble:
    """Let the bot ask back, and return the menu on the screen."""
    seen = len(product.shown(openid, "api"))
    assert product.simulator.send_text(openid, "不清楚").result == "accepted"
    product.wait_for_api(openid, seen + 1)
    return product.simulator.bubbles(openid, "account")[-1]


def press(product: WeChatProduct, openid: str, menu: Bubble, number: int) -> None:
    option = menu.options[number - 1]
    product.simulator.send_text(openid, option["content"], menu_id=option["id"])


def test_asking_back_is_a_menu_to_press(product: WeChatProduct) -> None:
    menu = ask_back(product, product.follower())

    assert (menu.kind, menu.text) == ("menu", "您想问哪一个？")
    assert [option["content"] for option in menu.options] == [option["title"] for option in OPTIONS]


def test_an_answer_that_only_offers_more_rides_back_with_its_numbers(product: WeChatProduct) -> None:
    openid = product.follower()

    assert product.say(openid, "答了还问") == f"这样办。\n\n{GO_ON}\n1. 税务和发票"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_pressing_an_option_chooses_it(product: WeChatProduct, number: int) -> None:
    openid = product.follower()

    press(product, openid, ask_back(product, openid), number)

    assert product.assistant.heard[-1].payload == OPTIONS[number - 1]["payload"]
    assert product.allowance(openid)[1] == 3, "a press counts as a menu click"


def test_pressing_an_option_of_an_older_menu_still_chooses_it(product: WeChatProduct) -> None:
    openid = product.follower()
    menu = ask_back(product, openid)
    product.say(openid, "先问别的")
    ask_back(product, openid)
    product.say(openid, "再问别的")

    press(product, openid, menu, 3)

    assert product.assistant.heard[-1].payload == OPTIONS[2]["payload"]


def test_an_option_of_somebody_elses_menu_is_only_its_text(product: WeChatProduct) -> None:
    stranger, openid = product.follower(), product.follower()
    menu = ask_back(product, stranger)

    product.simulator.send_text(openid, "公司注册", menu_id=menu.options[2]["id"])

    assert product.assistant.heard[-1].payload is None and product.assistant.heard[-1].text == "公司注册"


TYPED = {
    "1": 0, "２": 1, "②": 1, "2.": 1, "第二个": 1, "选3": 2, "我选第三项": 2, "三": 2, "公司注册": 2, " 转人工 ": 1,
}  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_typing_a_number_or_a_title_chooses_the_option(answering_only: WeChatProduct, typed: str) -> None:
    product, openid = answering_only, answering_only.follower()
    shown = product.say(openid, "不清楚") or ""
    assert shown.endswith(f"{CHOOSE}\n1. 税务和发票\n2. 转人工\n3. 公司注册")

    product.say(openid, typed)

    assert product.assistant.heard[-1].payload == OPTIONS[TYPED[typed]]["payload"]


def test_typing_a_number_chooses_where_there_was_a_menu_too(product: WeChatProduct) -> None:
    openid = product.follower()
    ask_back(product, openid)

    product.say(openid, "2")

    assert product.assistant.heard[-1].payload == "/request_human"


@pytest.mark.parametrize("typed", ["4", "0", "12", "2023", "两个都要", "第二个问题是什么"])
def test_a_number_that_is_not_offered_is_a_text(answering_only: WeChatProduct, typed: str) -> None:
    product, openid = answering_only, answering_only.follower()
    product.say(openid, "不清楚")

    product.say(openid, typed)

    assert (product.assistant.heard[-1].text, product.assistant.heard[-1].payload) == (typed, None)


def test_without_options_a_number_is_a_text(answering_only: WeChatProduct) -> None:
    product, openid = answering_only, answering_only.follower()
    product.say(openid, "你好")

    product.say(openid, "1")

    assert product.assistant.heard[-1].payload is None


def test_options_of_an_earlier_turn_are_no_longer_numbered(answering_only: WeChatProduct) -> None:
    product, openid = answering_only, answering_only.follower()
    product.say(openid, "不清楚")
    product.say(openid, "算了，说别的")

    product.say(openid, "2")

    assert product.assistant.heard[-1].payload is None


def test_a_late_question_back_is_a_menu_at_the_end_of_all_that_is_owed(product: WeChatProduct) -> None:
    openid = product.follower()
    gate = product.assistant.waits_at("慢的先来")
    assert product.simulator.send_text(openid, "慢的先来").result == "accepted"
    assert product.simulator.send_text(openid, "不清楚").result == "accepted"
    gate.set()
    product.wait_until_idle(openid)
    wait_until(lambda: product.simulator.bubbles(openid, "account")[-1:], "something is shown")

    shown = product.simulator.bubbles(openid, "account")

    assert shown[-1].kind == "menu" and len(shown[-1].options) == 3
    assert "\n\n".join(bubble.text for bubble in shown) == "到：慢的先来\n\n您想问哪一个？"
