"""The web widget on a bad line: nothing lost, nothing twice, in order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser

POST_MESSAGE = re.compile(r"/api/chat/conversations/[^/]+/messages$")


def test_what_is_written_offline_is_sent_once_and_in_order_when_the_line_is_back(widget: WidgetPage) -> None:
    widget.ask("你好")

    widget.page.context.set_offline(True)
    expect(widget.status).to_contain_text("离线")
    for text in ("信用修复怎么办", "怎么注册公司", "商标被侵权怎么办"):
        widget.say(text)
    expect(widget.unsent).to_have_count(3)
    widget.page.context.set_offline(False)

    expect(widget.status).to_contain_text("在线")
    expect(widget.waiting).to_have_count(0)
    expected = ["你好", "信用修复怎么办", "怎么注册公司", "商标被侵权怎么办"]
    expect(widget.questions).to_have_text([re.compile(text) for text in expected])
    assert widget.stored_questions() == expected


def test_what_is_written_offline_survives_a_closed_page(widget: WidgetPage) -> None:
    widget.ask("你好")
    widget.page.context.set_offline(True)
    widget.say("信用修复怎么办")
    expect(widget.unsent).to_have_count(1)
    widget.page.close()
    widget.page.context.set_offline(False)

    again = WidgetPage(widget.page.context.new_page(), widget.server_url)
    again.open()

    expect(again.questions).to_have_count(2)
    expect(again.waiting).to_have_count(0)
    assert again.stored_questions() == ["你好", "信用修复怎么办"]


def test_a_message_whose_answer_was_lost_is_not_said_twice(widget: WidgetPage) -> None:
    widget.ask("你好")
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST" or lost:
            return route.continue_()
        route.fetch()
        lost.append(route.request.url)
        return route.abort()

    widget.page.route(POST_MESSAGE, lose_the_first_answer)
    widget.ask("信用修复怎么办")

    expect(widget.waiting).to_have_count(0)
    assert lost
    assert widget.stored_questions() == ["你好", "信用修复怎么办"]


def test_a_message_that_comes_by_two_ways_is_shown_once(widget: WidgetPage) -> None:
    widget.ask("你好")
    widget.ask("信用修复怎么办")

    stored = widget.stored_messages()

    expect(widget.page.locator("#log [data-sender]")).to_have_count(len(stored))
    assert len({message["id"] for message in stored}) == len(stored)


def test_without_a_stream_the_page_asks_for_news_itself(widget: WidgetPage) -> None:
    widget.page.route_web_socket(re.compile("/stream$"), lambda socket: socket.close(code=1013))

    widget.ask("信用修复怎么办")

    expect(widget.status).to_contain_text("在线")
    expect(widget.questions).to_have_count(1)


def test_a_busy_server_is_asked_again(widget: WidgetPage) -> None:
    refused: list[str] = []

    def be_busy_once(route: Route) -> None:
        if route.request.method != "POST" or refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=503, json={"error": {"code": "busy", "message": "请稍后再试"}})

    widget.page.route(POST_MESSAGE, be_busy_once)
    widget.ask("信用修复怎么办")

    assert refused
    assert widget.stored_questions() == ["信用修复怎么办"]


def test_a_conversation_the_server_no_longer_knows_is_begun_again_with_what_was_typed(widget: WidgetPage) -> None:
    widget.page.evaluate('() => localStorage.setItem(\'yingshang.conversation\', \'{"conversation_id":"gone","token":"gone"}\')')
    widget.page.reload()

    widget.ask("信用修复怎么办")

    assert widget.stored_questions() == ["信用修复怎么办"]


def test_a_refused_message_stays_with_its_reason_and_can_be_changed(widget: WidgetPage) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=422, json={"error": {"code": "refused", "message": "请去掉身份证号后再发送"}})

    widget.page.route(POST_MESSAGE, refuse)
    widget.say("我的证件号")
    expect(widget.unsent).to_contain_text("请去掉身份证号后再发送")

    widget.page.get_by_role("button", name="修改").tap()

    expect(widget.input).to_have_value("我的证件号")
    expect(widget.questions).to_have_count(0)
