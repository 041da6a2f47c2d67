from __future__ import annotations

import pytest
from spacy.language import Language

from bot.nlu.spacy_pipeline import build_pipeline, find_spans
from knowledge.terms import TermGroup, dictionary_terms
from knowledge.words import cutter_for

GROUPS = [
    TermGroup("service", None, ("市政基础设施配套费", "配套费", "信用修復", "经营异常", "经营异常名录")),
    TermGroup("aspect", "fee", ("多少钱", "费")),
]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_pipeline(cutter_for(dictionary_terms(GROUPS)), GROUPS)


def found(nlp: Language, text: str) -> list[tuple[str, str, str]]:
    return [(span.label_, span.id_, span.text) for span in find_spans(nlp(text))]


@pytest.mark.parametrize("term", ["市政基础设施配套费", "经营异常名录", "信用修复"])
def test_a_long_term_stays_one_token(nlp: Language, term: str) -> None:
    assert term in [token.text for token in nlp(f"请问{term}怎么办")]


@pytest.mark.parametrize("text", ["请问 市政基础设施配套费, 多少钱?", " a b ", "", "公司"])
def test_the_document_is_the_text(nlp: Language, text: str) -> None:
    assert nlp(text).text == text


def test_a_span_carries_the_group_s_value_or_the_term_itself(nlp: Language) -> None:
    assert found(nlp, "信用修复多少钱") == [("service", "信用修复", "信用修复"), ("aspect", "fee", "多少钱")]


def test_the_longest_of_overlapping_terms_is_kept(nlp: Language) -> None:
    assert found(nlp, "市政基础设施配套费")[0] == ("service", "市政基础设施配套费", "市政基础设施配套费")
    assert [text for label, _, text in found(nlp, "经营异常名录") if label == "service"] == ["经营异常名录"]


def test_a_number_that_is_part_of_an_amount_is_no_date(nlp: Language) -> None:
    assert found(nlp, "缴了2026元") == [("money", "2026元", "2026元")]


def test_several_things_are_found_in_the_order_of_the_text(nlp: Language) -> None:
    labels = [label for label, _, _ in found(nlp, "2026年3月被罚500元，打12345问信用修复多少钱")]

    assert labels == ["date", "money", "hotline", "service", "aspect"]


def test_no_trained_package_is_needed(nlp: Language) -> None:
    assert nlp.lang == "zh"
    assert nlp.pipe_names == ["span_ruler"]
