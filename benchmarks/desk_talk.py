"""How soon does a user see what an agent wrote, and the other way round, each in a real browser?

Measured from the Enter key in one page to the words standing in the other page's log. Three browsers: a user's phone, the agent
who has the chat, a second agent who watches it. Both ends are stamped by the pages themselves, with the clock of the same
machine; the figures say how far the pages' clocks were apart.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from tqdm import tqdm

from benchmarks.desk_load.installation import Account, Installation, installed
from benchmarks.desk_load.verdict import percentile
from benchmarks.figures import add_data_dir, parser_for, print_figures
from bot.web.session import COOKIE

LIMITS = {"p95_ms": 300.0}
WARM_UP = 5
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
PHONE: Mapping[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
COMPUTER: Mapping[str, Any] = {"viewport": {"width": 1440, "height": 900}}
NOTE_TIMES = """() => {
  const now = () => performance.timeOrigin + performance.now()
  const seen = new Map(), awaited = new Map()
  window.enteredAt = 0
  window.addEventListener('keydown', (event) => { if (event.key === 'Enter') window.enteredAt = now() }, true)
  new MutationObserver((records) => {
    const at = now()
    for (const { addedNodes } of records) for (const node of addedNodes)
      for (const [mark] of node.textContent.matchAll(/#[0-9]+#/g)) {
        if (!seen.has(mark)) seen.set(mark, at)
        awaited.get(mark)?.(at)
      }
  }).observe(document.querySelector('[role="log"]'), { childList: true, subtree: true })
  window.seenAt = (mark, limit_ms) => seen.get(mark) ?? new Promise((resolve, reject) => {
    awaited.set(mark, resolve)
    setTimeout(() => reject(new Error(`${mark} was not seen`)), limit_ms)
  })
  window.clockOffset = () => now() - Date.now()
}"""
LOST_AFTER_MS = 30_000


class Seat:
    """One page of the conversation."""

    def __init__(self, page: Page, field: Locator) -> None:
        self._page = page
        self._field = field

    def note_times(self) -> None:
        self._page.evaluate(NOTE_TIMES)

    def write(self, text: str) -> float:
        """Send a message; return when Enter was pressed, in milliseconds since 1970."""
        self._field.fill(text)
        self._field.press("Enter")
        return float(self._page.evaluate("() => window.enteredAt"))

    def seen_at(self, mark: str) -> float:
        """Wait for a message; return when it stood in the log, by the same clock."""
        return float(self._page.evaluate("([mark, limit]) => window.seenAt(mark, limit)", [mark, LOST_AFTER_MS]))

    def clock_offset(self) -> float:
        """Return by how many milliseconds this page's stamps are ahead of the machine's clock, to one."""
        return float(self._page.evaluate("() => window.clockOffset()"))


def main() -> int:
    parser = parser_for(__doc__)
    add_data_dir(parser)
    parser.add_argument("--messages", type=int, default=100, help="messages in each direction (100)")
    options = parser.parse_args()
    with installed(options.data_dir, agents=2) as installation:
        asyncio.run(installation.process.wait_until_ready())
        with three_browsers(installation) as seats:
            delays_ms = talk(*seats, options.messages)
            offsets = [seat.clock_offset() for seat in seats]
    rows = [figures_of(direction, found) for direction, found in delays_ms.items()]
    apart_ms = round(max(offsets) - min(offsets), 1)
    print_figures([row | {"clocks_apart_ms": apart_ms} for row in rows], options.json, LIMITS)
    return 0 if all(keeps_limits(row) for row in rows) else 1


def talk(user: Seat, agent: Seat, watcher: Seat, messages: int) -> dict[str, list[float]]:
    """Let user and agent write in turns; return the delays in milliseconds, in the order of the messages."""
    delays_ms: dict[str, list[float]] = {"user → agent": [], "user → watching agent": [], "agent → user": []}
    for number in tqdm(range(WARM_UP + messages), desc="messages", unit="pair"):
        asked, answered = f"#{2 * number}#", f"#{2 * number + 1}#"
        asked_at = user.write(f"材料 {asked} 交了以后要等多久？")
        found = [agent.seen_at(asked) - asked_at, watcher.seen_at(asked) - asked_at]
        answered_at = agent.write(f"我查一下 {answered}，请稍等。")
        found.append(user.seen_at(answered) - answered_at)
        if number >= WARM_UP:
            for delays, delay_ms in zip(delays_ms.values(), found, strict=True):
                delays.append(delay_ms)
    return delays_ms


def figures_of(direction: str, delays_ms: Sequence[float]) -> dict[str, Any]:
    p50, p95 = (round(percentile(delays_ms, share), 1) for share in (0.5, 0.95))
    return {"direction": direction, "messages": len(delays_ms), "p50_ms": p50, "p95_ms": p95, "max_ms": round(max(delays_ms), 1)}


def keeps_limits(row: Mapping[str, Any]) -> bool:
    return all(row[name] < limit for name, limit in LIMITS.items())


@contextmanager
def three_browsers(installation: Installation) -> Iterator[tuple[Seat, Seat, Seat]]:
    """Yield user, agent and watching agent, with the user's chat taken by the agent."""
    url, (first, second, _) = installation.process.url, installation.accounts
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        desk, other = _sit_down(browser, url, first), _sit_down(browser, url, second)
        phone = _open(browser.new_context(**PHONE, locale="zh-CN"), f"{url}/widget/")
        phone.get_by_role("button", name="转人工").tap()
        for page in (desk, other):
            page.get_by_role("tabpanel").locator("li.row").first.click()
        desk.get_by_role("group", name="会话操作").get_by_role("button", name="接入").click()
        expect(phone.get_by_test_id("status")).to_contain_text("正在为您服务")
        expect(other.get_by_role("status", name="接待状态")).to_contain_text("在接待")
        seats = (
            Seat(phone, phone.get_by_role("textbox")),
            Seat(desk, desk.get_by_label("回复", exact=True)),
            Seat(other, other.locator("body")),
        )
        for seat in seats:
            seat.note_times()
        yield seats
        browser.close()


def _sit_down(browser: Browser, url: str, account: Account) -> Page:
    """Open the desk of an agent, and let them be ready."""
    context = browser.new_context(**COMPUTER, locale="zh-CN")
    context.add_cookies([{"name": COOKIE, "value": account.token, "url": url}])
    page = _open(context, f"{url}/desk/")
    page.get_by_role("tab", name=re.compile("^排队")).wait_for()
    page.keyboard.press("Alt+s")
    page.get_by_role("button", name="接待状态：接待中").wait_for()
    return page


def _open(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


if __name__ == "__main__":
    sys.exit(main())
