"""A person takes over a talk in WeChat: everything goes through the account's own ways, by words alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.persistence import handovers
from bot.persistence.tables import HandoverRow
from tests.fixtures.desk import MONDAY, Colleague, colleague
from tests.fixtures.running_app import wait_until
from tests.fixtures.wechat_product import WeChatProduct, connected

ASKS = "我要找领导"
"""Goes to a person by rule, whatever the bot says."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("handover"), moment=MONDAY) as product:
        yield product


@pytest.fixture
def mei(product: WeChatProduct) -> Iterator[Colleague]:
    with colleague(product.app, display_name="小梅", teams=["hotline"]) as person:
        yield person


def last_handover(product: WeChatProduct, openid: str) -> HandoverRow:
    conversation_id = product.conversation_id(openid)
    with product.services.database.session() as session:
        row = handovers.find_last(session, conversation_id)
    assert row is not None
    return row


def waiting(product: WeChatProduct) -> str:
    """Return a new user who waits for a person."""
    openid = product.follower()
    product.say(openid, ASKS)
    assert last_handover(product, openid).status == "waiting"
    return openid


def taken(product: WeChatProduct, by: Colleague) -> str:
    openid = waiting(product)
    by.do(product.conversation_id(openid), "take")
    product.wait_for_api(openid)
    return openid


def test_who_asks_for_a_person_reads_their_place_in_the_answer_to_the_call(product: WeChatProduct, mei: Colleague) -> None:
    openid = product.follower()

    reply = product.say(openid, ASKS)

    assert reply is not None and reply.startswith(f"到：{ASKS}") and "已为您转到综合服务组，您排在第1位" in reply
    assert "回复“不等了”" in reply and "/stop_waiting" not in reply
    product.say(openid, "不等了")


def test_who_does_not_want_to_wait_types_it(product: WeChatProduct, mei: Colleague) -> None:
    openid = waiting(product)

    reply = product.say(openid, "不等了")

    assert reply is not None and "已经为您取消排队" in reply
    assert last_handover(product, openid).result == "withdrawn"
    assert product.say(openid, "注销") == "到：注销"


def test_what_is_written_while_waiting_gets_no_answer_and_asking_again_tells_the_place(
    product: WeChatProduct, mei: Colleague
) -> None:
    openid = waiting(product)

    assert product.say(openid, "我是想问注销的事") is None
    assert "您已经在综合服务组排队，现在是第1位" in (product.say(openid, "转人工") or "")
    product.say(openid, "不等了")


def test_the_agent_and_what_they_say_come_by_the_account_itself(product: WeChatProduct, mei: Colleague) -> None:
    openid = waiting(product)
    conversation_id = product.conversation_id(openid)

    mei.do(conversation_id, "take")
    mei.say(conversation_id, "您好，请讲")

    taken, said = product.wait_for_api(openid, 2)
    assert "工作人员“小梅”已接入" in taken and "您好，请讲" in said
    assert {row.channel for row in product.outbox(openid)} == {"wechat"}
    assert product.say(openid, "谢谢") is None
    detail = mei.detail(conversation_id)
    assert detail["entry"]["visitor"] == f"微信用户 {conversation_id[:4]}" and detail["delivery"]["is_subscribed"]
    product.wait_until_idle(openid)
    delivered = [m["delivery"] for m in mei.detail(conversation_id)["messages"] if m["sender"] == "agent"]
    assert delivered == [{"status": "delivered", "error": None, "code": None}]
    mei.do(conversation_id, "close", result="solved", survey=False)


@pytest.mark.parametrize(
    ("text", "score", "comment"), [("5分，很快", 5, "很快"), ("4", 4, None), ("２分", 2, None), ("1分 很不满意", 1, None)]
)
def test_the_talk_is_rated_by_typing(product: WeChatProduct, mei: Colleague, text: str, score: int, comment: str | None) -> None:
    openid = taken(product, mei)
    mei.do(product.conversation_id(openid), "close", result="solved", survey=True)
    asked = product.wait_for_api(openid, 2)[-1]
    assert "打个分（1–5）" in asked

    reply = product.say(openid, text)

    assert reply is not None and f"已记下您的评价：{score}分" in reply
    row = last_handover(product, openid)
    assert (row.survey_score, row.survey_comment) == (score, comment)
    assert product.say(openid, "还有一事") == "到：还有一事"


def test_where_nobody_is_there_a_number_is_left_by_typing_it(product: WeChatProduct) -> None:
    openid = product.follower()
    reply = product.say(openid, ASKS)
    assert reply is not None and "暂时没有工作人员在线" in reply and "回复电话和要办的事" in reply

    kept = product.say(openid, "13800001111 王女士，注销")

    assert kept is not None and "138****1111" in kept
    contact = last_handover(product, openid).contact
    assert contact is not None and contact["phone"] == "13800001111"


def test_a_message_that_did_not_get_through_is_seen_at_the_desk(product: WeChatProduct, mei: Colleague) -> None:
    openid = taken(product, mei)
    conversation_id = product.conversation_id(openid)
    product.simulator.platform.faults.change({"api_errors": {"/cgi-bin/message/custom/send": [45015]}})

    said = mei.say(conversation_id, "太晚了")

    def delivery() -> dict[str, object]:
        message = next(m for m in mei.detail(conversation_id)["messages"] if m["id"] == said["id"])
        found: dict[str, object] = message["delivery"]
        return found

    wait_until(lambda: delivery()["status"] == "held", "the message is held")
    assert delivery() == {"status": "held", "error": "PlatformRefused", "code": 45015}
    assert [each["code"] for each in mei.get(f"/conversations/{conversation_id}/delivery")["failures"]] == [45015]
    assert "太晚了" in (product.say(openid, "在吗") or ""), "it goes along with the answer to the user's next message"
    wait_until(lambda: delivery()["status"] == "delivered", "the message got through")
    mei.do(conversation_id, "close", result="solved", survey=False)


def test_who_wrote_on_the_page_last_is_not_written_to_in_wechat(product: WeChatProduct, mei: Colleague) -> None:
    openid = taken(product, mei)
    conversation_id = product.conversation_id(openid)
    before = len(product.shown(openid))
    asyncio.run(_post_on_the_page(product, conversation_id))

    mei.say(conversation_id, "看网页")

    wait_until(lambda: product.outbox(openid)[-1].status == "delivered", "it was delivered")
    assert product.outbox(openid)[-1].channel == "widget" and len(product.shown(openid)) == before
    mei.do(conversation_id, "close", result="solved", survey=False)


async def _post_on_the_page(product: WeChatProduct, conversation_id: str) -> None:
    await product.services.chat.post(conversation_id, "我在网页上", "page-1", None, "widget")
