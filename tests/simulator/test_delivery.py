from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from simulator import messages
from simulator.accounts import MODES, AccountSettings, Mode
from simulator.errors import NotFollowing, UserUnknown
from simulator.platform import Platform
from simulator.screens import FAULT_LINE
from tests.simulator.product import Product, Received, Response


def texts(platform: Platform, openid: str, sender: str) -> list[str]:
    return [bubble.text for bubble in platform.timeline(openid) if bubble.sender == sender]


@pytest.mark.parametrize("mode", MODES)
async def test_a_message_reaches_the_product_and_its_answer_the_screen(
    mode: Mode, account: AccountSettings, platform: Platform, product: Product, openid: str
) -> None:
    account.mode, product.answering = mode, product.echoes

    outcome = await platform.send_text(openid, "营业执照 <b>怎么办</b>？")

    assert product.texts() == ["营业执照 <b>怎么办</b>？"]
    assert outcome.result == "shown"
    assert outcome.reply == "你说：营业执照 <b>怎么办</b>？"
    asked, answered = platform.timeline(openid)
    assert (asked.sender, asked.state, asked.message_id) == ("user", "sent", outcome.number)
    assert (answered.sender, answered.via, answered.in_reply_to) == ("account", "passive", outcome.number)


async def test_no_character_breaks_a_message(platform: Platform, product: Product, openid: str) -> None:
    await platform.send_text(openid, "a]]>b\0<c>&amp;\n😀")

    assert product.texts() == ["a]]>b<c>&amp;\n😀"]


async def test_a_safe_message_shows_nothing_of_its_content(
    account: AccountSettings, platform: Platform, product: Product, openid: str
) -> None:
    account.mode = "safe"

    await platform.send_text(openid, "秘密")

    assert "Content" not in product.calls[0].body
    assert product.calls[0].query["encrypt_type"] == "aes"


async def test_a_compatible_message_comes_both_ways(
    account: AccountSettings, platform: Platform, product: Product, openid: str
) -> None:
    account.mode = "compatible"

    await platform.send_text(openid, "你好")

    assert "<Encrypt>" in product.calls[0].body
    assert "<Content><![CDATA[你好]]></Content>" in product.calls[0].body


async def test_a_plain_answer_in_safe_mode_is_a_fault(
    account: AccountSettings, platform: Platform, product: Product, openid: str
) -> None:
    account.mode = "safe"
    product.answering = lambda received, number: product.reply(Received({}, "", received.message), "明文")

    outcome = await platform.send_text(openid, "你好")

    assert outcome.result == "fault"
    assert texts(platform, openid, "system") == [FAULT_LINE]


@pytest.mark.parametrize("body", ["success", "", "  \n"])
async def test_success_or_nothing_shows_nothing_and_is_not_repeated(
    body: str, platform: Platform, product: Product, openid: str
) -> None:
    product.answering = lambda received, number: Response(body=body)

    outcome = await platform.send_text(openid, "你好")

    assert outcome.result == "accepted"
    assert len(product.calls) == 1
    assert texts(platform, openid, "account") + texts(platform, openid, "system") == []


@pytest.mark.parametrize(
    "response",
    [
        Response(body='{"errcode": 0}'),
        Response(body="<xml><ToUserName>"),
        Response(body="<xml><MsgType>text</MsgType></xml>"),
        Response(body='<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>'),
        Response(status=404, body="success"),
        Response(status=302, body="success"),
    ],
    ids=["json", "broken", "nobody's", "doctype", "404", "302"],
)
async def test_an_answer_that_is_no_reply_shows_the_system_line_at_once(
    response: Response, platform: Platform, product: Product, openid: str
) -> None:
    product.answering = lambda received, number: response

    outcome = await platform.send_text(openid, "你好")

    assert outcome.result == "fault"
    assert len(product.calls) == 1
    assert texts(platform, openid, "system") == [FAULT_LINE]


