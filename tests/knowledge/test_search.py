from __future__ import annotations

import numpy as np
import pytest

from knowledge.search import LexicalIndex
from knowledge.words import cutter_for

TEXTS = [
    "公司注销要先清算，再办税务注销。",
    "信用修复在信用中国网站申请，不收费。",
    "商标侵权可以向市场监管部门投诉。",
    "食品经营许可证到期前三十个工作日申请延续。",
]


def index_of(texts: list[str], **fields: float) -> LexicalIndex:
    return LexicalIndex([{"text": text} for text in texts], fields or {"text": 1.0}, cutter_for(()))


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return index_of(TEXTS)


@pytest.mark.parametrize(
    ("question", "position"),
    [("怎么注销公司", 0), ("信用修复收费吗", 1), ("商标被侵权了", 2), ("食品許可證延續", 3), ("信用修夏", 1)],
)
def test_the_text_that_shares_most_with_the_question_comes_first(index: LexicalIndex, question: str, position: int) -> None:
    assert index.best(question)[0][0] == position


@pytest.mark.parametrize("question", ["", "  ", "？！", "\u200b"])
def test_a_question_without_words_finds_nothing(index: LexicalIndex, question: str) -> None:
    held, total = index.held(question, ["text"])

    assert index.best(question) == []
    assert total == 0.0 and not held.any()


def test_words_that_stand_nowhere_find_nothing(index: LexicalIndex) -> None:
    assert index.best("qwerty") == []


def test_texts_that_fit_equally_keep_their_order() -> None:
    index = index_of(["年报公示", "别的事情", "年报公示", "年报公示"])

    assert [position for position, _ in index.best("年报")] == [0, 2, 3]


def test_no_more_than_the_limit_is_found(index: LexicalIndex) -> None:
    assert len(index.best("申请公司信用商标食品注销投诉", limit=2)) == 2


def test_scores_are_one_float_per_document(index: LexicalIndex) -> None:
    scores = index.scores("公司注销")

    assert scores.dtype == np.float32
    assert scores.shape == (len(TEXTS),)
    assert scores.argmax() == 0 and (scores >= 0).all()


def test_a_rare_word_tells_more_than_a_frequent_one() -> None:
    index = index_of(["申请注销", "申请延续", "申请变更", "申请变更", "申请变更"])

    assert index.best("申请注销")[0][0] == 0


def test_a_heavy_field_wins_against_a_light_one() -> None:
    documents = [{"question": "别的", "text": "歇业备案"}, {"question": "歇业备案", "text": "别的"}]
    index = LexicalIndex(documents, {"question": 1.0, "text": 0.2}, cutter_for(()))

    assert [position for position, _ in index.best("歇业备案")] == [1, 0]


def test_a_field_that_a_document_lacks_is_empty() -> None:
    index = LexicalIndex([{"text": "歇业"}, {}], {"text": 1.0}, cutter_for(()))

    assert [position for position, _ in index.best("歇业")] == [0]


def test_latin_words_and_numbers_are_found(index: LexicalIndex) -> None:
    index = index_of(["拨打12345咨询", "办理ETC业务"])

    assert index.best("１２３４５是什么")[0][0] == 0
    assert index.best("etc怎么办")[0][0] == 1


def test_a_text_holds_the_question_in_full_in_part_or_not_at_all(index: LexicalIndex) -> None:
    for question, low, high in (("信用修复", 0.999, 1.001), ("飞碟外星人", 0.0, 0.0), ("信用修复飞碟外星人", 0.01, 0.6)):
        held, total = index.held(question, ["text"])
        assert low * total <= held.max() <= high * total, question


def test_parts_held_by_different_texts_do_not_add_up() -> None:
    held, total = index_of(["歇业", "年报"]).held("歇业年报", ["text"])

    assert 0 < held.max() < 0.6 * total


def test_parts_held_by_different_fields_of_one_text_do_add_up() -> None:
    documents = [{"question": "歇业", "text": "年报"}, {"question": "歇业", "text": ""}]
    index = LexicalIndex(documents, {"question": 1.0, "text": 1.0}, cutter_for(()))

    both, _ = index.held("歇业，年报", ["question", "text"])
    one, _ = index.held("歇业，年报", ["question"])

    assert both[0] > both[1] > 0
    assert one[0] == one[1]


def test_an_index_over_nothing_can_be_asked() -> None:
    index = index_of([])

    assert index.best("信用修复") == []
    assert index.held("信用修复", ["text"])[0].shape == (0,)
