"""What a supervisor sees and does, and what somebody who only reads cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import DeskPage
from tests.browser.office import Office
from tests.browser.widget_page import WidgetPage

pytestmark = pytest.mark.browser

SitDown = Callable[..., DeskPage]
Arrive = Callable[..., WidgetPage]


def test_a_supervisor_sees_who_waits_and_who_is_there_and_assigns(office: Office, sit_down: SitDown, arrive: Arrive) -> None:
    office.be_ready("li")
    wang, li, user = sit_down("wang"), sit_down("li"), arrive()
    user.ask_for_a_person()
    visitor = office.visitor_of(user.conversation_id())

    wang.show("实时看板")
    main = wang.page.get_by_role("main", name="实时看板")
    expect(main.get_by_role("region", name="正在等待")).to_contain_text(visitor)
    expect(main.get_by_role("region", name="综合服务组")).to_contain_text("1 人等待")
    agents = main.get_by_role("region", name="坐席", exact=True)
    expect(agents.get_by_role("row").filter(has_text="李强")).to_contain_text("接待中")
    expect(agents.get_by_role("row").filter(has_text="李强")).to_contain_text("0/5")

    main.get_by_role("button", name=f"指派{visitor}").click()
    dialog = wang.page.get_by_role("dialog", name=f"把{visitor}指派给")
    dialog.locator("label").filter(has_text="李强").click()
    wang.confirm(dialog, "指派")

    expect(main.get_by_role("region", name="正在等待")).to_contain_text("没有人在等待")
    expect(agents.get_by_role("row").filter(has_text="李强")).to_contain_text("1/5")
    li.show("我的")
    expect(li.row(visitor)).to_be_visible()
    expect(user.status).to_contain_text("人工客服 李强 正在为您服务")


def test_who_may_only_read_sees_everything_and_is_offered_nothing(office: Office, sit_down: SitDown, arrive: Arrive) -> None:
    office.be_ready("li")
    zhao, user = sit_down("zhao"), arrive()
    user.ask("信用修复怎么办")
    user.ask_for_a_person()

    zhao.read(office.visitor_of(user.conversation_id()))

    expect(zhao.log).to_contain_text("信用修复怎么办")
    expect(zhao.page.get_by_text("您的账号只能查看，不能发言。")).to_be_visible()
    expect(zhao.actions.get_by_role("button")).to_have_count(0)
    expect(zhao.input).to_be_hidden()
    zhao.page.keyboard.press("Alt+a")
    zhao.show("实时看板")
    expect(zhao.page.get_by_role("region", name="正在等待")).to_be_visible()
    expect(zhao.page.get_by_role("button", name="接入")).to_have_count(0)
    expect(zhao.page.get_by_role("link", name="账号")).to_have_count(0)
    with office.signed_in("zhao") as client:
        assert client.post(f"/conversations/{user.conversation_id()}/take", json={}).status_code == 403
    assert office.detail_of(user.conversation_id())["entry"]["owner"] == "queue"
