"""Binding an enterprise by words in the chat, whoever owns it. On both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.business.identity import Caller
from bot.business.payload import CONSENT_TO_BINDING, DECLINE_BINDING
from bot.persistence import channel_users
from bot.persistence.enterprise_tables import BindingRow, PendingBindingRow
from bot.services import identity_notices as notices
from bot.services.callers import find_caller
from knowledge.normalise import to_traditional
from tests.fixtures.enterprises import credit_code
from tests.fixtures.invitations import invite, new_enterprise
from tests.fixtures.office import Office, Visitor, all_of

NAME = "杭州示例科技有限公司"
WRONG = "ABCD-EFGH-JKMN"


@pytest.fixture
def enterprise(office: Office) -> str:
    return new_enterprise(office.database, NAME)


@pytest.fixture
def code(office: Office, enterprise: str) -> str:
    return invite(office.database, enterprise, office.clock()).code.value


def caller_of(office: Office, visitor: Visitor) -> Caller | None:
    with office.database.session() as session:
        return find_caller(session, visitor.id, office.clock())


def bound(office: Office, visitor: Visitor, enterprise: str) -> Caller:
    code = invite(office.database, enterprise, office.clock()).code.value
    visitor.say(f"绑定 {code} {enterprise}")
    visitor.say("同意")
    caller = caller_of(office, visitor)
    assert caller is not None
    return caller


def test_code_credit_code_and_consent_one_after_the_other_bind(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()

    assert visitor.say(f"绑定 {code}") == [notices.credit_code_asked().text]
    (asked,) = visitor.say(enterprise.lower())
    assert NAME in asked and notices.CONSENT in asked and caller_of(office, visitor) is None
    (done,) = visitor.say("同意")

    caller = caller_of(office, visitor)
    assert caller is not None and done == notices.bound(caller).text
    assert office.assistant.heard == [], "the bot is not asked"
    assert all_of(office.database, PendingBindingRow) == []


def test_code_and_credit_code_may_come_in_one_message_and_consent_from_a_button(
    office: Office, enterprise: str, code: str
) -> None:
    visitor = office.visitor()

    visitor.say(f"绑定{code.lower()} {enterprise}")
    assert visitor.last_buttons == [f"/{CONSENT_TO_BINDING}", f"/{DECLINE_BINDING}"]
    visitor.say("同意", payload=f"/{CONSENT_TO_BINDING}")

    assert caller_of(office, visitor)


def test_the_code_is_nowhere_in_what_is_stored_or_told(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()

    visitor.say(f"绑定 {code}")
    visitor.say(f"我的邀请码{code.lower()}，代码{enterprise}")

    assert [said.text for said in visitor.said if said.sender == "user"] == ["绑定 ****", f"我的邀请码****，代码{enterprise}"]
    stored = str([vars(row) for row in [*visitor.said, *all_of(office.database, PendingBindingRow)]])
    assert code not in stored and code.replace("-", "") not in stored


def test_it_works_while_an_agent_has_the_chat_and_the_agent_sees_no_code(office: Office, enterprise: str, code: str) -> None:
    visitor = office.talking_to(office.agent("mei"))

    visitor.say(f"绑定 {code} {enterprise}")
    visitor.say("同意")

    assert caller_of(office, visitor) and visitor.owner == "agent:mei"
    assert code not in str([message.text for message in visitor.said])


def test_it_works_while_the_chat_waits(office: Office, enterprise: str) -> None:
    office.agent("mei")
    visitor = office.waiting()

    assert bound(office, visitor, enterprise) and visitor.owner == "queue"


def test_what_was_said_about_binding_is_not_told_to_the_bot_later(office: Office, enterprise: str) -> None:
    visitor = office.visitor()
    bound(office, visitor, enterprise)
    visitor.say("解除绑定")

    visitor.say("信用修复怎么办")

    (heard,) = office.assistant.heard
    assert heard.text == "信用修复怎么办" and heard.meanwhile == ()


@pytest.mark.parametrize("wrong", [WRONG, "2222-2222-2222"])
def test_nothing_is_said_of_the_enterprise_to_who_has_no_code_for_it(office: Office, enterprise: str, wrong: str) -> None:
    visitor = office.visitor()

    visitor.say(f"绑定 {wrong} {enterprise}")
    visitor.say("同意")

    assert visitor.told()[0] == notices.REFUSALS["code_wrong"]
    assert NAME not in "".join(message.text for message in visitor.said) and caller_of(office, visitor) is None


def test_a_code_that_was_forwarded_to_a_group_is_of_use_to_the_first_who_knows_the_credit_code(
    office: Office, enterprise: str, code: str
) -> None:
    first, second, stranger = office.visitor(), office.visitor(), office.visitor()
    for visitor in (first, second):
        visitor.say(f"绑定 {code} {enterprise}")
    stranger.say(f"绑定 {code} {credit_code(9_999_999)}")

    for visitor in (first, second, stranger):
        visitor.say("同意")

    assert [bool(caller_of(office, visitor)) for visitor in (first, second, stranger)] == [True, False, False]
    assert second.last_notice == notices.REFUSALS["code_wrong"] == stranger.told()[0]


def test_a_credit_code_that_cannot_be_right_is_asked_for_again_and_not_counted(
    office: Office, enterprise: str, code: str
) -> None:
    visitor = office.visitor()
    visitor.say(f"绑定 {code}")

    for _ in range(7):
        assert visitor.say(enterprise[:-1]) == [notices.NOT_RIGHT.text]

    visitor.say(enterprise)
    visitor.say("同意")
    assert caller_of(office, visitor)


def test_five_wrong_codes_lock_by_words_as_they_do_on_the_page(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()
    for _ in range(5):
        assert visitor.say(f"绑定 {WRONG} {enterprise}") == [notices.REFUSALS["code_wrong"]]

    assert visitor.say(f"绑定 {code} {enterprise}") == [notices.REFUSALS["too_many_tries"]]


@pytest.mark.parametrize("no", ["不同意", "取消", "算了", "取消绑定"])
def test_who_says_no_is_not_bound_and_the_code_stays_good(office: Office, enterprise: str, code: str, no: str) -> None:
    visitor = office.visitor()
    visitor.say(f"绑定 {code} {enterprise}")

    assert visitor.say(no) == [notices.not_bound_after_all().text]
    visitor.say("同意")
    assert caller_of(office, visitor) is None

    visitor.say(f"绑定 {code} {enterprise}")
    visitor.say("同意")
    assert caller_of(office, visitor)


def test_consent_that_comes_too_late_binds_nothing(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()
    visitor.say(f"绑定 {code} {enterprise}")
    office.clock.now += timedelta(minutes=16)

    assert visitor.say("同意", payload=f"/{CONSENT_TO_BINDING}") == [notices.STEP_OVER.text]

    assert caller_of(office, visitor) is None


def test_other_questions_in_between_are_answered_as_always(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()
    visitor.say(f"绑定 {code}")

    visitor.say("信用修复怎么办")
    visitor.say("YS20261123483920")
    visitor.say(f"代码是{enterprise}")
    visitor.say("那要多久")
    visitor.say("我同意")

    assert [heard.text for heard in office.assistant.heard] == ["信用修复怎么办", "YS20261123483920", "那要多久"]
    assert caller_of(office, visitor)


@pytest.mark.parametrize("text", ["同意", "不同意", "算了", credit_code(7), "****"])
def test_without_a_code_before_these_words_are_the_bots(office: Office, text: str) -> None:
    visitor = office.visitor()

    visitor.say(text)

    assert [heard.text for heard in office.assistant.heard] == [text] and visitor.told() == []


def test_one_asks_how_and_what_one_is_bound_to_and_ends_it(office: Office, enterprise: str) -> None:
    visitor = office.visitor()
    assert visitor.say("我要绑定企业") == [notices.how_to_bind("", ()).text]
    assert visitor.say("我的绑定") == [notices.shown(None).text]
    assert visitor.say("解除绑定") == [notices.was_not_bound().text]

    caller = bound(office, visitor, enterprise)
    assert visitor.say("我的绑定") == visitor.say("怎么绑定企业") == [notices.shown(caller).text]

    assert visitor.say("解除绑定") == [notices.released(NAME).text]
    assert caller_of(office, visitor) is None


def test_who_is_bound_must_release_that_first_and_the_new_code_stays_good(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()
    other = new_enterprise(office.database, "杭州另一家有限公司")
    bound(office, visitor, other)

    assert visitor.say(f"绑定 {code} {enterprise}") == [notices.REFUSALS["already_bound"]]

    visitor.say("解除绑定")
    visitor.say(f"绑定 {code} {enterprise}")
    visitor.say("同意")
    caller = caller_of(office, visitor)
    assert caller is not None and caller.credit_code == enterprise


def test_who_writes_traditional_is_answered_so(office: Office, enterprise: str, code: str) -> None:
    visitor = office.visitor()

    assert visitor.say(f"綁定企業 {code}") == [to_traditional(notices.credit_code_asked().text)]
    assert visitor.say("我的綁定") == [to_traditional(notices.shown(None).text)]


def test_the_same_message_delivered_twice_is_one_step(office: Office, enterprise: str, code: str) -> None:
    import asyncio

    visitor = office.visitor()
    for _ in range(2):
        for number, text in enumerate((f"绑定 {code} {enterprise}", "同意")):
            asyncio.run(office.chat.post(visitor.id, text, f"twice-{number}"))

    assert len(all_of(office.database, BindingRow)) == 1 and len(visitor.told()) == 2


def test_a_bound_wechat_user_is_the_same_person_on_the_page_inside_wechat(office: Office, enterprise: str) -> None:
    visitor = office.visitor("wechat")
    with office.database.session() as session:
        channel_users.add_channel_user(session, "wechat", "wx1", "oUser", visitor.id, office.clock())

    caller = bound(office, visitor, enterprise)

    assert caller.holder == "wechat:wx1:oUser"
    assert all_of(office.database, BindingRow)[0].holder == caller.holder