@pytest.mark.parametrize(("bytes_long", "result"), [(2048, "shown"), (2049, "fault")])
async def test_a_passive_text_has_at_most_2048_bytes(
    bytes_long: int, result: str, platform: Platform, product: Product, openid: str
) -> None:
    text = "啊" * (bytes_long // 3) + "a" * (bytes_long % 3)
    product.answering = lambda received, number: product.reply(received, text)

    outcome = await platform.send_text(openid, "你好")

    assert outcome.result == result


async def test_a_reply_to_somebody_else_is_a_fault(platform: Platform, product: Product, openid: str) -> None:
    def answer(received: Received, number: int) -> Response:
        body = product.reply(received, "你好").body.replace(openid, "osomebodyelse")
        return Response(body=body)

    product.answering = answer

    assert (await platform.send_text(openid, "你好")).result == "fault"


async def test_a_transfer_to_customer_service_is_taken_and_not_shown(platform: Platform, product: Product, openid: str) -> None:
    def answer(received: Received, number: int) -> Response:
        body = product.reply(received, "你好").body.replace("CDATA[text]", "CDATA[transfer_customer_service]")
        return Response(body=body)

    product.answering = answer

    assert (await platform.send_text(openid, "转人工")).result == "accepted"
    assert texts(platform, openid, "account") == []


async def test_a_try_without_an_answer_is_cut_and_repeated_with_a_fresh_signature(
    platform: Platform, product: Product, openid: str
) -> None:
    def answer(received: Received, number: int) -> Response:
        return product.hangs(received, number) if number == 1 else product.echoes(received, number)

    product.answering = answer

    outcome = await platform.send_text(openid, "你好")

    first, second = product.calls
    assert [tried.result for tried in outcome.tries] == ["timeout", "answered"]
    assert first.message.id == second.message.id == int(outcome.number)
    assert first.body == second.body
    assert first.query["nonce"] != second.query["nonce"]
    assert texts(platform, openid, "account") == ["你说：你好"]


async def test_after_three_tries_without_an_answer_the_user_sees_the_system_line(
    platform: Platform, product: Product, openid: str
) -> None:
    product.answering = product.hangs

    outcome = await platform.send_text(openid, "你好")

    assert [tried.result for tried in outcome.tries] == ["timeout"] * 3
    assert outcome.result == "fault"
    assert texts(platform, openid, "system") == [FAULT_LINE]


@pytest.mark.parametrize(
    ("failing", "result"), [(Response(is_cut=True), "unreachable"), (Response(status=503), "failed")], ids=["cut", "503"]
)
async def test_a_failed_try_is_repeated(
    failing: Response, result: str, platform: Platform, product: Product, openid: str
) -> None:
    product.answering = lambda received, number: failing if number < 3 else Response()

    outcome = await platform.send_text(openid, "你好")

    assert [tried.result for tried in outcome.tries] == [result, result, "answered"]
    assert outcome.result == "accepted"


async def test_a_failed_try_is_repeated_only_when_its_time_is_over(platform: Platform, product: Product, openid: str) -> None:
    product.answering = lambda received, number: Response(status=503) if number == 1 else Response()
    began = asyncio.get_running_loop().time()

    await platform.send_text(openid, "你好")

    assert asyncio.get_running_loop().time() - began >= platform.courier.pacing.retry_pacing_s


async def test_nobody_listening_is_a_fault_after_three_tries(platform: Platform, account: AccountSettings, openid: str) -> None:
    account.callback_url = "http://127.0.0.1:9/wechat"

    outcome = await platform.send_text(openid, "你好")

    assert [tried.result for tried in outcome.tries] == ["unreachable"] * 3
    assert outcome.result == "fault"


async def test_message_numbers_grow_over_users_and_restarts(
    platform: Platform, account: AccountSettings, product: Product, openid: str, clock
) -> None:
    first = await platform.send_text(openid, "一")
    second = await platform.send_text(platform.create_user(followed=True).openid, "二")
    clock.move(seconds=1)
    restarted = Platform(account, clock=clock)
    third = await restarted.send_text(restarted.create_user(followed=True).openid, "三")
    await restarted.close()

    assert int(first.number) < int(second.number) < int(third.number) < 2**63


async def test_who_does_not_follow_cannot_write(platform: Platform) -> None:
    stranger = platform.create_user()

    with pytest.raises(NotFollowing):
        await platform.send_text(stranger.openid, "你好")


async def test_a_user_nobody_made_is_unknown(platform: Platform) -> None:
    with pytest.raises(UserUnknown):
        await platform.send_text("o-nobody", "你好")


DEEDS: list[tuple[Callable[[Platform, str], messages.Deed], dict[str, object]]] = [
    (lambda platform, openid: platform.following(openid, None), {"event": "subscribe"}),
    (
        lambda platform, openid: platform.following(openid, "hall-3"),
        {"event": "subscribe_scan", "scene_id": "hall-3", "ticket": "ticket-hall-3"},
    ),
    (lambda platform, openid: platform.leaving(openid), {"event": "unsubscribe"}),
    (lambda platform, openid: messages.click("HELP"), {"event": "click", "key": "HELP"}),
    (
        lambda platform, openid: messages.view("https://example.org/?a=1&b=2"),
        {"event": "view", "url": "https://example.org/?a=1&b=2"},
    ),
    (
        lambda platform, openid: platform.scanning(openid, "hall-4"),
        {"event": "scan", "scene_id": "hall-4", "ticket": "ticket-hall-4"},
    ),
    (lambda platform, openid: messages.position(31.23, 121.47), {"event": "location", "latitude": 31.23, "longitude": 121.47}),
    (lambda platform, openid: messages.event("kf_create_session", {"KfAccount": "a@b"}), {"event": "kf_create_session"}),
    (lambda platform, openid: messages.text("是", "m1"), {"type": "text", "content": "是"}),
    (lambda platform, openid: messages.voice(platform.media.put(b"#!AMR\n" + b"\x7c" * 100)), {"type": "voice", "format": "amr"}),
    (lambda platform, openid: platform.image(b"\xff\xd8\xffjpg"), {"type": "image"}),
    (lambda platform, openid: messages.video(platform.media.put(b"\0\0\0\x18ftypmp42")), {"type": "video"}),
    (
        lambda platform, openid: messages.location(31.23, 121.47, "市民中心"),
        {"type": "location", "label": "市民中心", "location": ("31.230000", "121.470000")},
    ),
    (
        lambda platform, openid: messages.link("标题", "说明", "https://example.org"),
        {"type": "link", "title": "标题", "url": "https://example.org"},
    ),
]


@pytest.mark.parametrize("mode", ["plain", "safe"])
@pytest.mark.parametrize(("make", "expected"), DEEDS)
async def test_another_library_reads_what_a_user_did(make, expected, mode: Mode, account, platform, product, openid: str) -> None:
    account.mode = mode

    outcome = await platform.do(openid, make(platform, openid))

    message = product.calls[0].message
    assert outcome.result == "accepted"
    assert {name: getattr(message, name) for name in expected} == expected
    assert (message.source, message.target) == (openid, account.original_id)
    assert message.create_time.timestamp() == int(platform.clock().timestamp())


async def test_a_click_into_a_menu_says_which_line(platform: Platform, product: Product, openid: str) -> None:
    await platform.send_text(openid, "是", menu_id="choice-1")

    assert product.calls[0].message._data["bizmsgmenuid"] == "choice-1"


async def test_an_event_has_no_message_id_and_no_bubble(platform: Platform, product: Product, openid: str) -> None:
    await platform.click(openid, "HELP")

    assert "MsgId" not in product.calls[0].body
    assert platform.timeline(openid) == []


async def test_scanning_makes_a_stranger_a_follower(platform: Platform, product: Product) -> None:
    stranger = platform.create_user()

    await platform.scan(stranger.openid, "hall-3")

    assert stranger.followed
    assert product.calls[0].message.event == "subscribe_scan"


@pytest.mark.parametrize(
    ("deed", "shown"), [(messages.click("A"), [FAULT_LINE]), (messages.view("http://a/"), [])], ids=["click", "view"]
)
async def test_a_failed_event_is_shown_only_where_the_user_waits(
    deed, shown, platform: Platform, product: Product, openid: str
) -> None:
    product.answering = lambda received, number: Response(status=500)

    await platform.do(openid, deed)

    assert texts(platform, openid, "system") == shown


async def test_nothing_appears_to_somebody_who_has_left(platform: Platform, product: Product, openid: str) -> None:
    product.answering = lambda received, number: product.reply(received, "再见")

    await platform.unfollow(openid)

    assert platform.timeline(openid) == []


async def test_a_callback_address_is_verified_by_its_echo(platform: Platform, account: AccountSettings) -> None:
    assert await platform.courier.verify()

    account.callback_url = "http://127.0.0.1:9/wechat"
    assert not await platform.courier.verify()


async def test_the_log_keeps_tries_but_no_words(platform: Platform, product: Product, openid: str) -> None:
    product.answering = lambda received, number: Response(status=503) if number == 1 else product.echoes(received, number)

    await platform.send_text(openid, "很私密的话")

    tries = [entry for entry in platform.journal.entries if entry.kind == "callback"]
    assert [(entry.attempt, entry.status, entry.outcome) for entry in tries] == [(1, 503, "failed"), (2, 200, "answered")]
    assert "私密" not in str(platform.journal.entries)
    assert platform.journal.counters["try"] == 2
