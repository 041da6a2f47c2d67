"""The WeChat channel as the platform sees it: its address proved, its calls answered in kind, in time and once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]

from bot.settings import Secret
from simulator.accounts import Mode, random_word
from simulator.callbacks import signed_query
from simulator.delivery import Pacing
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.running_app import services_without_model, serving, wait_until, with_assistant
from tests.fixtures.wechat import simulated
from tests.fixtures.wechat_product import WeChatProduct, connected

OLDER_KEY = random_word(42) + "A"
MODES: list[Mode] = ["plain", "compatible", "safe"]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    """An account in the middle of a change of its key: the older one is still in use somewhere."""
    with simulated("safe") as simulator:
        keys = (Secret(simulator.account.aes_key or ""), Secret(OLDER_KEY))
        with connected(tmp_path_factory.mktemp("wechat"), simulator, wechat={"aes_keys": keys}) as product:
            yield product


def test_the_address_proves_that_it_is_ours(product: WeChatProduct) -> None:
    assert product.simulator.run(product.simulator.platform.courier.verify())


def test_the_echo_is_plain_text_so_that_no_browser_takes_it_for_a_page(product: WeChatProduct) -> None:
    query = signed_query(product.account, int(time.time()), secrets.token_hex(8)) | {"echostr": "<b>1</b>"}

    response = product.app.client.get("/wechat", params=query)

    assert response.status_code == 200 and response.text == "<b>1</b>"
    assert response.headers["content-type"].startswith("text/plain")


def test_who_has_another_token_gets_no_echo(product: WeChatProduct) -> None:
    stranger = replace(product.account, token="another token")
    query = signed_query(stranger, int(time.time()), secrets.token_hex(8)) | {"echostr": "77"}

    assert product.app.client.get("/wechat", params=query).status_code == 403
    assert product.app.client.get("/wechat").status_code == 403


def test_without_an_account_there_is_no_such_address(tmp_path: Path) -> None:
    with serving(with_assistant(services_without_model(tmp_path), EchoAssistant())) as app:
        assert app.client.get("/wechat", params={"echostr": "77"}).status_code == 404
        assert app.client.post("/wechat", content=b"<xml/>").status_code == 404
        assert app.client.get("/wechat/h5", follow_redirects=False).status_code == 404


@pytest.mark.parametrize("mode", MODES)
def test_a_message_is_answered_in_the_mode_in_which_it_came(product: WeChatProduct, mode: Mode) -> None:
    callback = product.callback(product.follower(), "信用修复怎么办")

    response = product.post(product.sign(callback, mode=mode))

    assert response.headers["content-type"].startswith("application/xml")
    assert (b"Encrypt" in response.content) == (mode != "plain")
    assert product.read(callback, response, mode).text == "到：信用修复怎么办"


def test_a_message_under_the_key_before_is_answered_under_that_key(product: WeChatProduct) -> None:
    account = replace(product.account, aes_key=OLDER_KEY)
    callback = product.callback(product.follower(), "换了密钥")

    response = product.post(product.sign(callback, aes_key=OLDER_KEY))

    sealed = response.text
    opened = WeChatCrypto(account.token, OLDER_KEY, account.app_id)
    assert "到：换了密钥" in opened.decrypt_message(sealed, *_signature_of(sealed))


def _signature_of(sealed: str) -> tuple[str, str, str]:
    from simulator.callbacks import read_xml

    outer = read_xml(sealed)
    signature, timestamp, nonce = (outer.findtext(name) or "" for name in ("MsgSignature", "TimeStamp", "Nonce"))
    return signature, timestamp, nonce


def test_a_reply_in_time_rides_back_on_the_call_and_costs_nothing(product: WeChatProduct) -> None:
    openid = product.follower()

    outcome = product.simulator.send_text(openid, "怎么注册公司")

    assert (outcome.result, outcome.reply, len(outcome.tries)) == ("shown", "到：怎么注册公司", 1)
    assert product.routes(openid) == ["passive"]
    assert product.allowance(openid) == (5, 0)
    assert product.simulator.platform.users[openid].quota.message.left == 5


def test_a_message_that_comes_again_is_answered_with_the_same_words_and_counts_once(product: WeChatProduct) -> None:
    openid = product.follower()
    callback = product.callback(openid, "要几天")

    answers = [product.read(callback, product.post(product.sign(callback))).text for _ in range(3)]

    assert answers == ["到：要几天"] * 3
    assert [message.text for message in product.messages(openid)] == ["要几天", "到：要几天"]
    assert product.assistant.seen.count("要几天") == 1


def test_a_message_that_comes_twice_at_the_same_moment_counts_once(product: WeChatProduct) -> None:
    openid = product.follower()
    callback = product.callback(openid, "同时到的")
    calls = [product.sign(callback) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(product.post, calls))

    assert [product.read(callback, response).text for response in responses] == ["到：同时到的"] * 4
    assert [message.text for message in product.messages(openid)] == ["同时到的", "到：同时到的"]


def test_the_same_text_in_a_new_message_is_a_new_question(product: WeChatProduct) -> None:
    openid = product.follower()

    assert [product.say(openid, "再问一次") for _ in range(2)] == ["到：再问一次"] * 2

    assert product.texts(openid, "user") == ["再问一次"] * 2


def test_two_people_have_two_conversations(product: WeChatProduct) -> None:
    one, other = product.follower(), product.follower()

    product.say(one, "甲问")
    product.say(other, "乙问")

    assert product.texts(one, "user") == ["甲问"] and product.texts(other, "user") == ["乙问"]


def test_an_answer_that_got_lost_on_the_way_is_given_to_the_repeated_call(tmp_path: Path) -> None:
    with simulated("safe", pacing=Pacing(retry_pacing_s=0.1)) as simulator, connected(tmp_path, simulator) as product:
        openid = product.follower()
        simulator.platform.faults.change({"duplicate_share": 1.0, "seed": 3})

        outcome = simulator.send_text(openid, "丢了回复")

        assert outcome.tries[0].result == "lost" and outcome.reply == "到：丢了回复"
        assert product.shown(openid) == ["到：丢了回复"]
        assert product.routes(openid) == ["passive"] and product.assistant.seen == ["丢了回复"]


@pytest.mark.parametrize("owner", ["queue", "agent:li"])
def test_while_a_person_has_the_chat_the_bot_keeps_silent_and_the_message_is_kept(product: WeChatProduct, owner: str) -> None:
    openid = product.follower()
    product.say(openid, "转人工")
    product.set_owner(openid, owner)
    heard = len(product.assistant.heard)

    outcome = product.simulator.send_text(openid, "有人吗")

    assert outcome.result == "accepted" and outcome.tries[0].ms < 3_000
    assert product.texts(openid, "user") == ["转人工", "有人吗"] and len(product.texts(openid)) == 1
    assert len(product.assistant.heard) == heard
    assert product.shown(openid) == ["到：转人工"]


def test_what_a_person_takes_over_meanwhile_is_not_answered_by_the_bot(product: WeChatProduct) -> None:
    openid = product.follower()
    gate = product.assistant.waits_at("问到一半")
    sending = product.simulator.start_text(openid, "问到一半")
    wait_until(lambda: "问到一半" in product.assistant.seen, "the bot thinks")

    product.set_owner(openid, "agent:li")
    gate.set()

    assert product.simulator.outcome(sending).result == "accepted"
    wait_until(lambda: product.messages(openid)[0].handled_at, "the message is dealt with")
    assert product.texts(openid) == [] and product.shown(openid) == []
