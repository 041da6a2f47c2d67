from __future__ import annotations

from typing import cast

import pytest

from bot.nlu.chinese_tokenizer import ChineseTokenizer
from tests.bot.nlu.conftest import KNOWLEDGE, QUESTIONS, TrainAndLoad, message


@pytest.fixture
def loaded(train_and_load: TrainAndLoad) -> ChineseTokenizer:
    _, loaded = train_and_load(ChineseTokenizer, knowledge=KNOWLEDGE)
    return cast(ChineseTokenizer, loaded)


def test_a_loaded_tokenizer_cuts_as_the_trained_one(train_and_load: TrainAndLoad) -> None:
    trained, loaded = train_and_load(ChineseTokenizer, knowledge=KNOWLEDGE)

    for text in QUESTIONS:
        assert loaded.tokenize(message(text), "text") == trained.tokenize(message(text), "text")


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_token_points_to_its_place_in_the_text_as_it_was_written(loaded: ChineseTokenizer, text: str) -> None:
    tokens = loaded.tokenize(message(text), "text")

    assert "".join(text[token.start : token.end] for token in tokens) == text.replace(" ", "")
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


def test_a_token_is_in_normal_form_while_its_place_is_that_of_the_original(loaded: ChineseTokenizer) -> None:
    # given
    text = "　請問Ａ公司\u200b信用修復"

    # when
    tokens = {token.text: text[token.start : token.end] for token in loaded.tokenize(message(text), "text")}

    # then
    assert tokens["信用修复"] == "信用修復"
    assert tokens["a"] == "Ａ"


@pytest.mark.parametrize("term", ["市政基础设施配套费", "经营异常名录", "严重违法失信名单", "首违不罚"])
def test_a_term_of_the_trade_is_one_token(loaded: ChineseTokenizer, term: str) -> None:
    assert term in [token.text for token in loaded.tokenize(message(f"{term}是什么"), "text")]


@pytest.mark.parametrize("text", ["？", "\u200b", "\n"])
def test_a_text_without_words_still_has_a_token(loaded: ChineseTokenizer, text: str) -> None:
    assert len(loaded.tokenize(message(text), "text")) == 1


def test_without_a_knowledge_folder_the_common_dictionary_is_enough(train_and_load: TrainAndLoad) -> None:
    _, loaded = train_and_load(ChineseTokenizer)

    assert [t.text for t in loaded.tokenize(message("怎么注册公司"), "text")] == ["怎么", "注册", "公司"]


def test_a_changed_dictionary_changes_the_fingerprint(tmp_path) -> None:
    (tmp_path / "terms.yml").write_text("service: [甲]\n", encoding="utf-8")
    before = ChineseTokenizer.fingerprint_addon({"knowledge": str(tmp_path)})
    (tmp_path / "terms.yml").write_text("service: [乙]\n", encoding="utf-8")

    assert before != ChineseTokenizer.fingerprint_addon({"knowledge": str(tmp_path)})
    assert ChineseTokenizer.fingerprint_addon({"knowledge": None}) is None
