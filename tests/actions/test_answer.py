"""Actions that answer: read the turn, ask one service, say its answer, remember the subject."""

from __future__ import annotations

import pytest

from actions.answer import (
    ActionAnswer,
    ActionAnswerAspect,
    ActionAskBack,
    ActionChooseSubject,
    ActionFallBack,
    ActionShowPassage,
)
from bot.business.aspects import Aspect
from bot.services.answers import Topic
from tests.actions.running import ASKED_BACK, FOUND, NOTHING, FakeAnswers, run

KNOWN = {"subject": "labor", "article": "S35-labor"}


def test_an_answer_is_said_with_its_source_and_the_subject_is_remembered() -> None:
    ran = run(ActionAnswer)

    (said,) = ran.said
    assert said["answer"] == "不收费。" and said["title"] == "新办企业税务" and said["section"] == "费用"
    assert said["document_no"] == "《税收征收管理法》" and "2026年11月22日" in said["as_of"]
    assert said["custom"]["band"] == "answer"
    assert said["custom"]["sources"][0]["checked_on"] == "2026-11-22" and said["custom"]["sources"][0]["version"] == 3
    assert ran.slots == {"subject": "tax", "article": "S10-tax", "failures": 0, "offered": None}


def test_what_the_pipeline_understood_reaches_the_service() -> None:
    answers = FakeAnswers()

    run(ActionAnswer, answers, entities=({"entity": "aspect", "value": "fee", "start": 0, "end": 2},), slots=KNOWN)

    ((name, (question, topic)),) = answers.asked
    assert (name, topic) == ("answer", Topic("labor", "S35-labor"))
    assert question.text == "要钱吗" and question.aspects == (Aspect.FEE,) and question.aspect_spans == ((0, 2),)
    assert question.probabilities == {"tax": 0.8, "labor": 0.1}


def test_without_an_answer_the_offers_are_buttons_and_the_subject_stays() -> None:
    ran = run(ActionAnswer, FakeAnswers(ASKED_BACK), slots=KNOWN)

    (said,) = ran.said
    assert said["response"] == "utter_ask_back"
    assert [button["payload"] for button in said["buttons"]] == [
        '/choose_subject{"subject": "tax"}',
        '/choose_subject{"subject": "social_fund"}',
    ]
    assert "subject" not in ran.slots and ran.slots["failures"] == 1
    assert ran.slots["offered"] == [button["payload"] for button in said["buttons"]]


def test_the_second_failure_in_a_row_offers_a_person() -> None:
    first = run(ActionAnswer, FakeAnswers(NOTHING))
    second = run(ActionAnswer, FakeAnswers(NOTHING), slots={"failures": first.slots["failures"]})
    with_offers = run(ActionAnswer, FakeAnswers(ASKED_BACK), slots={"failures": 1})

    assert first.said[0]["response"] == "utter_not_understood" and first.said[0]["buttons"] == []
    assert second.said[0]["response"] == "utter_offer_person"
    for ran in (second, with_offers):
        assert ran.said[0]["buttons"][-1] == {"title": "转人工", "payload": "/request_human"}


def test_an_aspect_is_answered_about_the_known_subject_and_asked_back_without_one() -> None:
    known, unknown = FakeAnswers(), FakeAnswers(ASKED_BACK)

    run(ActionAnswerAspect, known, slots=KNOWN)
    run(ActionAnswerAspect, unknown)

    assert [name for name, _ in known.asked] == ["answer_aspect"]
    assert [name for name, _ in unknown.asked] == ["ask_back"]


@pytest.mark.parametrize(("action", "service"), [(ActionAskBack, "answer_unclear"), (ActionFallBack, "fall_back")])
def test_each_action_asks_its_own_service(action: type, service: str) -> None:
    answers = FakeAnswers()

    run(action, answers)

    assert [name for name, _ in answers.asked] == [service]


@pytest.mark.parametrize(
    ("action", "entity", "service"),
    [(ActionChooseSubject, "subject", "show_subject"), (ActionShowPassage, "passage", "show_row")],
)
def test_a_button_shows_what_it_names_and_without_a_name_nothing_is_claimed(action: type, entity: str, service: str) -> None:
    answers = FakeAnswers(FOUND)

    run(action, answers, entities=({"entity": entity, "value": "tax", "start": 0, "end": 0},))
    nameless = run(action, answers)

    assert answers.asked == [(service, ("tax",))]
    assert nameless.said[0]["response"] == "utter_not_understood" and nameless.said[0]["custom"]["sources"] == []
