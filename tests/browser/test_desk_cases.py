"""Cases through the whole house: an enterprise that binds itself, a case on the phone, a department that answers, and the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from bot.business.roles import Role
from bot.persistence.tables import UserRow
from tests.browser.cases_page import CasesPage
from tests.browser.desk_page import DeskPage
from tests.browser.devices import PHONE, visiting
from tests.browser.office import Office
from tests.browser.widget_page import WidgetPage
from tests.fixtures.people import add_person

pytestmark = pytest.mark.browser

SitDown = Callable[..., DeskPage]
Arrive = Callable[..., WidgetPage]
CODE, NAME = "91330106MA2CFLDG4R", "杭州示例机电有限公司"
MATTER = "变更登记交了三次材料，每次退回的理由都不一样。"
TITLE = "变更登记交了三次材料，每次退回的理由都不一样"


@pytest.fixture
def officer(browser: Browser, browsers: ExitStack, office: Office) -> Callable[[], CasesPage]:
    """Open the cases of the 市场监管局 on the phone of somebody who works there."""
    with office.database.session() as session:
        is_known = session.get(UserRow, "liu") is not None
    if not is_known:
        add_person(office.database, "liu", Role.DEPARTMENT, display_name="刘洋", department="amr")

    def sit() -> CasesPage:
        context = browsers.enter_context(visiting(browser, **PHONE))
        context.add_cookies([office.cookie_of("liu")])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(f"{office.url}/desk/")
        expect(page.get_by_role("heading", name="诉求 市场监管局", level=1)).to_be_visible()
        return CasesPage(page)

    return sit


def test_a_case_goes_from_the_phone_to_the_department_and_its_end_and_the_enterprise_hears_each_step(
    sit_down: SitDown, arrive: Arrive, officer: Callable[[], CasesPage]
) -> None:
    desk, user = sit_down("zhang"), arrive()
    bind(user, invite(desk))
    said_to_user = user.page.locator("#log")

    cases = file_on_the_phone(desk)
    expect(said_to_user).to_contain_text(f"已为您登记诉求{cases.number()}")

    dialog = cases.begin("转部门", "转给部门")
    dialog.get_by_role("combobox", name="部门").select_option(label="市场监管局")
    cases.confirm(dialog, "转部门")
    expect(said_to_user).to_contain_text("已转给市场监管局")

    department = officer()
    department.open(TITLE)
    expect(department.page.get_by_role("link")).to_have_text(["诉求"])
    department.answer("请带第三次的退回通知，到3号窗口一次办结。")
    expect(said_to_user).to_contain_text("市场监管局答复：请带第三次的退回通知")

    desk.page.reload()
    dialog = cases.begin("办结", "办结")
    dialog.locator("label").filter(has_text="已解决").first.click()
    cases.confirm(dialog, "办结")
    expect(said_to_user).to_contain_text("已办结，结果：已解决")
    expect(cases.history).to_contain_text("张敏 办结：已解决")

    user.say(f"给诉求{cases.number()}5分")
    expect(said_to_user).to_contain_text("谢谢您的评价")
    desk.page.reload()
    expect(cases.history).to_contain_text("评价5分")


def test_what_was_said_in_a_chat_is_filed_without_asking_again(office: Office, sit_down: SitDown, arrive: Arrive) -> None:
    office.be_ready("zhang")
    user, desk = arrive(), sit_down("zhang")
    user.ask("食品经营许可证延续交上去一个月了没有动静")
    user.ask_for_a_person()
    desk.read(office.visitor_of(user.conversation_id()))
    desk.take()

    desk.side.get_by_role("button", name="登记诉求").click()
    cases = CasesPage(desk.page)
    dialog = cases.dialog("登记诉求（来自这个会话）")
    expect(dialog.get_by_label("遇到了什么事")).to_have_value(re.compile("食品经营许可证延续"))
    dialog.get_by_label("联系电话").fill("12345")
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(dialog).to_contain_text("电话号码不对")
    dialog.get_by_label("联系电话").fill("13800000000")
    cases.confirm(dialog, "登记")

    expect(desk.side.get_by_role("region", name="诉求", exact=True)).to_contain_text("已提交")
    expect(user.page.locator("#log")).to_contain_text("已为您登记诉求")


def test_two_colleagues_who_change_a_case_at_once_lose_nothing(office: Office, sit_down: SitDown) -> None:
    with office.signed_in("li") as li:
        filed = li.post("/cases", json={"type": "help", "what": "园区停电两天", "title": "园区停电"}).json()["case"]
        desk = sit_down("zhang")
        desk.show("诉求")
        cases = CasesPage(desk.page)
        cases.open("园区停电")
        dialog = cases.begin("修改内容", "修改内容")
        dialog.get_by_label("在哪里").fill("二期厂房")
        dialog.get_by_label("希望怎么解决").fill("今天恢复供电")
        changed = li.patch(f"/cases/{filed['id']}", json={"version": filed["version"], "wish": "先接临时电", "since": "昨天"})
        assert changed.status_code == 200

        dialog.get_by_role("button", name="保存", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("希望：对方改成了“先接临时电”")
        expect(dialog.get_by_label("希望怎么解决")).to_have_value("今天恢复供电")
        desk.page.reload()
        dialog = cases.begin("修改内容", "修改内容")
        expect(dialog.get_by_label("希望怎么解决")).to_have_value("今天恢复供电")
        cases.confirm(dialog, "保存")

        now = li.get(f"/cases/{filed['id']}").json()["case"]
    assert (now["place"], now["wish"], now["since"]) == ("二期厂房", "今天恢复供电", "昨天")


def invite(desk: DeskPage) -> str:
    """Register the enterprise, invite somebody of it, and return the code, which is shown once."""
    desk.show("企业")
    desk.page.get_by_role("button", name="登记企业").click()
    dialog = desk.page.get_by_role("dialog", name="登记企业")
    dialog.get_by_label("统一社会信用代码").fill(f"{CODE[:-1]}A")
    dialog.get_by_label("企业名称").fill(NAME)
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(dialog).to_contain_text("校验位不对")
    dialog.get_by_label("统一社会信用代码").fill(CODE)
    dialog.get_by_role("button", name="登记", exact=True).click()
    desk.page.get_by_role("button", name="发邀请码").click()
    dialog = desk.page.get_by_role("dialog", name=f"邀请{NAME}的人")
    dialog.get_by_label("姓名").fill("王经理")
    dialog.get_by_role("button", name="生成邀请码").click()
    code = desk.page.get_by_role("status", name="邀请码")
    expect(code).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    shown = code.inner_text()
    desk.page.get_by_role("button", name="已交给本人，关闭").click()
    expect(code).to_be_hidden()
    return shown


def bind(user: WidgetPage, code: str) -> None:
    log = user.page.locator("#log")
    user.say(f"绑定 {code}")
    expect(log).to_contain_text("请再回复企业的统一社会信用代码")
    expect(log).not_to_contain_text(code[5:])
    user.say(CODE)
    expect(log).to_contain_text(f"您将作为“{NAME}”的经办人绑定")
    user.say("同意")
    expect(log).to_contain_text("绑定成功")


def file_on_the_phone(desk: DeskPage) -> CasesPage:
    desk.show("诉求")
    cases = CasesPage(desk.page)
    expect(cases.list).to_be_visible()
    desk.page.keyboard.press("i")
    dialog = cases.dialog("登记诉求")
    dialog.get_by_label("遇到了什么事").fill(MATTER)
    dialog.get_by_label("企业名称").fill(NAME[:6])
    dialog.get_by_role("button", name=re.compile(NAME)).click()
    expect(dialog.get_by_label("统一社会信用代码")).to_have_value(CODE)
    dialog.get_by_role("combobox", name="主题").select_option(label="公司变更登记")
    cases.confirm(dialog, "登记")
    expect(desk.page.get_by_role("heading", name=TITLE, level=2)).to_be_visible()
    return cases
