from __future__ import annotations

from pathlib import Path

import pytest

from bot.business.aspects import Aspect
from bot.errors import KnowledgeInvalid
from knowledge.terms import FILE, TermGroup, dictionary_terms, read_term_groups
from tests.knowledge.conftest import KNOWLEDGE


def read(folder: Path, content: str) -> list[TermGroup]:
    (folder / FILE).write_text(content, encoding="utf-8")
    return read_term_groups(folder)


def test_a_list_names_each_term_and_a_mapping_names_synonyms(tmp_path: Path) -> None:
    groups = read(tmp_path, "aspect:\n  fee: [要钱, 收费]\nservice: [信用修复]\n")

    assert groups == [TermGroup("aspect", "fee", ("要钱", "收费")), TermGroup("service", None, ("信用修复",))]


def test_a_number_among_the_terms_is_a_term(tmp_path: Path) -> None:
    assert read(tmp_path, "hotline: [12345]\n") == [TermGroup("hotline", None, ("12345",))]


@pytest.mark.parametrize("content", ["service: 信用修复\n", "service: 7\n", "service: {a: 信用修复}\n", "service: {a: }\n"])
def test_an_entity_that_is_no_list_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: service: must be a list"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", ["", "- 信用修复\n", "信用修复"])
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: file: must be"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", ["service: [", "a: b: c"])
def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: file: cannot be read"):
        read(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeInvalid, match=f"{FILE}: file: cannot be read"):
        read_term_groups(tmp_path)


def test_the_dictionary_holds_each_term_once_in_normal_form_without_single_characters() -> None:
    groups = [TermGroup("a", None, ("信用修復", "ＡＢ", "税")), TermGroup("b", "x", ("信用修复",))]

    assert dictionary_terms(groups) == ("ab", "信用修复")


def test_every_aspect_but_the_overview_can_be_said() -> None:
    values = {group.value for group in read_term_groups(KNOWLEDGE) if group.entity == "aspect"}

    assert values == {aspect.value for aspect in Aspect} - {Aspect.OVERVIEW.value}


def test_no_word_means_two_aspects() -> None:
    words = [word for group in read_term_groups(KNOWLEDGE) if group.entity == "aspect" for word in group.terms]

    assert sorted(words) == sorted(set(words))
