from __future__ import annotations

import pytest

from bot.business.confidence import ANSWER_FROM, ASK_BACK_FROM, CONFIRM_AT_MOST, Band, cautious_intent, choose


@pytest.mark.parametrize(
    ("first", "band"),
    [
        (1.0, Band.ANSWER),
        (ANSWER_FROM, Band.ANSWER),
        (ANSWER_FROM - 0.001, Band.CONFIRM),
        (ASK_BACK_FROM, Band.CONFIRM),
        (ASK_BACK_FROM - 0.001, Band.CLARIFY),
        (0.0, Band.CLARIFY),
    ],
)
def test_the_best_probability_decides_the_band(first: float, band: Band) -> None:
    assert choose({"tax": first}).band is band


def test_a_sure_question_is_answered_about_its_one_subject() -> None:
    choice = choose({"tax": 0.7, "labor": 0.3})

    assert (choice.subjects, choice.confidence) == (("tax",), 0.7)


def test_an_unsure_question_is_asked_back_with_the_best_subjects_and_no_more_than_fit() -> None:
    choice = choose({"tax": 0.3, "labor": 0.25, "talent": 0.2, "prepaid": 0.15, "copyright": 0.1})

    assert choice.subjects == ("tax", "labor", "talent")
    assert len(choice.subjects) == CONFIRM_AT_MOST


@pytest.mark.parametrize("probabilities", [{}, {"tax": 0.05, "labor": 0.04}])
def test_a_question_that_fits_nothing_offers_nothing(probabilities: dict[str, float]) -> None:
    choice = choose(probabilities)

    assert (choice.band, choice.subjects) == (Band.CLARIFY, ())


def test_a_second_subject_that_is_hardly_likely_is_still_offered_beside_the_first() -> None:
    choice = choose({"tax": 0.5, "labor": 0.01})

    assert (choice.band, choice.subjects) == (Band.CONFIRM, ("tax", "labor"))


def test_a_call_for_help_counts_while_nothing_else_is_sure() -> None:
    assert cautious_intent({"company_setup": 0.48, "urgent_harm": 0.15}) == "urgent_harm"


def test_a_sure_subject_is_not_overruled_by_caution() -> None:
    assert cautious_intent({"arrears": 0.9, "urgent_harm": 0.09, "illegal_request": 0.3}) is None


def test_a_likely_illegal_request_is_not_answered_as_an_unsure_subject() -> None:
    assert cautious_intent({"tax": 0.55, "illegal_request": 0.33}) == "illegal_request"


def test_without_any_cause_caution_says_nothing() -> None:
    assert cautious_intent({"tax": 0.5, "labor": 0.4}) is None
    assert cautious_intent({}) is None
