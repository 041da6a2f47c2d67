"""What somebody at the desk or in a department sees and does with cases, in their words."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


class CasesPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = page.get_by_role("region", name="诉求列表")
        self.rows = self.list.locator(".split-row")
        self.case = page.locator(".split-open")
        self.actions = page.get_by_role("group", name="诉求操作")
        self.history = page.get_by_role("list", name="经过，最近的在前")

    def open(self, title: str) -> None:
        self.rows.filter(has_text=title).click()
        expect(self.page.get_by_role("heading", name=title, level=2)).to_be_visible()

    def number(self) -> str:
        return (self.case.get_attribute("aria-label") or "").removeprefix("诉求 ")

    def begin(self, action: str, title: str) -> Locator:
        """Press a button of the case and return the dialog that it opens."""
        self.actions.get_by_role("button", name=action, exact=True).click()
        return self.dialog(title)

    def dialog(self, title: str) -> Locator:
        dialog = self.page.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        return dialog

    def confirm(self, dialog: Locator, name: str) -> None:
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(dialog).to_be_hidden()

    def answer(self, text: str) -> None:
        self.page.get_by_label("答复内容").fill(text)
        self.page.get_by_role("button", name="发送答复").click()
        expect(self.history).to_contain_text(text)
