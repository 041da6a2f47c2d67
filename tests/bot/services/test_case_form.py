"""The case form as enterprises meet it over HTTP, with a trained model: straight, corrected, interrupted, left and resumed."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.bootstrap import Services, load_current_model, now
from bot.errors import StoreUnavailable
from bot.persistence import attachments, cases
from bot.persistence.case_tables import CaseLinkRow, CaseRow
from bot.persistence.tables import AttachmentRow, MessageRow
from bot.services.case_chat import CaseBrief
from bot.services.case_draft import CaseDraft
from bot.services.case_form import CaseForms
from tests.fixtures.clock import Clock
from tests.fixtures.enterprises import add_enterprise, bind
from tests.fixtures.running_app import RunningApp, serving
from tests.fixtures.talk import Said, Talk

pytestmark = pytest.mark.slow
_enterprises = itertools.count(1)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture(scope="module")
def app(make_services: Callable[[date], Services], today: date, clock: Clock) -> Iterator[RunningApp]:
    made = make_services(today)
    work = replace(made.casework, forms=CaseForms(made.database, made.casework.work, clock))
    services = replace(made, casework=work)
    load_current_model(services)
    with serving(services) as running:
        yield running


def filed(services: Services, talk: Talk) -> list[CaseRow]:
    """Return the cases of this conversation, oldest first."""
    with services.database.session() as session:
        found = select(CaseRow).where(CaseRow.conversation_id == talk.id).order_by(CaseRow.filed_at)
        return list(session.scalars(found).all())


def happened(services: Services, case_id: str) -> list[str]:
    """Return the kinds of what happened to a case, in order."""
    with services.database.session() as session:
        return [event.transition or event.kind for event in cases.list_events(session, case_id)]


def say(talk: Talk, *texts: str) -> Said:
    """Say one after the other; return the reply to the last."""
    return [talk.ask(text) for text in texts][-1]


def titles(said: Said) -> list[str]:
    return [button["title"] for button in said.buttons]


def summary(talk: Talk) -> Said:
    """Bring a new form to its summary."""
    told = ("物业向我们商户多收电费，已经投诉过", "滨江区长河路475号", "今年8月", "退还多收的电费", "13800138000 王先生")
    return say(talk, "我要登记诉求", *told)


def test_a_case_told_straight_is_shown_whole_and_filed_once(talk: Talk, services: Services) -> None:
    # when
    shown = summary(talk)
    said = talk.ask("提交")

    # then
    parts = ("物业向我们商户多收电费", "滨江区长河路475号", "今年8月", "退还多收的电费", "王先生 13800138000", "投诉", "前答复您")
    assert [part for part in parts if part not in shown.text] == []
    assert titles(shown) == ["提交", "改内容", "取消"]
    (case,) = filed(services, talk)
    assert (case.what, case.place, case.since) == ("物业向我们商户多收电费，已经投诉过", "滨江区长河路475号", "今年8月")
    assert (case.district, case.contact_phone, case.contact_name, case.type) == ("滨江区", "13800138000", "王先生", "complaint")
    assert case.number in said.text and "12月1日（周二）前" in said.text and "绑定" in said.text
    talk.ask("提交")
    assert len(filed(services, talk)) == 1


def test_what_was_said_already_is_not_asked_again(talk: Talk) -> None:
    first = talk.ask("登记：房东乱收我们电费 请派人跟进")

    assert "房东乱收我们电费" in first.text and "哪里" in first.text


def test_optional_questions_can_be_left_out_and_the_number_cannot(talk: Talk) -> None:
    said = say(talk, "登记诉求", "隔壁工地把我们店门口的路挖断了", "跳过", "不知道", "没有")
    assert "手机号" in said.text

    assert "不能跳过" in talk.ask("跳过").text
    assert "电话号码" in talk.ask("没有电话").text
    assert "哪一类" in talk.ask("0571-87654321").text
    assert "没有填" in talk.ask("求助").text


def test_one_item_is_corrected_at_the_summary_in_many_words(talk: Talk) -> None:
    summary(talk)

    assert "2. 地点：余杭区五常街道" in talk.ask("地点不对，是余杭区五常街道").text
    assert "3. 开始时间：去年10月" in talk.ask("第三项改成去年10月").text
    assert "手机号" in talk.ask("改一下电话").text
    assert "13900139000" in talk.ask("13900139000").text
    assert "要改哪一项" in talk.ask("改内容").text
    assert "怎么解决" in talk.ask("希望").text
    changed = talk.ask("退费并且公开收费标准")
    assert "4. 希望：退费并且公开收费标准" in changed.text and "物业" in changed.text


def test_the_last_answer_is_corrected_in_the_middle(talk: Talk) -> None:
    said = say(talk, "登记诉求", "物业不给我们开发票", "西湖区", "不对，刚才说错了，是滨江区")

    assert "地点改成“滨江区”" in said.text and "什么时候" in said.text
    shown = say(talk, "好像是上个月开始的吧？", "跳过", "13800138000")
    shown = talk.ask("投诉") if "哪一类" in shown.text else shown
    assert "滨江区" in shown.text and "西湖区" not in shown.text and "上个月" in shown.text


def test_an_item_can_be_chosen_to_be_changed_before_the_summary(talk: Talk) -> None:
    say(talk, "登记诉求", "物业不给我们开发票", "西湖区", "今年9月")

    assert "要改哪一项" in talk.ask("改内容").text
    assert "哪里" in talk.ask("第二项").text
    assert "怎么解决" in talk.ask("滨江区").text
    shown = say(talk, "请城管来处理一下", "13800138000")
    shown = talk.ask("投诉") if "哪一类" in shown.text else shown
    assert "地点：滨江区" in shown.text and "希望：请城管来处理一下" in shown.text


def test_what_was_just_said_can_be_filed(talk: Talk) -> None:
    talk.ask("物业乱收费")

    said = talk.ask("就按我刚才说的登记吧")

    assert "“物业乱收费”" in said.text and "哪里" in said.text


def test_two_questions_in_the_middle_are_answered_and_the_form_asks_on(talk: Talk, services: Services) -> None:
    # given
    say(talk, "登记诉求", "供应商拖欠我们货款三个月，请帮我们协调")

    # when
    first = talk.ask("信用修复要多久")
    say(talk, "余杭区", "三个月前")
    second = talk.ask("公司注销要什么材料？")
    shown = say(talk, "希望协调还款", "13800138000")

    # then
    assert first.sources and "哪里" in first.body["messages"][-1]["text"]
    assert second.sources and "怎么解决" in second.body["messages"][-1]["text"]
    assert "希望：希望协调还款" in shown.text and "信用修复" not in shown.text and "注销" not in shown.text
    talk.ask("提交")
    assert len(filed(services, talk)) == 1


@pytest.mark.parametrize("courtesy", ["谢谢", "你好"])
def test_a_courtesy_is_returned_and_the_form_asks_on(talk: Talk, courtesy: str) -> None:
    say(talk, "登记诉求", "物业不给我们开发票")

    said = talk.ask(courtesy)

    assert len(said.body["messages"]) == 2 and "哪里" in said.body["messages"][-1]["text"]


def test_who_is_in_danger_is_helped_at_once_and_not_asked_on(talk: Talk) -> None:
    say(talk, "登记诉求", "物业不给我们开发票")

    said = talk.ask("仓库着火了，有人还在里面")

    assert "119" in said.text and "哪里" not in said.text


def test_left_overnight_it_is_offered_again_and_goes_on_where_it_was(talk: Talk, clock: Clock, services: Services) -> None:
    # given
    say(talk, "登记诉求", "供应商拖欠我们货款，请帮我们协调", "余杭区")
    clock.now += timedelta(days=1)

    # when
    offered = talk.ask("上次那件")
    resumed = talk.ask("继续登记")

    # then
    assert titles(offered) == ["继续登记", "不登记了"] and "供应商拖欠" in offered.text
    assert "什么时候" in resumed.text
    shown = say(talk, "今年9月", "跳过", "13800138000")
    assert "今年9月" in shown.text and "余杭区" in shown.text
    talk.ask("提交")
    assert [case.since for case in filed(services, talk)] == ["今年9月"]


def test_a_question_after_a_pause_is_answered_before_the_offer(talk: Talk, clock: Clock) -> None:
    say(talk, "登记诉求", "供应商拖欠我们货款，请帮我们协调")
    clock.now += timedelta(hours=7)

    said = talk.ask("信用修复要什么材料")

    assert said.sources and titles(said)[-2:] == ["继续登记", "不登记了"]


@pytest.mark.parametrize("words", ["取消", "算了，不登记了"])
def test_cancelled_it_is_forgotten(talk: Talk, services: Services, words: str) -> None:
    # given
    summary(talk)

    # when
    said = talk.ask(words)

    # then
    assert "清除" in said.text and filed(services, talk) == []
    again = talk.ask("登记诉求")
    assert "什么事" in again.text and "物业" not in again.text


def test_a_form_outlives_many_messages_and_a_new_model(talk: Talk, services: Services) -> None:
    say(talk, "登记诉求", "供应商拖欠我们货款，请帮我们协调")
    for question in ("信用修复要多久", "公司注销要什么材料", "商标注册多少钱", "社保怎么开户") * 2:
        talk.ask(question)
    load_current_model(services)

    assert "什么时候" in talk.ask("余杭区").text


def test_an_outage_while_filing_loses_nothing(talk: Talk, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def be_down(*_: object) -> None:
        raise StoreUnavailable("down")

    summary(talk)
    with monkeypatch.context() as patch:
        patch.setattr(services.casework.chat, "file", be_down)
        failed = talk.ask("提交")

    assert "都还在" in failed.text
    assert "受理编号" in talk.ask("提交").text and len(filed(services, talk)) == 1


def send_picture(talk: Talk, services: Services, clock: Clock) -> str:
    """Put a picture that was kept into the conversation, as a channel does."""
    said, name = talk.history()[-1]["id"], uuid.uuid4().hex
    with services.database.session() as session:
        found = session.get_one(MessageRow, said)
        row = AttachmentRow(
            id=name, message_id=found.id, conversation_id=talk.id, kind="image", state="stored", created_at=clock.now
        )
        attachments.add_attachment(session, row)
    return name


def test_pictures_sent_meanwhile_are_counted_and_linked(talk: Talk, services: Services, clock: Clock) -> None:
    say(talk, "登记诉求", "物业向我们商户多收电费，投诉", "跳过")
    picture = send_picture(talk, services, clock)

    shown = say(talk, "跳过", "跳过", "13800138000")
    talk.ask("提交")

    assert "附件：1个" in shown.text
    (case,) = filed(services, talk)
    with services.database.session() as session:
        links = session.execute(select(CaseLinkRow.kind, CaseLinkRow.target).where(CaseLinkRow.case_id == case.id)).tuples().all()
    assert ("attachment", picture) in links


@pytest.fixture
def bound(talk: Talk, services: Services) -> Talk:
    """A conversation of an enterprise's person."""
    bind(services.database, talk.id, add_enterprise(services.database, next(_enterprises), now()), now())
    return talk


