"""The case form over WeChat, with a trained model: by words and numbers alone, since in an answer nothing can be pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.bootstrap import Services, build_services, load_current_model, now, open_database
from bot.persistence.case_tables import CaseLinkRow, CaseRow
from bot.services.case_form import CaseForms
from tests.fixtures.clock import Clock
from tests.fixtures.enterprises import add_enterprise, bind
from tests.fixtures.running_app import serving
from tests.fixtures.wechat import Simulator, simulated
from tests.fixtures.wechat_product import ScriptedAssistant, WeChatProduct, settings_for

pytestmark = pytest.mark.slow
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
TOLD = ("滨江区长河路475号", "今年8月", "退还多收的电费", "13800138000 王先生")


@pytest.fixture(scope="module")
def shared_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(shared_clock: Clock) -> Iterator[Clock]:
    """The form's clock; it shows the real time unless a test moves it."""
    shared_clock.now = datetime.now(UTC)
    yield shared_clock


@pytest.fixture(scope="module")
def shared(copy_of_data_dir: Callable[[], Path], shared_clock: Clock) -> Iterator[WeChatProduct]:
    with simulated() as simulator, serving(_services(simulator, copy_of_data_dir(), shared_clock)) as app:
        simulator.point_to(app.url)
        yield WeChatProduct(app, simulator, ScriptedAssistant())


@pytest.fixture
def product(shared: WeChatProduct, clock: Clock) -> WeChatProduct:
    return shared


def _services(simulator: Simulator, folder: Path, clock: Clock) -> Services:
    settings = settings_for(simulator, folder)
    made = build_services(settings, open_database(settings))
    work = replace(made.casework, forms=CaseForms(made.database, made.casework.work, clock))
    services = replace(made, casework=work)
    load_current_model(services)
    return services


def say(product: WeChatProduct, openid: str, *texts: str) -> str:
    """Say one after the other; return what was answered to the last, whichever way it came."""
    for text in texts:
        before = len(product.shown(openid))
        product.say(openid, text)
        product.wait_until_idle(openid)
        product.simulator.wait_for_bubbles(openid, before + 1, "account")
    return "\n".join(product.shown(openid)[before:])


def filed(product: WeChatProduct, openid: str) -> list[CaseRow]:
    conversation_id = product.conversation_id(openid)
    with product.services.database.session() as session:
        return list(session.scalars(select(CaseRow).where(CaseRow.conversation_id == conversation_id)).all())


def test_told_straight_it_is_filed(product: WeChatProduct) -> None:
    openid = product.follower()

    shown = say(product, openid, "我要登记诉求", "物业向我们商户多收电费，已经投诉过", *TOLD)
    said = say(product, openid, "1")  # the first button of the summary

    assert "多收电费" in shown and "提交" in shown
    (case,) = filed(product, openid)
    assert case.number in said and case.place == "滨江区长河路475号"


def test_corrected_it_is_filed_as_it_is_in_the_end(product: WeChatProduct) -> None:
    openid = product.follower()
    say(product, openid, "登记：物业多收我们商户电费", *TOLD[:1], "不对，刚才说错了，是余杭区", *TOLD[1:])

    asked = say(product, openid, "投诉", "改一下电话")
    shown = say(product, openid, "13900139000")
    say(product, openid, "提交")

    assert "手机号" in asked and "13900139000" in shown
    assert [(case.place, case.contact_phone) for case in filed(product, openid)] == [("余杭区", "13900139000")]


def test_two_questions_in_the_middle_are_answered(product: WeChatProduct) -> None:
    openid = product.follower()
    say(product, openid, "登记诉求", "物业向我们商户多收电费，已经投诉过")

    first = say(product, openid, "信用修复要多久")
    second = say(product, openid, "公司注销要什么材料？")
    say(product, openid, *TOLD, "提交")

    assert "依据" in first and "哪里" in first and "依据" in second and "哪里" in second
    assert [case.place for case in filed(product, openid)] == [TOLD[0]]


def test_left_overnight_it_is_offered_again(product: WeChatProduct, clock: Clock) -> None:
    openid = product.follower()
    say(product, openid, "登记诉求", "物业向我们商户多收电费，已经投诉过")
    clock.now += timedelta(days=1)

    offered = say(product, openid, "在吗")
    resumed = say(product, openid, "继续登记")
    say(product, openid, *TOLD, "提交")

    assert "要接着填吗" in offered and "哪里" in resumed
    assert len(filed(product, openid)) == 1


def test_cancelled_it_is_forgotten(product: WeChatProduct) -> None:
    openid = product.follower()

    said = say(product, openid, "登记诉求", "物业向我们商户多收电费，已经投诉过", "算了，不登记了")

    assert "清除" in said and filed(product, openid) == []
    assert "什么事" in say(product, openid, "登记诉求")


def test_a_picture_sent_meanwhile_goes_along(product: WeChatProduct) -> None:
    openid = product.follower()
    say(product, openid, "登记诉求", "物业向我们商户多收电费，已经投诉过")

    product.simulator.run(product.simulator.platform.send_image(openid, PNG))
    product.wait_until_idle(openid)
    shown = say(product, openid, *TOLD)
    say(product, openid, "提交")

    assert any("会作为这件诉求的附件" in text for text in product.shown(openid)) and "附件：1个" in shown
    (case,) = filed(product, openid)
    with product.services.database.session() as session:
        kinds = session.scalars(select(CaseLinkRow.kind).where(CaseLinkRow.case_id == case.id)).all()
    assert "attachment" in kinds


def test_a_bound_follower_asks_where_the_last_case_stands(product: WeChatProduct) -> None:
    openid, other = product.follower(), product.follower()
    say(product, openid, "你好")
    bind(product.services.database, product.conversation_id(openid), add_enterprise(product.services.database, 9, now()), now())
    said = say(product, openid, "登记诉求", "物业向我们商户多收电费，已经投诉过", *TOLD, "提交")
    (case,) = filed(product, openid)

    assert "我的诉求到哪一步了" in said
    assert case.number in say(product, openid, "我的诉求到哪一步了")
    assert "绑定" in (told := say(product, other, f"{case.number}到哪一步了")) and "物业" not in told
