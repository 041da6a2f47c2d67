"""Passing towards a person: the right numbers at once, a stored request, and the truth about what happens next."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from bot.persistence.tables import HandoverRequestRow
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk


def requests_of(app: RunningApp, talk: Talk) -> Sequence[HandoverRequestRow]:
    with app.services.database.session() as session:
        return session.scalars(select(HandoverRequestRow).where(HandoverRequestRow.conversation_id == talk.id)).all()


CASES = [
    ("转人工", "request_human", ("12345",)),
    ("我要和真人说话", "request_human", ("12345",)),
    ("你们什么破系统，气死我了，我要投诉你们", "complain", ("12345",)),
    ("执法的人现在就在店里要封门扣货，快告诉我怎么办", "urgent_harm", ("110", "12345")),
    ("执法人员现在正在店里查封，怎么办，急", "urgent_harm", ("110", "12345")),
    ("公司垮了，我不想活了", "distress", ("110", "120")),
    ("厂里着火了", "danger", ("119", "120", "110")),
    ("对方冒充税务局让我转账，钱已经转了，被骗了", "fraud_victim", ("110", "96110")),
]


@pytest.mark.parametrize(("text", "reason", "numbers"), CASES)
def test_who_needs_a_person_gets_the_right_numbers_and_a_stored_request(
    app: RunningApp, talk: Talk, text: str, reason: str, numbers: tuple[str, ...]
) -> None:
    said = talk.ask(text)

    assert said.band == "handover" and said.sources == []
    assert all(number in said.text for number in numbers)
    assert [(r.reason, r.status) for r in requests_of(app, talk)] == [(reason, "open")]


def test_danger_and_distress_are_never_asked_back(app: RunningApp) -> None:
    for text in ("有人跳楼", "活着没意思，想死", "煤气泄漏了", "有人拿刀在店里闹事"):
        said = app.talk().ask(text)
        assert said.band == "handover" and said.buttons == [], text


def test_the_bot_does_not_pretend_that_somebody_is_there(talk: Talk) -> None:
    said = talk.ask("转人工")

    assert "没有人实时在线" in said.text
    assert talk.owner() == "bot", "there is no desk yet: the bot goes on answering"
    assert talk.ask("信用修复怎么办").sources


def test_a_conversation_has_one_open_request_however_often_a_person_is_asked_for(app: RunningApp, talk: Talk) -> None:
    for text in ("转人工", "人工客服", "厂里着火了", "转人工"):
        talk.ask(text)

    assert len(requests_of(app, talk)) == 1


def test_the_button_asks_for_a_person_as_the_words_do(app: RunningApp, talk: Talk) -> None:
    said = talk.ask("转人工", payload="/request_human")

    assert said.band == "handover" and [r.reason for r in requests_of(app, talk)] == ["request_human"]


def test_an_ordinary_question_stores_no_request(app: RunningApp, talk: Talk) -> None:
    talk.ask("信用修复怎么办")
    talk.ask("补贴")

    assert requests_of(app, talk) == []


def test_a_request_is_told_in_traditional_to_who_writes_traditional(talk: Talk) -> None:
    said = talk.ask("轉人工，我要找工作人員")

    assert said.band == "handover" and "工作人員" in said.text