def keep(services: Services, talk: Talk, what: str = "物业向我们商户多收电费") -> CaseBrief:
    """File a case without the form."""
    return services.casework.chat.file(talk.id, CaseDraft(type="complaint", what=what))


@pytest.fixture
def foreign(app: RunningApp, services: Services) -> CaseBrief:
    """A case of another enterprise."""
    other = app.talk()
    bind(services.database, other.id, add_enterprise(services.database, next(_enterprises), now()), now())
    return keep(services, other, "别人的秘密")


LIKE_IT = ("登记诉求", "物业又向我们商户多收电费，投诉", "跳过", "跳过", "跳过", "跳过")


def test_an_open_case_like_it_can_be_added_to_instead(bound: Talk, services: Services) -> None:
    known = keep(services, bound)

    asked = say(bound, *LIKE_IT)
    added = bound.press(asked.buttons[0])

    assert titles(asked) == ["补充到这一件", "仍要新建"] and known.number in asked.text
    assert known.number in added.text and happened(services, known.id)[-1] == "addition"
    assert len(filed(services, bound)) == 1


def test_a_new_case_can_be_filed_all_the_same(bound: Talk, services: Services) -> None:
    keep(services, bound)

    asked = say(bound, *LIKE_IT)
    said = say(bound, asked.buttons[1]["title"], "提交")

    assert "受理编号" in said.text and "我的诉求到哪一步了" in said.text
    assert len(filed(services, bound)) == 2


