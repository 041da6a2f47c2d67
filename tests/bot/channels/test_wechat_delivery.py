"""Each reply leaves by one way, once and in order: on the call that asked for it, or by the API when that is too late."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, update

from bot.bootstrap import now
from bot.channels import wechat
from bot.channels.wechat_protocol.text import split_text
from bot.channels.wechat_rendering import LIMIT_BYTES
from bot.persistence.database import Database
from bot.persistence.tables import PlatformAccountRow
from bot.services.assistant import ReplyMessage
from bot.services.channel_users import ASK_AGAIN_AFTER
from bot.services.outbox import MAX_ATTEMPTS_UNANSWERED
from tests.fixtures.running_app import wait_until
from tests.fixtures.wechat import simulated
from tests.fixtures.wechat_product import ADMIN_PASSWORD, WeChatProduct, connected

SEND, TOKEN = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
LONG = "\n".join(f"第{number}条：" + "企业办事指南的一段说明文字。" * 12 for number in range(1, 16))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("delivery")) as product:
        yield product


@pytest.fixture
def product(shared: WeChatProduct, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChatProduct]:
    """An account that may send, a platform without faults, and nothing held against it that a test before has done."""
    monkeypatch.setattr("bot.channels.wechat_delivery.UNWELL_FOR_S", 0.0)
    monkeypatch.setattr("bot.services.access_tokens.FORCE_AGAIN_AFTER", timedelta())
    yield shared
    shared.simulator.platform.faults.change({"api_errors": {}, "api_drop": {}, "api_delay_s": {}, "when": "after"})


def calls_of(product: WeChatProduct, path: str) -> int:
    return product.simulator.platform.journal.counters[f"api:{path}"]


# Late replies.


def test_a_late_reply_is_sent_by_the_api_once_and_counted(product: WeChatProduct) -> None:
    openid = product.follower()
    gate = product.assistant.waits_at("慢慢查")

    outcome = product.simulator.send_text(openid, "慢慢查")
    assert outcome.result == "accepted" and outcome.tries[0].ms < 3_000 and product.shown(openid) == []
    gate.set()

    assert product.wait_for_api(openid) == ["到：慢慢查"]
    product.wait_for_status(openid, "delivered")
    assert product.routes(openid) == ["api"] and product.allowance(openid) == (4, 0)
    assert product.shown(openid) == ["到：慢慢查"]


def test_a_call_repeated_after_its_reply_was_sent_is_only_accepted(product: WeChatProduct) -> None:
    openid = product.follower()
    callback, gate = product.callback(openid, "又来问"), product.assistant.waits_at("又来问")
    assert product.read(callback, product.post(product.sign(callback))).kind == "nothing"
    gate.set()
    product.wait_for_api(openid)
    product.wait_for_status(openid, "delivered")

    assert product.read(callback, product.post(product.sign(callback))).kind == "nothing"

    assert product.shown(openid) == ["到：又来问"] and product.texts(openid, "user") == ["又来问"]


def test_a_call_repeated_while_the_bot_thinks_takes_the_reply_along(
    product: WeChatProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wechat, "WAIT_IF_SENDING_S", 4.0)
    openid = product.follower()
    gate = product.assistant.waits_at("断线了")
    callback = product.callback(openid, "断线了")
    with pytest.raises(httpx.ReadTimeout), httpx.Client(base_url=product.app.url, timeout=0.3) as impatient:
        call = product.sign(callback)
        impatient.post("/wechat", params=call.query, content=call.body)
    gate.set()

    assert product.read(callback, product.post(product.sign(callback))).text == "到：断线了"

    product.wait_until_idle(openid)
    assert product.routes(openid) == ["passive"] and product.shown(openid, "api") == []


def test_what_was_handed_over_on_a_call_is_not_sent_as_well(product: WeChatProduct) -> None:
    openid = product.follower()
    product.say(openid, "只说一遍")

    product.let_pass(openid, 60)
    product.services.dispatcher.wake()
    product.say(openid, "另一件事")

    assert product.shown(openid) == ["到：只说一遍", "到：另一件事"] and product.shown(openid, "api") == []


def test_what_is_being_sent_is_not_handed_over_as_well(product: WeChatProduct) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_delay_s": {SEND: 1.0}})
    product.ask_slowly(openid, "正在发")
    wait_until(lambda: product.statuses(openid) == ["sending"], "the reply is on its way")

    assert product.simulator.send_text(openid, "快问").result == "accepted"

    assert product.wait_for_api(openid, 2) == ["到：正在发", "到：快问"]
    assert product.shown(openid) == ["到：正在发", "到：快问"]


def test_a_quick_reply_does_not_overtake_a_slow_one(product: WeChatProduct) -> None:
    openid = product.follower()
    gate = product.assistant.waits_at("难的")
    assert product.simulator.send_text(openid, "难的").result == "accepted"

    assert product.simulator.send_text(openid, "容易的").result == "accepted"
    gate.set()

    product.wait_until_idle(openid)
    assert "\n\n".join(product.shown(openid)) == "到：难的\n\n到：容易的"


def test_a_reply_for_which_the_call_has_no_time_left_is_not_lost(product: WeChatProduct, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat, "ANSWER_WITHIN_S", 0.5)
    openid, may_go_on = product.follower(), threading.Event()

    with slow(product.services.database, "UPDATE inbound_call", may_go_on) as is_slow:
        sending = product.simulator.start_text(openid, "数据库慢了")
        assert is_slow.wait(10)
        began = time.monotonic()
        wait_until(lambda: time.monotonic() > began + 0.6, "the time is up")
        may_go_on.set()
        product.simulator.outcome(sending)

    wait_until(lambda: product.shown(openid), "the reply arrives")
    product.wait_until_idle(openid)
    assert product.shown(openid) == ["到：数据库慢了"]


@contextmanager
def slow(database: Database, statement: str, until: threading.Event) -> Iterator[threading.Event]:
    """Let statements that begin so take as long as the test wants; yields what is set when one begins."""
    has_begun = threading.Event()

    def wait(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if sql.startswith(statement):
            has_begun.set()
            until.wait(10)

    event.listen(database.engine, "before_cursor_execute", wait)
    try:
        yield has_begun
    finally:
        event.remove(database.engine, "before_cursor_execute", wait)


def test_two_messages_at_once_are_answered_in_their_order(product: WeChatProduct) -> None:
    openid = product.follower()

    sendings = [product.simulator.start_text(openid, f"连发{number}") for number in range(5)]
    for sending in sendings:
        product.simulator.outcome(sending)
    product.wait_until_idle(openid)

    arrived = product.texts(openid, "user")
    said = [line for text in product.shown(openid) for line in text.split("\n\n")]
    assert sorted(said) == sorted(f"到：连发{number}" for number in range(5))
    assert product.texts(openid) == [f"到：{text}" for text in arrived]


def test_several_replies_that_are_owed_go_as_one_message(product: WeChatProduct) -> None:
    openid = product.follower()
    gate = product.assistant.waits_at("头一个")
    for text in ("头一个", "第二个问题", "第三个问题"):
        assert product.simulator.send_text(openid, text).result == "accepted"
    product.simulator.platform.faults.change({"api_errors": {SEND: [-1]}})
    gate.set()
    wait_until(lambda: len(product.outbox(openid)) == 3, "all three are answered")

    product.make_due(openid)
    product.wait_until_idle(openid)
    assert "\n\n".join(product.shown(openid, "api")) == "到：头一个\n\n到：第二个问题\n\n到：第三个问题"
    assert len(product.shown(openid, "api")) < 3 and set(product.routes(openid)) == {"api"}


# Long texts.


def test_a_text_too_long_for_a_call_is_sent_in_parts_in_order(product: WeChatProduct) -> None:
    openid = product.follower()
    product.assistant.says("说长的", LONG)

    assert product.simulator.send_text(openid, "说长的").result == "accepted"

    parts = split_text(LONG, LIMIT_BYTES)
    assert len(parts) > 2 and product.wait_for_api(openid, len(parts)) == parts
    product.wait_for_status(openid, "delivered")
    assert product.allowance(openid) == (5 - len(parts), 0)


def test_a_text_whose_sending_broke_off_goes_on_where_it_broke(product: WeChatProduct) -> None:
    openid, parts = product.follower(), split_text(LONG, LIMIT_BYTES)
    product.assistant.says("说到一半", LONG)
    product.simulator.platform.faults.change({"api_delay_s": {SEND: 0.1}})
    assert product.simulator.send_text(openid, "说到一半").result == "accepted"
    product.wait_for_api(openid, 1)
    product.simulator.platform.faults.change({"api_errors": {SEND: [-1]}})
    product.wait_for_status(openid, "pending")
    assert len(product.shown(openid)) < len(parts) and product.outbox(openid)[0].parts_sent >= 1

    product.make_due(openid)

    product.wait_for_status(openid, "delivered")
    assert product.shown(openid) == parts


# What the platform refuses.


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_is_renewed_once_and_the_message_sent(product: WeChatProduct, code: int) -> None:
    openid, before = product.follower(), calls_of(product, TOKEN)
    product.simulator.platform.faults.change({"api_errors": {SEND: [code]}})

    product.ask_slowly(openid, f"换令牌{code}")

    assert product.wait_for_api(openid) == [f"到：换令牌{code}"]
    product.wait_for_status(openid, "delivered")
    assert product.outbox(openid)[0].attempts == 1
    assert 1 <= calls_of(product, TOKEN) - before <= 3


def test_a_token_that_ran_out_is_renewed(product: WeChatProduct) -> None:
    openid = product.follower()
    product.ask_slowly(openid, "先要一个令牌")
    product.wait_for_api(openid)
    product.simulator.platform.tokens.expire_all()

    product.ask_slowly(openid, "令牌过期了")

    assert product.wait_for_api(openid, 2)[-1] == "到：令牌过期了"


REFUSED = {45015: "held", 45047: "held", 43004: "failed", 40003: "failed", 45002: "failed"}


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_is_recorded_with_its_number_and_shown_to_who_is_signed_in(product: WeChatProduct, code: int) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [code]}})

    product.ask_slowly(openid, f"被拒{code}")

    product.wait_for_status(openid, REFUSED[code])
    path = f"/api/desk/conversations/{product.conversation_id(openid)}/delivery"
    assert product.app.client.get(path).status_code == 401
    with httpx.Client(base_url=product.app.url) as desk:
        desk.post("/api/session", json={"username": "admin", "password": ADMIN_PASSWORD})
        shown = desk.get(path).json()
    assert [(failure["code"], failure["status"]) for failure in shown["failures"]] == [(code, REFUSED[code])]
    assert shown["is_subscribed"] == (code != 43004)
    assert shown["left"] == (0 if code == 45047 else 5)
    assert product.shown(openid) == []


def test_what_has_failed_for_good_does_not_hold_up_the_next(product: WeChatProduct) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [45002]}})
    product.ask_slowly(openid, "发不出去")
    product.wait_for_status(openid, "failed")

    assert product.say(openid, "下一个") == "到：下一个"


@pytest.mark.parametrize("code", [45015, 45047])
def test_what_came_too_late_to_be_sent_is_given_with_the_next_message(product: WeChatProduct, code: int) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [code]}})
    product.ask_slowly(openid, f"过了时限{code}")
    product.wait_for_status(openid, "held")

    assert product.say(openid, "下一个") == f"到：过了时限{code}\n\n到：下一个"


def test_a_busy_platform_is_asked_again_later_and_later(product: WeChatProduct) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [-1, -1, -1]}})
    product.ask_slowly(openid, "系统繁忙")

    delays = []
    for attempt in (1, 2, 3):
        row = product.wait_for_attempt(openid, attempt)
        delays.append((row.next_attempt_at - now()).total_seconds())
        assert (row.status, row.error_code) == ("pending", -1)
        product.make_due(openid)

    assert product.wait_for_api(openid) == ["到：系统繁忙"]
    assert delays == sorted(delays) and delays[0] > 2 and delays[-1] > 12
    assert product.shown(openid) == ["到：系统繁忙"]


def test_while_the_api_fails_a_call_is_kept_waiting_for_its_reply(
    product: WeChatProduct, monkeypatch: pytest.MonkeyPatch, soon: None
) -> None:
    unlucky, openid = product.follower(), product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [-1]}})
    product.ask_slowly(unlucky, "接口坏了")
    product.wait_for_attempt(unlucky, 1)
    monkeypatch.setattr("bot.channels.wechat_delivery.UNWELL_FOR_S", 60.0)
    gate = product.assistant.waits_at("还是慢")

    assert product.say(openid, "还是慢") == wechat.STILL_LOOKING

    gate.set()
    product.make_due(unlucky)
    product.wait_until_idle(unlucky)
    product.wait_until_idle(openid)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_message_to_which_no_answer_came_is_repeated_once_at_most(product: WeChatProduct, when: str) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_drop": {SEND: 10}, "when": when})
    product.ask_slowly(openid, f"没有回音{when}")

    for attempt in range(1, MAX_ATTEMPTS_UNANSWERED + 1):
        product.wait_for_attempt(openid, attempt)
        product.make_due(openid)

    product.wait_for_status(openid, "failed")
    assert len(product.shown(openid)) == (0 if when == "before" else MAX_ATTEMPTS_UNANSWERED)


# Who does not follow any more.


def test_who_has_left_is_sent_nothing_and_what_they_were_owed_is_given_up(product: WeChatProduct) -> None:
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {SEND: [-1]}})
    product.ask_slowly(openid, "走之前问的")
    product.wait_for_status(openid, "pending")
    before = calls_of(product, SEND)

    outcome = product.simulator.run(product.simulator.platform.unfollow(openid))

    assert outcome.result == "accepted"
    (row,) = product.outbox(openid)
    assert (row.status, row.error_code) == ("failed", 43004)
    product.make_due(openid)
    product.services.dispatcher.wake()
    assert product.shown(openid) == [] and calls_of(product, SEND) == before


def test_a_reply_that_is_ready_after_the_user_left_is_not_sent(product: WeChatProduct) -> None:
    openid = product.follower()
    gate, before = product.assistant.waits_at("问完就走"), calls_of(product, SEND)
    product.simulator.send_text(openid, "问完就走")
    product.simulator.run(product.simulator.platform.unfollow(openid))

    gate.set()

    product.wait_for_status(openid, "failed")
    assert product.outbox(openid)[0].error_code == 43004 and calls_of(product, SEND) == before


def test_who_comes_back_is_answered_again(product: WeChatProduct) -> None:
    openid = product.follower()
    product.say(openid, "先问一句")
    product.simulator.run(product.simulator.platform.unfollow(openid))

    greeting = product.simulator.run(product.simulator.platform.follow(openid)).reply

    assert greeting and product.say(openid, "我回来了") == "到：我回来了"


# Links.


def test_a_reply_names_the_page_of_its_source_as_a_link(tmp_path: Path) -> None:
    source = {"title": "办事<指南>", "page_url": "/articles/x?a=1&b=2"}
    with connected(tmp_path, public_url="https://bot.example") as product:
        product.assistant.says("依据", ReplyMessage("见指南。", sources=[source, source, {"title": "无页"}]))

        reply = product.say(product.follower(), "依据") or ""

    link = '<a href="https://bot.example/articles/x?a=1&amp;b=2">查看全文：办事&lt;指南&gt;</a>'
    assert reply == f"见指南。\n{link}"


# Accounts that may only answer.


@pytest.fixture(scope="module", params=["may_send", "app_secret"])
def answering_only(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    wechat_changes = {"may_send": False} if request.param == "may_send" else {"app_secret": None}
    with connected(tmp_path_factory.mktemp("answering"), wechat=wechat_changes) as product:
        product.simulator.account.has_customer_service = False
        yield product


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call wait less long for its reply."""
    monkeypatch.setattr(wechat, "WAIT_IF_ANSWERING_ONLY_S", 0.7)


