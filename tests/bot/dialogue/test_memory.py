"""The bot goes on after people talked: it knows what they said, and what about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.bootstrap import Services
from bot.business.roles import Principal
from bot.services.assistant import HeardTurn, InboundText, Reply
from bot.services.chat import Chat, Turn
from tests.fixtures.office import Office, Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def services(make_services: Callable[[date], Services]) -> Iterator[Services]:
    made = make_services(date(2026, 11, 22))
    yield made
    made.assistant.close()
    made.database.close()


@pytest.fixture
def talk_id(request: pytest.FixtureRequest) -> str:
    return f"memory {request.node.name}"[:60]


def reply_to(services: Services, conversation: str, text: str, *meanwhile: HeardTurn, payload: str | None = None) -> Reply:
    message = InboundText(conversation, f"m-{text}", text, payload, meanwhile)
    return asyncio.run(services.assistant.reply_to(message))


def topic_of(reply: Reply) -> str | None:
    """Return the article of the answer's first source."""
    sources = reply.messages[0].sources
    return sources[0].get("article_id") if sources else None


def section_of(reply: Reply) -> str:
    section: str = reply.messages[0].sources[0]["section"]
    return section


def slots_of(services: Services, conversation: str) -> dict[str, object]:
    tracker = tracker_of(services, conversation)
    return {name: tracker.get_slot(name) for name in ("subject", "article", "failures", "offered")}


def tracker_of(services: Services, conversation: str) -> DialogueStateTracker:
    model = services.assistant._model
    assert model is not None
    tracker = asyncio.run(model.agent.tracker_store.retrieve(conversation))
    assert tracker is not None
    return tracker


def row_of(services: Services, article_id: str) -> str:
    """Return the id of a row of the article."""
    return next(row.id for row in services.knowledge.base().rows if row.source.article_id == article_id)


def user_said(text: str) -> HeardTurn:
    return HeardTurn("user", text)


def agent_said(text: str, row_id: str | None = None) -> HeardTurn:
    return HeardTurn("agent", text, row_id)


def test_what_people_said_is_in_the_bots_memory_in_order(services: Services, talk_id: str) -> None:
    reply_to(services, talk_id, "你好", user_said("商标被抢注了怎么办"), agent_said("可以提异议"), user_said("好的谢谢"))

    events = tracker_of(services, talk_id).events
    said = [(type(event), event.text) for event in events if isinstance(event, UserUttered | BotUttered)]
    assert said[:4] == [
        (UserUttered, "商标被抢注了怎么办"),
        (BotUttered, "可以提异议"),
        (UserUttered, "好的谢谢"),
        (UserUttered, "你好"),
    ]
    by_agent = next(event for event in events if isinstance(event, BotUttered))
    assert by_agent.metadata.get("sender") == "agent"


def test_a_short_question_after_the_talk_is_about_what_the_people_talked_about(services: Services, talk_id: str) -> None:
    before = reply_to(services, talk_id, "信用修复怎么办")
    asked = reply_to(services, f"{talk_id} alone", "公司注销要什么材料")

    after = reply_to(services, talk_id, "那要多久", user_said("公司注销要什么材料"), agent_said("清算报告等"))

    assert topic_of(after) == topic_of(asked) != topic_of(before)
    assert after.messages[0].band == "answer" and section_of(after) != section_of(asked)


def test_without_the_talk_the_same_question_is_about_what_the_bot_said(services: Services, talk_id: str) -> None:
    before = reply_to(services, talk_id, "信用修复怎么办")

    assert topic_of(reply_to(services, talk_id, "那要多久")) == topic_of(before)


def test_a_passage_that_the_agent_sent_along_sets_the_topic(services: Services, talk_id: str) -> None:
    reply_to(services, talk_id, "信用修复怎么办")
    sent = row_of(services, str(topic_of(reply_to(services, f"{talk_id} alone", "公司注销要什么材料"))))

    after = reply_to(services, talk_id, "那要多久", user_said("我这个情况呢"), agent_said("看这个", sent))

    assert str(topic_of(after)) == sent.split("#")[0]


def test_the_last_thing_that_was_talked_about_counts(services: Services, talk_id: str) -> None:
    sent = row_of(services, str(topic_of(reply_to(services, f"{talk_id} alone", "信用修复怎么办"))))

    after = reply_to(
        services, talk_id, "那要多久", agent_said("看这个", sent), user_said("公司注销要什么材料"), agent_said("清算报告")
    )

    assert topic_of(after) == topic_of(reply_to(services, f"{talk_id} other", "公司注销要什么材料"))


@pytest.mark.parametrize("words", ["好的谢谢", "13800001111", "5分，很快", "不等了", "嗯嗯", "转人工"])
def test_words_about_nothing_leave_the_topic_as_it_was(services: Services, talk_id: str, words: str) -> None:
    before = reply_to(services, talk_id, "公司注销要什么材料")

    after = reply_to(services, talk_id, "那要多久", user_said(words), agent_said("好的"))

    assert topic_of(after) == topic_of(before)


def test_a_passage_that_is_not_there_any_more_is_no_error(services: Services, talk_id: str) -> None:
    before = reply_to(services, talk_id, "公司注销要什么材料")

    after = reply_to(services, talk_id, "那要多久", agent_said("看这个", "no-such#row"))

    assert topic_of(after) == topic_of(before)