def test_where_a_case_stands_is_told_to_its_enterprise_alone(
    bound: Talk, app: RunningApp, services: Services, foreign: CaseBrief
) -> None:
    # given
    mine, stranger = keep(services, bound), app.talk()
    pieces = f"ＹＳ {mine.number[2:6]} {mine.number[6:10]} {mine.number[10:]}"

    # then
    for words in ("我的诉求到哪一步了", f"{mine.number}办得怎么样了", f"编号 {pieces} 到哪了", "我的诉求"):
        assert mine.number in bound.ask(words).text, words
    assert bound.ask(f"{foreign.number}办得怎么样了").text == bound.ask("YS20200101000000办得怎么样了").text
    asked = (
        "我的诉求到哪一步了",
        f"{mine.number}办得怎么样了",
        "YS20200101000000查进度",
        "补充：我再说一句",
        "撤回诉求",
        "我的诉求",
    )
    told = {stranger.ask(words).text for words in asked}
    assert len(told) == 1 and "绑定" in told.pop()


FORGED = [
    '/check_case{"case_number": "%s"}',
    '/case_add{"case_number": "%s"}',
    '/case_withdraw{"case_number": "%s"}',
    '/case_withdraw{"case_confirmed": "%s"}',
    '/case_reopen{"case_number": "%s"}',
    '/case_rate{"case_rating": "%s:5"}',
]


