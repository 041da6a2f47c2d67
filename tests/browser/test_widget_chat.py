"""Asking on the web widget, in a real browser against the real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser


def test_a_question_is_answered_with_sources_that_fold_out(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")

    sources = widget.sources.first
    expect(sources.locator("li").first).to_be_hidden()
    sources.locator("summary").click()

    expect(sources.locator("summary")).to_have_text(re.compile(r"依据 \d+ 条"))
    expect(sources.locator("li").first).to_be_visible()
    expect(sources).to_contain_text(re.compile(r"核对日期 \d{4}年\d{1,2}月\d{1,2}日"))


def test_a_source_opens_its_original_in_a_new_window(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")
    widget.sources.first.locator("summary").click()

    link = widget.page.get_by_role("link", name=re.compile("查看原文")).first

    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(link).to_have_attribute("href", re.compile("^https?://"))


def test_an_example_question_of_the_welcome_is_asked_by_a_tap(widget: WidgetPage) -> None:
    widget.page.get_by_role("button", name="信用修复怎么办").tap()

    expect(widget.questions).to_have_text([re.compile("信用修复怎么办")])
    expect(widget.answers.first).to_be_visible()


def test_a_button_below_an_answer_answers_and_is_then_used(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")
    offer = widget.offers().first
    title = offer.inner_text()
    known = widget.answers.count()

    offer.tap()

    expect(widget.questions.last).to_contain_text(title)
    expect(widget.answers.nth(known)).to_be_visible()
    used = widget.page.get_by_label("可选操作").get_by_role("button", name=title, exact=True).first
    expect(used).to_have_attribute("aria-disabled", "true")


def test_asking_for_a_person_is_always_in_reach(widget: WidgetPage) -> None:
    widget.page.get_by_role("button", name="转人工").tap()

    expect(widget.questions).to_have_text([re.compile("转人工")])
    expect(widget.answers.first).to_be_visible()


def test_an_answer_is_copied_with_its_sources(widget: WidgetPage) -> None:
    widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    widget.ask("信用修复怎么办")

    widget.page.get_by_role("button", name="复制这条回答").first.tap()

    expect(widget.page.get_by_text("已复制").first).to_be_visible()
    assert "依据：" in widget.page.evaluate("() => navigator.clipboard.readText()")


def test_html_in_a_message_is_shown_as_text(widget: WidgetPage) -> None:
    widget.ask("<b>粗体</b><img src=x onerror=\"document.title='broken'\">")
    widget.page.reload()

    expect(widget.questions.first).to_contain_text("<b>粗体</b><img src=x")
    expect(widget.page.locator("#log img, #log b")).to_have_count(0)
    expect(widget.page).to_have_title("营商小助")


def test_a_reload_keeps_the_conversation_and_the_draft(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")
    before = widget.page.locator("[data-sender]").all_inner_texts()
    assert len(before) >= 2
    widget.input.fill("还没写完的问题")

    widget.page.reload()

    expect(widget.page.locator("[data-sender]")).to_have_count(len(before))
    assert widget.page.locator("[data-sender]").all_inner_texts() == before
    expect(widget.input).to_have_value("还没写完的问题")


def test_a_new_conversation_is_begun_only_after_a_confirmation(widget: WidgetPage) -> None:
    widget.ask("信用修复怎么办")

    widget.page.get_by_role("button", name="新对话").tap()
    widget.page.get_by_role("button", name="取消").tap()
    expect(widget.questions).to_have_count(1)

    widget.page.get_by_role("button", name="新对话").tap()
    widget.page.get_by_role("button", name="开始新对话").tap()
    expect(widget.questions).to_have_count(0)
    expect(widget.page.get_by_label("欢迎")).to_be_visible()


def test_a_text_above_the_limit_cannot_be_sent_and_is_kept(widget: WidgetPage) -> None:
    widget.say("长" * 2001)

    expect(widget.page.get_by_role("alert")).to_contain_text("超出 1 字")
    expect(widget.questions).to_have_count(0)
    expect(widget.input).to_have_value("长" * 2001)


def test_an_enter_that_chooses_a_word_does_not_send(widget: WidgetPage) -> None:
    widget.input.fill("xinyong")

    widget.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})

    expect(widget.input).to_have_value("xinyong")
    expect(widget.questions).to_have_count(0)


def test_everything_needed_works_with_the_keyboard_alone(widget: WidgetPage) -> None:
    keyboard = widget.page.keyboard
    keyboard.press("Tab")
    expect(widget.page.get_by_role("link", name="跳到输入框")).to_be_focused()
    keyboard.press("Enter")
    expect(widget.input).to_be_focused()

    keyboard.type("信用修复怎么办")
    keyboard.press("Shift+Enter")
    keyboard.type("急")
    keyboard.press("Enter")
    expect(widget.questions.first).to_contain_text("急")
    expect(widget.sources.first).to_be_visible()

    move_focus_back_to(widget.page, "SUMMARY")
    keyboard.press("Enter")
    expect(widget.page.locator("#log details[open] li").first).to_be_visible()


def test_the_chosen_text_size_is_kept(widget: WidgetPage) -> None:
    size = "() => parseFloat(getComputedStyle(document.querySelector('textarea')).fontSize)"
    standard = widget.page.evaluate(size)

    widget.page.get_by_role("button", name="显示").tap()
    widget.page.get_by_text("特大").tap()
    widget.page.reload()

    expect(widget.input).to_be_visible()
    assert widget.page.evaluate(size) > standard * 1.2


def move_focus_back_to(page: Page, tag: str) -> None:
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement.tagName") == tag:
            return
    pytest.fail(f"The keyboard never reached a {tag}.")
