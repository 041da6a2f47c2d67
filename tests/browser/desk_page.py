"""What somebody at the desk sees and does, in their words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


class DeskPage:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = f"{url}/desk/"
        self.input = page.get_by_label("回复", exact=True)
        self.standing = page.get_by_role("status", name="接待状态")
        self.actions = page.get_by_role("group", name="会话操作")
        self.log = page.get_by_role("log", name="对话")
        self.messages = self.log.locator("[data-sender]")
        self.notices = self.log.locator(".notice")
        self.unsent = self.log.locator(".unsent")
        self.rows = page.get_by_role("tabpanel").locator("li.row")
        self.side = page.get_by_role("complementary", name="会话资料")
        self.told = page.get_by_role("alert")

    def open(self) -> None:
        self.page.goto(self.url)
        expect(self.page.get_by_role("tab", name=re.compile("^排队"))).to_be_visible()

    def show(self, name: str) -> None:
        """Go to one of the lists or to a page of the main navigation: 排队, 我的 … 实时看板, 账号."""
        tab = self.page.get_by_role("tab", name=re.compile(f"^{name}"))
        (tab if tab.count() else self.page.get_by_role("link", name=name)).click()

    def row(self, visitor: str) -> Locator:
        return self.rows.filter(has_text=visitor)

    def read(self, visitor: str) -> None:
        """Open somebody's conversation from the list that is shown."""
        self.row(visitor).click()
        expect(self.page.get_by_role("heading", name=visitor)).to_be_visible()

    def action(self, name: str) -> Locator:
        return self.actions.get_by_role("button", name=name, exact=True)

    def take(self, name: str = "接入") -> None:
        self.action(name).click()
        expect(self.standing).to_contain_text("我在接待")

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def transfer_to(self, name: str, note: str) -> None:
        dialog = self.begin("转接", "转接会话")
        dialog.locator("label").filter(has_text=name).click()
        dialog.get_by_label("给接手同事的话").fill(note)
        self.confirm(dialog, "转接")

    def attach_passage(self, words: str) -> str:
        """Search the articles, put the first passage found into the reply, and return its article's title."""
        self.side.get_by_role("tab", name="知识").click()
        self.side.get_by_label("搜索知识库").fill(words)
        insert = self.side.get_by_role("button", name=re.compile("^插入：")).first
        insert.click()
        name = (insert.get_attribute("aria-label") or "").removeprefix("插入：").partition(" · ")[0]
        expect(self.input).to_have_value(re.compile(re.escape(name)))
        return name

    def history(self) -> Locator:
        """Show what happened to the conversation so far."""
        self.side.get_by_role("tab", name="经过").click()
        return self.side.get_by_role("tabpanel", name="经过")

    def return_to_bot(self, hint: str) -> None:
        dialog = self.begin("交还小助", "交还小助")
        dialog.get_by_label(re.compile("^给用户的话")).fill(hint)
        self.confirm(dialog, "交还")

    def close(self, result: str, note: str = "") -> None:
        dialog = self.begin("结束", "结束会话")
        dialog.locator("label").filter(has_text=result).click()
        dialog.get_by_label(re.compile("^小结")).fill(note)
        self.confirm(dialog, "结束会话")

    def begin(self, action: str, title: str) -> Locator:
        """Press a button of the conversation and return the dialog that it opens."""
        self.action(action).click()
        dialog = self.page.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        return dialog

    def confirm(self, dialog: Locator, name: str) -> None:
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(dialog).to_be_hidden()

    def overflow_px(self) -> int:
        """Return by how much the page is wider than the window; 0 = nothing has to be scrolled sideways."""
        wider: int = self.page.evaluate("() => document.scrollingElement.scrollWidth - window.innerWidth")
        return max(0, wider)