def test_the_button_of_the_hint_shows_its_passage_and_the_bot_goes_on_with_it(services: Services, talk_id: str) -> None:
    row = row_of(services, str(topic_of(reply_to(services, f"{talk_id} alone", "公司注销要什么材料"))))

    shown = reply_to(services, talk_id, "要什么材料", agent_said("好的"), payload=f'/show_passage{{"passage": "{row}"}}')
    after = reply_to(services, talk_id, "那要多久")

    assert topic_of(shown) == topic_of(after) == row.split("#")[0]


def test_failures_before_the_talk_are_forgotten_after_it(services: Services, talk_id: str) -> None:
    reply_to(services, talk_id, "补贴")
    assert slots_of(services, talk_id)["failures"] == 1

    reply_to(services, talk_id, "你好", user_said("商标被抢注了怎么办"), agent_said("可以提异议"))

    assert slots_of(services, talk_id)["failures"] == 0 and slots_of(services, talk_id)["offered"] is None


def test_a_bot_that_is_told_of_a_talk_it_never_took_part_in_goes_on_with_it(services: Services, talk_id: str) -> None:
    after = reply_to(services, talk_id, "要什么材料", agent_said("您好，我是小梅"), user_said("我想注销公司"), agent_said("好的"))

    assert topic_of(after) == topic_of(reply_to(services, f"{talk_id} alone", "我想注销公司要什么材料"))


# Through the chat and the desk.


@pytest.fixture(scope="module")
def office(services: Services) -> Office:
    """An office whose bot is the trained model, on the services' database."""
    office = Office(services.database)
    office.desk._knowledge = services.knowledge
    office.chat = Chat(services.database, services.assistant, services.locks, services.live, office.clock, office.handovers)
    return office


@pytest.fixture(scope="module")
def mei(office: Office) -> Principal:
    return office.agent("mei", display_name="小梅", capacity=20)


def ask(visitor: Visitor, text: str, payload: str | None = None) -> Turn:
    visitor.office.clock.now += timedelta(seconds=1)
    visitor.office._stay()
    return visitor.post(text, payload)


def article_of(turn: Turn) -> str | None:
    sources = turn.messages[0].sources
    return sources[0].get("article_id") if sources else None


def test_after_an_agent_gave_the_chat_back_the_bot_answers_about_what_they_discussed(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    first = ask(visitor, "信用修复怎么办")
    ask(visitor, "转人工")
    office.desk.take(mei, visitor.id)
    ask(visitor, "其实我想问公司注销要什么材料")
    office.desk.say(mei, visitor.id, "清算报告", "a1")
    office.desk.return_to_bot(mei, visitor.id, "可以问我要多久", None)

    after = ask(visitor, "那要多久")

    alone = ask(office.visitor(), "公司注销要什么材料")
    assert article_of(after) == article_of(alone) != article_of(first)


def test_a_passage_given_along_with_the_chat_is_what_the_bot_goes_on_with(office: Office, mei: Principal) -> None:
    alone = ask(office.visitor(), "公司注销要多久")
    row = next(row for row in office.desk._knowledge.base().rows if row.source.article_id == article_of(alone))
    visitor = office.visitor()
    ask(visitor, "信用修复怎么办")
    office.desk.take(mei, visitor.id)
    office.desk.return_to_bot(mei, visitor.id, "", row.id)

    assert article_of(ask(visitor, "那要多久")) == article_of(alone)


def test_two_questions_in_a_row_that_the_bot_does_not_understand_bring_a_person(office: Office, mei: Principal) -> None:
    visitor = office.visitor()

    ask(visitor, "？？？")
    assert visitor.owner == "bot"
    ask(visitor, "？？？")

    assert visitor.owner == "queue" and visitor.handover.reason == "low_confidence"
    assert "为了稳妥，我请工作人员来答" in visitor.last_notice


@pytest.mark.parametrize(
    ("text", "reason", "priority"),
    [
        ("转人工", "request_human", 2),
        ("我要和真人说话", "request_human", 2),
        ("你们什么破系统，气死我了，我要投诉你们", "complain", 1),
        ("执法的人现在就在店里要封门扣货，快告诉我怎么办", "urgent_harm", 0),
        ("公司垮了，我不想活了", "distress", 0),
        ("厂里着火了", "danger", 0),
        ("对方冒充税务局让我转账，钱已经转了，被骗了", "fraud_victim", 0),
    ],
)
def test_who_needs_a_person_is_heard_by_the_trained_model(
    office: Office, mei: Principal, text: str, reason: str, priority: int
) -> None:
    visitor = office.visitor()

    ask(visitor, text)

    assert (visitor.handover.reason, visitor.handover.priority, visitor.owner) == (reason, priority, "queue")


@pytest.mark.parametrize("text", ["有人跳楼", "活着没意思，想死", "煤气泄漏了", "有人拿刀在店里闹事"])
def test_danger_and_distress_are_never_asked_back(services: Services, talk_id: str, text: str) -> None:
    (said,) = reply_to(services, talk_id, text).messages

    assert said.band == "handover" and list(said.buttons) == [] and "110" in said.text


def test_ordinary_questions_bring_nobody(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    for text in ("信用修复怎么办", "补贴", "谢谢", "什么时候截止"):
        ask(visitor, text)

    assert list(visitor.handovers) == [] and visitor.owner == "bot"
