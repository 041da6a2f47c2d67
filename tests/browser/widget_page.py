"""What a visitor sees and does on the chat page, in the visitor's words."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect


class WidgetPage:
    def __init__(self, page: Page, server_url: str) -> None:
        self.page = page
        self.server_url = server_url.rstrip("/")
        self.input = page.get_by_role("textbox")
        self.status = page.get_by_test_id("status")
        self.answers = page.locator('[data-sender="bot"]')
        self.questions = page.locator('[data-sender="user"]')
        self.said_by_people = page.locator('[data-sender="agent"]')
        self.notices = page.locator('[data-sender="system"]')
        self.sources = page.locator("#log details")
        self.waiting = page.locator("[data-unsent]")
        self.unsent = page.get_by_text("未发送", exact=False)

    def open(self) -> None:
        self.page.goto(f"{self.server_url}/widget/")
        expect(self.input).to_be_visible()
        expect(self.status).to_contain_text("在线")

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something and return the first new answer."""
        known = self.answers.count()
        self.say(text)
        answer = self.answers.nth(known)
        expect(answer).to_be_visible()
        return answer

    def ask_for_a_person(self) -> None:
        """Press the button beside the input, and wait for what becomes of it."""
        known = self.notices.count()
        self.page.get_by_role("button", name="转人工").tap()
        expect(self.notices.nth(known)).to_be_visible()

    def conversation_id(self) -> str:
        found: str = self.page.evaluate("() => JSON.parse(localStorage.getItem('yingshang.conversation')).conversation_id")
        return found

    def offers(self) -> Locator:
        """The buttons below answers that can still be pressed."""
        return self.page.get_by_label("可选操作").locator('button[aria-disabled="false"]')

    def stored_messages(self) -> list[dict[str, Any]]:
        """Return everything said, as the server has it, in order."""
        found = self.page.evaluate("() => JSON.parse(localStorage.getItem('yingshang.conversation'))")
        messages: list[dict[str, Any]] = []
        while True:
            after = messages[-1]["sequence"] if messages else 0
            response = self.page.request.get(
                f"{self.server_url}/api/chat/conversations/{found['conversation_id']}/messages?after={after}",
                headers={"Authorization": f"Bearer {found['token']}"},
            )
            assert response.ok, response.status
            more = response.json()["messages"]
            if not more:
                return messages
            messages.extend(more)

    def stored_questions(self) -> list[str]:
        return [message["text"] for message in self.stored_messages() if message["sender"] == "user"]