@pytest.mark.parametrize("payload", FORGED)
def test_a_forged_button_tells_and_does_nothing(bound: Talk, services: Services, foreign: CaseBrief, payload: str) -> None:
    said = bound.ask("看", payload=payload % foreign.number)

    assert "没有查到" in said.text and "秘密" not in said.text and happened(services, foreign.id) == ["filed"]


def test_a_forged_button_of_the_form_adds_to_no_case_of_others(bound: Talk, services: Services, foreign: CaseBrief) -> None:
    keep(services, bound)
    say(bound, *LIKE_IT)

    said = bound.ask("补充", payload=f'/case_step{{"case_step": "add:{foreign.number}"}}')

    assert "没有查到" in said.text and happened(services, foreign.id) == ["filed"]


def answer(services: Services, case_id: str) -> None:
    """Let the desk have answered."""
    with services.database.session() as session:
        row = session.get_one(CaseRow, case_id)
        row.state, row.answer, row.answered_at = "answered", "已经请物业退费。", now()


def test_an_enterprise_adds_rates_and_reopens_once(bound: Talk, services: Services) -> None:
    # given
    case = keep(services, bound)

    # then
    assert case.number in bound.ask("补充：物业今天又来催了").text
    assert happened(services, case.id)[-1] == "addition"
    answer(services, case.id)
    shown = bound.ask("我的诉求到哪一步了")
    assert "已经请物业退费" in shown.text and "没解决，重新办理" in titles(shown)
    assert "重新办理" in bound.ask(f"给诉求{case.number}1分").text and "rating" in happened(services, case.id)
    assert "已经重新办理" in bound.ask("没解决，重新办理").text and happened(services, case.id)[-1] == "reopen"
    answer(services, case.id)
    assert "只能重新办理一次" in bound.ask(f"重新办理 {case.number}：还是没退").text


def test_withdrawing_is_asked_back_once(bound: Talk, services: Services) -> None:
    case = keep(services, bound)

    asked = bound.ask("撤回诉求")

    assert titles(asked) == ["确认撤回"] and happened(services, case.id) == ["filed"]
    assert "已经撤回" in bound.press(asked.buttons[0]).text and happened(services, case.id)[-1] == "withdraw"
    assert "不能" in bound.ask("撤回诉求").text


def test_buttons_of_a_form_that_is_over_do_nothing(talk: Talk, services: Services) -> None:
    shown = summary(talk)
    talk.ask("取消")

    said = talk.press(shown.buttons[0])

    assert "没有正在填" in said.text and filed(services, talk) == []
