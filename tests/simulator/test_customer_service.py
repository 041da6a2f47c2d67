from __future__ import annotations

import pytest

from tests.fixtures.wechat import Simulator
from tests.simulator.calls import SEND, TYPING, post, send_text
from tests.simulator.conftest import Clock
from tests.simulator.product import Product

MENU = {
    "head_content": "请选择：",
    "list": [{"id": "a", "content": "办理条件"}, {"id": "b", "content": "材料"}],
    "tail_content": "或直接提问",
}


@pytest.fixture
def openid(simulator: Simulator, simulator_product: Product) -> str:
    """A follower who has written nothing yet."""
    return simulator.follower()


def test_a_message_appears_within_the_window(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    assert send_text(simulator, openid, "您好，<a href='https://example.org'>看这里</a>") == 0
    shown = simulator.bubbles(openid, "account")
    assert [(bubble.text, bubble.via, bubble.in_reply_to) for bubble in shown] == [
        ("您好，<a href='https://example.org'>看这里</a>", "api", None)
    ]


def test_five_messages_may_follow_one_of_the_user(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    assert [send_text(simulator, openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert len(simulator.bubbles(openid, "account")) == 5


def test_each_message_of_the_user_gives_five_again(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "一")
    assert [send_text(simulator, openid) for _ in range(3)] == [0, 0, 0]

    simulator.send_text(openid, "二")

    assert [send_text(simulator, openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_nothing_can_be_sent_to_who_never_wrote(simulator: Simulator, openid: str) -> None:
    assert send_text(simulator, openid) == 45015


@pytest.mark.parametrize(("hours", "code"), [(47.99, 0), (48, 45015)])
def test_the_window_of_a_message_closes_after_two_days(
    hours: float, code: int, simulator: Simulator, openid: str, clock: Clock
) -> None:
    simulator.send_text(openid, "你好")

    clock.move(hours=hours)

    assert send_text(simulator, openid) == code


@pytest.mark.parametrize("contact", ["click", "follow", "scan"])
def test_a_click_following_or_scanning_allows_three_within_a_minute(
    contact: str, simulator: Simulator, openid: str, clock: Clock
) -> None:
    given = () if contact == "follow" else ("KEY",)
    simulator.run(getattr(simulator.platform, contact)(openid, *given))

    assert [send_text(simulator, openid) for _ in range(4)] == [0, 0, 0, 45047]
    clock.move(seconds=60)
    assert send_text(simulator, openid) == 45015


def test_a_click_into_a_menu_counts_as_a_menu_click(simulator: Simulator, openid: str, clock: Clock) -> None:
    simulator.send_text(openid, "是", menu_id="a")

    assert [send_text(simulator, openid) for _ in range(4)] == [0, 0, 0, 45047]
    clock.move(seconds=60)
    assert send_text(simulator, openid) == 45015


def test_the_window_that_closes_first_is_used_first(simulator: Simulator, openid: str, clock: Clock) -> None:
    simulator.send_text(openid, "你好")
    simulator.run(simulator.platform.click(openid, "HELP"))

    assert [send_text(simulator, openid) for _ in range(3)] == [0, 0, 0]
    clock.move(minutes=2)

    assert [send_text(simulator, openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_opening_a_page_from_the_menu_allows_nothing(simulator: Simulator, openid: str) -> None:
    from simulator import messages

    simulator.run(simulator.platform.do(openid, messages.view("https://example.org")))

    assert send_text(simulator, openid) == 45015


def test_a_passive_reply_costs_nothing(simulator: Simulator, simulator_product: Product, openid: str) -> None:
    simulator_product.answering = simulator_product.echoes
    simulator.send_text(openid, "你好")

    assert [send_text(simulator, openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_nothing_reaches_who_has_left(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")
    simulator.run(simulator.platform.unfollow(openid))

    assert send_text(simulator, openid) == 43004


def test_an_account_without_the_right_cannot_send(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    simulator.account.has_customer_service = False

    assert send_text(simulator, openid) == 48001
    assert post(simulator, TYPING, {"touser": openid, "command": "Typing"}) == 48001


def test_a_refused_message_costs_nothing(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    assert [send_text(simulator, openid, "长" * 683) for _ in range(6)] == [45002] * 6
    assert [send_text(simulator, openid, "长" * 682) for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"touser": "o-nobody", "msgtype": "text", "text": {"content": "a"}}, 40003),
        ({"touser": ["o"], "msgtype": "text", "text": {"content": "a"}}, 40003),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "a", "list": []}}, 40035),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "a", "list": [{"content": "没有编号"}]}}, 40035),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "长" * 700, "list": [{"id": "1", "content": "a"}]}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
        ([], 47001),
    ],
)
def test_a_malformed_message_is_refused_by_its_code(body, code: int, simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    sent = {"touser": openid, **body} if isinstance(body, dict) else body

    assert post(simulator, SEND, sent) == code
    assert simulator.bubbles(openid, "account") == []


def test_escaped_characters_are_shown_as_they_were_written(simulator: Simulator, openid: str) -> None:
    simulator.send_text(openid, "你好")

    assert send_text(simulator, openid, '好\n"\\u"', escaped=True) == 0
    assert simulator.bubbles(openid, "account")[0].text == '\\u597d\n"\\u"'


def test_a_menu_shows_its_lines_and_a_pressed_one_comes_back(
    simulator: Simulator, simulator_product: Product, openid: str
) -> None:
    simulator.send_text(openid, "你好")

    assert post(simulator, SEND, {"touser": openid, "msgtype": "msgmenu", "msgmenu": MENU}) == 0

    menu = simulator.bubbles(openid, "account")[0]
    assert (menu.kind, menu.text, menu.options, menu.tail) == ("menu", "请选择：", MENU["list"], "或直接提问")
    simulator.send_text(openid, menu.options[1]["content"], menu_id=menu.options[1]["id"])
    pressed = simulator_product.calls[-1].message
    assert (pressed.content, pressed._data["bizmsgmenuid"]) == ("材料", "b")


def test_typing_needs_a_recent_word_of_the_user_and_is_not_repeated(simulator: Simulator, openid: str, clock: Clock) -> None:
    def typing(command: str) -> int:
        return post(simulator, TYPING, {"touser": openid, "command": command})

    assert typing("Typing") == 45080
    simulator.send_text(openid, "你好")
    assert [typing("Typing"), typing("Typing"), typing("CancelTyping"), typing("Typing")] == [0, 45081, 0, 0]
    assert typing("Dance") == 45072
    clock.move(seconds=31)
    assert typing("Typing") == 45080
