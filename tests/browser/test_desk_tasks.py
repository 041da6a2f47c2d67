"""The task database at the desk: looking, recording progress, and the workbook that comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, expect
from sqlalchemy import delete, select

from bot.persistence.task_tables import TaskAdditionRow, TaskProgressRow
from tests.browser.desk_page import DeskPage
from tests.browser.office import Office

pytestmark = pytest.mark.browser

SitDown = Callable[..., DeskPage]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CASES_CLOSED = "FZ-13"
"""知识产权行政裁决: at least 95% of the cases closed within the year."""
SMALL = {"viewport": {"width": 1280, "height": 720}}


@pytest.fixture(autouse=True)
def nothing_added(office: Office) -> None:
    """The tasks as the report has them: what an earlier test added is gone."""
    with office.database.session() as session:
        session.execute(delete(TaskAdditionRow))
        session.execute(delete(TaskProgressRow))


def row_of(desk: DeskPage, task_id: str) -> Locator:
    return desk.page.get_by_role("row").filter(has=desk.page.get_by_role("cell", name=task_id, exact=True))


def open_tasks(desk: DeskPage) -> None:
    desk.show("任务")
    expect(desk.page.get_by_role("heading", name="任务", level=1)).to_be_visible()
    expect(row_of(desk, "ZH-01")).to_be_visible()


def test_progress_that_a_supervisor_records_turns_the_light(office: Office, sit_down: SitDown) -> None:
    wang = sit_down("wang", **SMALL)
    page, keys = wang.page, wang.page.keyboard
    open_tasks(wang)

    page.get_by_label("环境", exact=True).select_option("法治")
    page.get_by_label("有无目标").select_option("yes")
    expect(row_of(wang, "ZH-01")).to_have_count(0)
    expect(page).to_have_url(re.compile("environment=.*target=yes"))
    keys.press("/")
    keys.type("结案率")
    expect(page.get_by_role("status").filter(has_text="共 1 项")).to_be_visible()
    expect(row_of(wang, CASES_CLOSED)).to_contain_text("无法判断")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="知识产权行政裁决")).to_be_visible()
    expect(page.get_by_role("region", name="报告怎么写")).to_contain_text("不低于95%")
    expect(page.get_by_role("region", name="补充信息")).to_contain_text("报告没有写明")
    assert wang.overflow_px() == 0

    keys.press("e")
    dialog = page.get_by_role("dialog", name="编辑补充信息")
    dialog.get_by_label("牵头单位").fill("市知识产权局")
    dialog.get_by_label("期限", exact=True).fill("明年")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_contain_text("请写成2026-12-31这样的日期")
    dialog.get_by_label("期限", exact=True).fill("2026年12月31日")
    dialog.get_by_label("来源", exact=True).fill("12号文")
    wang.confirm(dialog, "保存")
    expect(page.get_by_role("region", name="补充信息")).to_contain_text("2026年12月31日（还剩38天）")

    keys.press("p")
    dialog = page.get_by_role("dialog", name="记进展")
    dialog.get_by_label("数值").fill("96.2%")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_contain_text("请写明依据")
    dialog.get_by_label("依据").fill("11月月报")
    wang.confirm(dialog, "保存")
    expect(page.get_by_role("article")).to_contain_text(re.compile("已达标.*2026年11月23日为96.2%"))
    expect(page.get_by_role("img", name=re.compile("年度结案率的进展"))).to_be_visible()

    page.get_by_role("button", name=re.compile("^撤回")).click()
    wang.confirm(page.get_by_role("dialog", name=re.compile("撤回")), "撤回")
    expect(page.get_by_role("region", name="进展记录")).to_contain_text("已撤回")
    expect(page.get_by_role("article")).to_contain_text("还没有进展数值")
    keys.press("Escape")
    expect(row_of(wang, CASES_CLOSED)).to_contain_text("市知识产权局")
    expect(page.get_by_label("查找任务")).to_have_value("结案率")


def test_what_was_typed_stays_when_a_colleague_saved_first(office: Office, sit_down: SitDown) -> None:
    wang = sit_down("wang")
    wang.page.goto(f"{office.url}/desk/#/tasks/{CASES_CLOSED}")
    wang.page.get_by_role("button", name="编辑").click()
    dialog = wang.page.get_by_role("dialog", name="编辑补充信息")
    dialog.get_by_label("牵头单位").fill("市知识产权局")
    add(office, CASES_CLOSED, lead_unit="市司法局", leader="周敏")

    dialog.get_by_role("button", name="保存").click()

    expect(dialog.get_by_role("alert")).to_contain_text("同事改成了“市司法局”，下面保留的是您写的")
    expect(dialog.get_by_label("牵头单位")).to_have_value("市知识产权局")
    expect(dialog.get_by_label("负责人")).to_have_value("周敏")
    wang.confirm(dialog, "保存")
    expect(wang.page.get_by_role("region", name="补充信息")).to_contain_text("市知识产权局")
    expect(wang.page.get_by_role("region", name="补充信息")).to_contain_text("周敏")


def test_a_workbook_is_shown_before_it_is_applied_and_refused_while_it_has_an_error(office: Office, sit_down: SitDown) -> None:
    wang = sit_down("wang")
    open_tasks(wang)
    page = wang.page
    with page.expect_download() as download:
        page.get_by_role("link", name="导出").click()
    exported = download.value.path().read_bytes()

    page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入任务表")
    choose = dialog.get_by_label("选择要导入的 xlsx 文件")
    apply = dialog.get_by_role("button", name="写入这些修改")
    choose.set_input_files({"name": "任务.xlsx", "mimeType": XLSX, "buffer": edited(exported, 期限="年底前", 负责人="周敏")})
    wrong = dialog.get_by_role("region", name="要改的地方").get_by_role("row").nth(1)
    expect(wrong).to_contain_text("认不出日期")
    expect(apply).to_be_disabled()
    assert additions(office) == {}

    choose.set_input_files({"name": "任务.xlsx", "mimeType": XLSX, "buffer": edited(exported, 期限="2026/12/31", 负责人="周敏")})
    changes = dialog.get_by_role("region", name="要写入的修改")
    expect(changes).to_contain_text("1 项任务，2 处修改")
    expect(changes.get_by_role("row").filter(has_text="负责人")).to_contain_text(re.compile("（空）.*周敏"))
    apply.click()
    expect(dialog).to_be_hidden()
    assert additions(office) == {CASES_CLOSED: "周敏"}
    expect(row_of(wang, CASES_CLOSED)).to_contain_text("2026-12-31")


def test_who_may_only_read_sees_charts_and_lists_and_changes_nothing(office: Office, sit_down: SitDown) -> None:
    add(office, CASES_CLOSED, lead_unit="市知识产权局")
    zhao = sit_down("zhao", color_scheme="dark", **SMALL)
    open_tasks(zhao)
    page = zhao.page

    page.get_by_role("link", name="总览").click()
    lights = page.get_by_role("region", name="各环境的灯")
    expect(lights.get_by_role("img").locator("svg")).to_be_visible()
    lights.get_by_role("button", name="看数据表").click()
    expect(lights.get_by_role("row").filter(has_text="法治环境")).to_contain_text("13")
    page.get_by_role("link", name="比学清单").click()
    expect(page.get_by_role("region", name=re.compile("世行评估"))).to_contain_text("争创一流")
    page.go_back()
    expect(lights).to_be_visible()
    assert zhao.overflow_px() == 0

    page.goto(f"{office.url}/desk/#/tasks/{CASES_CLOSED}")
    expect(page.get_by_role("region", name="补充信息")).to_contain_text("市知识产权局")
    for name in ("编辑", "记进展", "导入"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def add(office: Office, task_id: str, **values: str) -> None:
    """Add to the task what nobody has added anything to."""
    with office.signed_in("wang") as client:
        client.patch(f"/tasks/{task_id}", json={"version": 0, **values}).raise_for_status()


def edited(workbook: bytes, **values: str) -> bytes:
    """Return the workbook with these values, by header, in the row of one task."""
    book = load_workbook(BytesIO(workbook))
    sheet = book["任务"]
    headers = [str(cell.value) for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if CASES_CLOSED in [cell.value for cell in row])
    for header, value in values.items():
        row[next(place for place, name in enumerate(headers) if name.startswith(header))].value = value
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def additions(office: Office) -> dict[str, str]:
    with office.database.session() as session:
        return {row.task_id: row.leader for row in session.scalars(select(TaskAdditionRow))}
