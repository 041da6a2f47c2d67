from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from simulator.errors import FaultInvalid
from simulator.faults import Faults
from simulator.platform import Platform
from tests.fixtures.wechat import Simulator
from tests.simulator.calls import SEND, access_token, send_text
from tests.simulator.product import Product


@pytest.fixture
def openid(simulator: Simulator, simulator_product: Product) -> str:
    """Somebody who has just written."""
    openid = simulator.follower()
    simulator.send_text(openid, "你好")
    return openid


def test_errors_are_given_one_per_call_without_any_effect(simulator: Simulator, openid: str) -> None:
    simulator.platform.faults.change({"api_errors": {SEND: [-1, 40001]}})

    assert [send_text(simulator, openid) for _ in range(3)] == [-1, 40001, 0]
    assert len(simulator.bubbles(openid, "account")) == 1


@pytest.mark.parametrize(("when", "shown"), [("before", 1), ("after", 2)])
def test_a_dropped_call_has_no_answer(when: str, shown: int, simulator: Simulator, openid: str) -> None:
    token = access_token(simulator)
    simulator.platform.faults.change({"api_drop": {SEND: 1}, "when": when})

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send_text(simulator, openid, token=token)
    assert send_text(simulator, openid, token=token) == 0

    assert len(simulator.bubbles(openid, "account")) == shown


def test_a_delayed_answer_comes_after_its_effect(simulator: Simulator, openid: str) -> None:
    simulator.platform.faults.change({"api_delay_s": {SEND: 0.2}})
    began = time.monotonic()

    assert send_text(simulator, openid) == 0

    assert time.monotonic() - began >= 0.2
    assert (simulator.platform.journal.entries[-1].ms or 0) >= 200


def test_the_log_names_every_call_and_its_code(simulator: Simulator, openid: str) -> None:
    send_text(simulator, "o-nobody")

    entry = simulator.platform.journal.entries[-1]
    assert (entry.kind, entry.what, entry.status, entry.code) == ("api", SEND, 200, 40003)
    assert simulator.platform.journal.counters[f"api:{SEND}"] == 1
    assert simulator.platform.journal.counters["api_error:40003"] == 1


async def test_a_duplicated_message_comes_again_with_the_same_number(platform: Platform, product: Product) -> None:
    openid = platform.create_user(followed=True).openid
    platform.faults.change({"duplicate_share": 1.0, "seed": 7})
    product.answering = product.echoes

    outcomes = [await platform.send_text(openid, f"第{number}条") for number in range(6)]

    assert {len(outcome.tries) for outcome in outcomes} == {2, 3}
    assert len({call.message.id for call in product.calls}) == 6
    assert [bubble.text for bubble in platform.timeline(openid) if bubble.sender == "account"] == [
        f"你说：第{number}条" for number in range(6)
    ]


async def test_a_message_may_let_the_next_one_pass(platform: Platform, product: Product) -> None:
    openid = platform.create_user(followed=True).openid
    platform.faults.change({"reorder_share": 1.0})

    await asyncio.gather(platform.send_text(openid, "先写的"), platform.send_text(openid, "后写的"))

    assert product.texts() == ["后写的", "先写的"]
    assert [bubble.text for bubble in platform.timeline(openid)] == ["先写的", "后写的"]


async def test_a_message_does_not_wait_for_the_next_one_for_ever(platform: Platform, product: Product) -> None:
    openid = platform.create_user(followed=True).openid
    platform.faults.change({"reorder_share": 1.0})

    outcome = await asyncio.wait_for(platform.send_text(openid, "只有这条"), platform.courier.pacing.reorder_wait_s + 5)

    assert outcome.result == "accepted"


async def test_lost_answers_count_as_none(platform: Platform, product: Product) -> None:
    openid = platform.create_user(followed=True).openid
    platform.faults.change({"drop_answer_share": 1.0})
    product.answering = product.echoes

    outcome = await platform.send_text(openid, "你好")

    assert [tried.result for tried in outcome.tries] == ["lost"] * 3
    assert outcome.result == "fault"
    assert len(product.calls) == 3


async def test_callbacks_can_be_late(platform: Platform, product: Product) -> None:
    openid = platform.create_user(followed=True).openid
    platform.faults.change({"callback_delay_s": 0.2})
    began = time.monotonic()

    await platform.send_text(openid, "你好")

    assert time.monotonic() - began >= 0.2


def test_the_same_seed_makes_the_same_choices() -> None:
    chosen = [
        [faults.reorders() for _ in range(50)]
        for faults in (Faults(reorder_share=0.5, seed=3), Faults(reorder_share=0.5, seed=3))
    ]

    assert chosen[0] == chosen[1]
    assert set(chosen[0]) == {True, False}


@pytest.mark.parametrize(
    "given",
    [
        {"reorder_share": 1.5},
        {"duplicate_share": "0.5"},
        {"api_errors": {SEND: 40001}},
        {"api_drop": {SEND: True}},
        {"when": "never"},
        {"callback_delay_s": -1},
        {"expire_old_token": 1},
        {"explode": True},
        {"_random": None},
    ],
)
def test_a_fault_that_cannot_be_is_named_and_changes_nothing(given) -> None:
    faults = Faults()

    with pytest.raises(FaultInvalid) as refused:
        faults.change({"api_delay_s": {SEND: 1.0}, **given})

    assert refused.value.field == next(iter(given))
    assert faults.as_json() == Faults().as_json()