def test_without_the_right_to_send_a_late_reply_is_announced_and_given_with_the_next_message(
    answering_only: WeChatProduct, soon: None
) -> None:
    product, openid = answering_only, answering_only.follower()
    gate = product.assistant.waits_at("慢的")

    assert product.say(openid, "慢的") == wechat.STILL_LOOKING
    gate.set()
    product.wait_for_status(openid, "held")

    assert product.say(openid, "你好") == "到：慢的\n\n到：你好"
    assert product.say(openid, "再见") == "到：再见"
    assert set(product.routes(openid)) == {"passive"} and calls_of(product, SEND) == 0


@pytest.mark.parametrize("more", ["继续", "“继续”", " 继续。"])
def test_asking_for_the_rest_gives_what_is_owed_and_nothing_else(answering_only: WeChatProduct, soon: None, more: str) -> None:
    product, openid = answering_only, answering_only.follower()
    question = f"慢的{more}"
    gate = product.assistant.waits_at(question)
    assert product.say(openid, question) == wechat.STILL_LOOKING
    gate.set()
    product.wait_for_status(openid, "held")

    assert product.say(openid, more) == f"到：{question}"

    assert more not in product.assistant.seen
    assert product.say(openid, "继续") == "到：继续", "nothing is owed any more, so it is a text like any other"


