"""Binding an enterprise from an invitation's link on a phone, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.bootstrap import now
from tests.browser.devices import PHONE, visiting
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.enterprises import credit_code
from tests.fixtures.invitations import invite, new_enterprise
from tests.fixtures.running_app import RunningApp, services_without_model, serving, with_assistant

pytestmark = pytest.mark.browser
NAME = "杭州示例科技有限公司"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with serving(with_assistant(services_without_model(tmp_path_factory.mktemp("bind")), EchoAssistant())) as running:
        yield running


@pytest.fixture
def enterprise(app: RunningApp) -> str:
    return new_enterprise(app.services.database, NAME)


@pytest.fixture
def link(app: RunningApp, enterprise: str) -> str:
    return f"{app.url}/identity/bind#{invite(app.services.database, enterprise, now()).code.value}"


def fill(page: Page, code: str, consent: bool = True) -> None:
    page.get_by_role("textbox", name="统一社会信用代码").fill(code)
    page.get_by_role("checkbox").set_checked(consent)
    page.get_by_role("button", name="绑定", exact=True).tap()


def test_a_link_binds_the_phones_chat_and_leaves_no_code_in_the_address(page: Page, link: str, enterprise: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(link)
    expect(page.get_by_role("textbox", name="邀请码")).to_have_value(link.partition("#")[2])
    assert "#" not in page.url

    fill(page, f" {enterprise[:9].lower()} {enterprise[9:]} ")

    expect(page.locator("#bound-text")).to_contain_text(f"已绑定“{NAME}”（{enterprise}），角色：经办人")
    assert complaints == []
    page.reload()
    expect(page.locator("#bound-text")).to_contain_text(NAME)
    page.get_by_role("link", name="继续提问").tap()
    expect(page.get_by_text("绑定成功")).to_be_visible()


def test_a_link_that_was_used_is_refused_in_another_browser(browser: Browser, page: Page, link: str, enterprise: str) -> None:
    page.goto(link)
    fill(page, enterprise)
    expect(page.locator("#bound")).to_be_visible()

    with visiting(browser, **PHONE) as other:
        second = other.new_page()
        second.goto(link)
        fill(second, enterprise)
        expect(second.get_by_role("alert")).to_contain_text("邀请码已用过、过期、被收回")
        assert NAME not in second.content()


def test_what_is_missing_is_said_before_anything_is_sent(page: Page, link: str, enterprise: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(link)

    fill(page, enterprise[:-1])
    expect(page.get_by_role("alert")).to_contain_text("统一社会信用代码不对")
    fill(page, enterprise, consent=False)
    expect(page.get_by_role("alert")).to_contain_text("请先勾选同意")

    assert sent == []


def test_a_binding_is_ended_on_the_page(page: Page, link: str, enterprise: str) -> None:
    page.goto(link)
    fill(page, enterprise)

    page.get_by_role("button", name="解除绑定").tap()

    expect(page.get_by_role("alert")).to_have_text("已解除绑定。")
    expect(page.locator("#bound")).to_be_hidden()


def test_the_page_fits_a_phone_light_and_dark(phone: BrowserContext, link: str) -> None:
    page = phone.new_page()
    page.goto(link)

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "() => [...document.querySelectorAll('input:not([type]), button')].every((e) => !e.offsetHeight || e.offsetHeight >= 44)"
    )
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    assert light != page.evaluate("() => getComputedStyle(document.body).backgroundColor")


def test_the_page_may_be_framed_by_nobody_and_runs_its_own_script_alone(app: RunningApp) -> None:
    headers = app.client.get("/identity/bind").headers

    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and re.search(r"script-src 'sha256-[^']+'; connect-src 'self'", policy)
    assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"


def test_the_page_and_the_server_agree_on_what_a_credit_code_is(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.url}/identity/bind#ABCD-EFGH-JKMN")

    for number in (1, 12345, 999_999_999):
        fill(page, credit_code(number), consent=False)
        expect(page.get_by_role("alert")).to_contain_text("请先勾选同意")


def test_the_chat_page_says_how_to_bind(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.url}/widget/")

    page.get_by_role("button", name="绑定企业").tap()

    expect(page.get_by_text("请先向工作人员要一个邀请码")).to_be_visible()
