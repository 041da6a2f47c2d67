"""Two processes behind one address, on one PostgreSQL and one Redis: each message counts once, and none dies with a process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.persistence.tables import MessageRow
from simulator.delivery import Pacing
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.running_app import start_server, wait_until
from tests.fixtures.wechat import simulated
from tests.fixtures.wechat_product import WeChatProduct, connected, find_redis

pytestmark = pytest.mark.skipif(
    find_postgres() is None or find_redis() is None,
    reason="YINGSHANG_TEST_POSTGRES_URL and YINGSHANG_TEST_REDIS_URL are not both set",
)
SEND = "/cgi-bin/message/custom/send"


@dataclass(frozen=True)
class Pair:
    """Two products of one account."""

    one: WeChatProduct
    other: WeChatProduct
    place: dict[str, Any]

    def waits_at(self, text: str) -> None:
        for product in (self.one, self.other):
            product.assistant.waits_at(text)

    def answer(self, text: str) -> None:
        for product in (self.one, self.other):
            product.assistant.gates[text].set()

    def seen(self, text: str) -> int:
        """Return how often a bot was asked this."""
        return self.one.assistant.seen.count(text) + self.other.assistant.seen.count(text)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with fresh_postgres_database() as url, simulated("safe", pacing=Pacing(retry_pacing_s=0.3)) as simulator:
        place: dict[str, Any] = {"database_url": url.render_as_string(hide_password=False), "redis_url": find_redis()}
        folder = tmp_path_factory.mktemp("pair")
        with connected(folder, simulator, **place) as one, connected(folder, simulator, **place) as other:
            yield Pair(one, other, place)


def test_a_message_that_comes_again_at_the_other_process_gets_the_same_words_and_counts_once(pair: Pair) -> None:
    openid = pair.one.follower()
    callback = pair.one.callback(openid, "先到这里")

    answers = [pair.one.read(callback, product.post(product.sign(callback))).text for product in (pair.one, pair.other, pair.one)]

    assert answers == ["到：先到这里"] * 3 and pair.seen("先到这里") == 1
    assert [message.text for message in pair.one.messages(openid)] == ["先到这里", "到：先到这里"]


def test_a_message_that_comes_to_both_at_the_same_moment_counts_once(pair: Pair) -> None:
    openid = pair.one.follower()
    callback = pair.one.callback(openid, "两边同时")
    calls = [(product, product.sign(callback)) for product in (pair.one, pair.other) * 3]

    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda each: each[0].post(each[1]), calls))

    assert {pair.one.read(callback, response).text for response in responses} == {"到：两边同时"}
    assert [message.text for message in pair.one.messages(openid)] == ["两边同时", "到：两边同时"]
    assert pair.seen("两边同时") == 1


def test_a_signed_call_that_is_played_back_to_the_other_process_counts_once(pair: Pair) -> None:
    openid = pair.one.follower()
    call = pair.one.sign(pair.one.callback(openid, "只此一次"))

    assert pair.one.post(call).status_code == 200
    assert pair.other.post(call).status_code in {200, 403}

    assert [message.text for message in pair.one.messages(openid)] == ["只此一次", "到：只此一次"]
    assert pair.seen("只此一次") == 1


def test_a_late_reply_is_sent_by_one_of_them_once(pair: Pair) -> None:
    openid = pair.one.follower()
    pair.one.ask_slowly(openid, "谁来发")
    pair.one.wait_for_api(openid)
    for product in (pair.one, pair.other):
        product.services.dispatcher.wake()
    pair.one.wait_until_idle(openid)

    assert pair.one.shown(openid) == ["到：谁来发"] and pair.one.routes(openid) == ["api"]


def test_messages_that_come_to_both_in_turns_are_answered_in_order(pair: Pair) -> None:
    openid = pair.one.follower()
    pair.waits_at("第0句")
    for number in range(4):
        product = (pair.one, pair.other)[number % 2]
        callback = product.callback(openid, f"第{number}句")
        assert product.read(callback, product.post(product.sign(callback))).kind == "nothing"
    pair.answer("第0句")
    pair.one.wait_until_idle(openid)

    assert "\n\n".join(pair.one.shown(openid)) == "\n\n".join(f"到：第{number}句" for number in range(4))


def test_both_use_one_access_token(pair: Pair) -> None:
    counters = pair.one.simulator.platform.journal.counters
    for number, product in enumerate((pair.one, pair.other)):
        openid = product.follower()
        product.ask_slowly(openid, f"要令牌{number}")
        product.wait_for_api(openid)

    assert counters["api:/cgi-bin/stable_token"] == 1


def test_what_the_platform_forbids_one_the_other_knows_too_after_a_start(pair: Pair, tmp_path: Path) -> None:
    account = pair.one.simulator.account
    account.has_customer_service = False
    try:
        openid = pair.one.follower()
        pair.one.ask_slowly(openid, "没有权限")
        pair.one.wait_for_status(openid, "held")
        sent = pair.one.simulator.platform.journal.counters[f"api:{SEND}"]

        with connected(tmp_path, pair.one.simulator, **pair.place) as third:
            assert third.say(openid, "继续") == "到：没有权限"

        assert pair.one.simulator.platform.journal.counters[f"api:{SEND}"] == sent
    finally:
        account.has_customer_service = True


def test_a_message_in_the_hands_of_a_killed_process_is_answered_by_the_other_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_postgres_database() as url, simulated("safe", pacing=Pacing(retry_pacing_s=0.3)) as simulator:
        place: dict[str, Any] = {"database_url": url.render_as_string(hide_password=False), "redis_url": find_redis()}
        with connected(tmp_path, simulator, **place) as other:
            environment = simulator.environment(other.app.url)
            environment |= {"YINGSHANG_DATABASE_URL": place["database_url"], "YINGSHANG_REDIS_URL": place["redis_url"]}
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            killed = start_server(tmp_path, program=("-m", "tests.fixtures.wechat_product"))
            try:
                killed.wait_until_answering()
                openid = other.follower()
                simulator.point_to(killed.url)
                sending = simulator.start_text(openid, "没答完就死了")
                wait_until(lambda: _stored(other) == ["没答完就死了"], "the message is stored")
            finally:
                killed.kill()
            simulator.point_to(other.app.url)

            tries = simulator.outcome(sending).tries
            other.wait_until_idle(openid)

            assert tries[-1].result == "answered" and len(tries) > 1
            assert other.shown(openid) == ["到：没答完就死了"]
            assert other.texts(openid) == ["到：没答完就死了"]


def _stored(product: WeChatProduct) -> list[str]:
    with product.services.database.session() as session:
        return list(session.scalars(select(MessageRow.text)))