def test_without_the_right_to_send_a_long_text_is_given_in_pieces(answering_only: WeChatProduct) -> None:
    product, openid = answering_only, answering_only.follower()
    product.assistant.says("说长的", LONG)

    pieces = [product.say(openid, "说长的") or ""]
    while "继续" in pieces[-1] and len(pieces) < 9:
        pieces.append(product.say(openid, "继续") or "")

    assert len(pieces) > 2 and all(len(piece.encode()) <= LIMIT_BYTES for piece in pieces)
    said = "".join(piece.removesuffix("\n\n（还有内容，回复“继续”接着看）") for piece in pieces)
    assert said.replace("\n", "") == LONG.replace("\n", "")
    assert product.statuses(openid) == ["delivered"]


def test_without_the_right_to_send_the_options_of_a_long_text_come_with_its_end(answering_only: WeChatProduct) -> None:
    product, openid = answering_only, answering_only.follower()
    product.assistant.says("长的选择", ReplyMessage(LONG, [{"title": "甲", "payload": "/request_human"}]))

    pieces = [product.say(openid, "长的选择") or ""]
    while "还有内容" in pieces[-1]:
        pieces.append(product.say(openid, "继续") or "")

    assert "1. 甲" in pieces[-1]


def test_a_platform_that_says_the_account_may_not_send_is_believed(tmp_path: Path, soon: None) -> None:
    with simulated("safe") as simulator, connected(tmp_path, simulator) as product:
        simulator.account.has_customer_service = False
        openid = product.follower()
        product.ask_slowly(openid, "头一回慢")
        product.wait_for_status(openid, "held")

        assert product.say(openid, "在吗") == "到：头一回慢\n\n到：在吗"
        gate = product.assistant.waits_at("又慢了")
        assert product.say(openid, "又慢了") == wechat.STILL_LOOKING
        gate.set()
        product.wait_for_status(openid, "delivered", "delivered", "held")
        assert product.say(openid, "继续") == "到：又慢了"

        assert calls_of(product, SEND) == 1
        assert set(product.routes(openid)) == {"passive"}


def test_what_was_held_is_sent_when_the_account_may_send_again(tmp_path: Path) -> None:
    with simulated("safe") as simulator:
        simulator.account.has_customer_service = False
        with connected(tmp_path, simulator) as product:
            openid = product.follower()
            product.assistant.says("说长的", LONG)
            product.simulator.send_text(openid, "说长的")
            product.wait_for_status(openid, "held")
            with product.services.database.session() as session:
                session.execute(update(PlatformAccountRow).values(cannot_send_since=now() - 2 * ASK_AGAIN_AFTER))

        simulator.account.has_customer_service = True
        with connected(tmp_path, simulator) as product:
            assert product.simulator.send_text(openid, "继续").result in ("accepted", "shown")
            product.wait_for_status(openid, "delivered", timeout_s=3)
            assert product.shown(openid) == split_text(LONG, LIMIT_BYTES)
