from __future__ import annotations

import pytest

from bot.business.follow_up import asks_how, is_bare_aspect, is_bare_term, without_correction


def spans_of(text: str, words: list[str]) -> list[tuple[int, int]]:
    return [(text.index(word), text.index(word) + len(word)) for word in words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("那要多久", ["多久"]),
        ("要多久呢?", ["多久"]),
        ("那需要什么材料呀", ["材料"]),
        ("材料呢", ["材料"]),
        ("去哪办?", ["去哪"]),
        ("那怎么办理", ["怎么办理"]),
        ("有电话吗", ["电话"]),
        ("具体流程是什么", ["流程"]),
        ("依据是什么", ["依据"]),
        ("要收费吗", ["收费"]),
        ("大概多长时间啊", ["多长时间"]),
        ("我想知道条件", ["条件"]),
        ("麻烦问一下流程 材料", ["流程", "材料"]),
        ("那去哪个窗口办呀~", ["去哪", "哪个窗口"]),
        ("多久，要不要钱", ["多久", "要不要钱"]),
    ],
)
def test_a_question_that_names_only_an_aspect_follows_up(text: str, words: list[str]) -> None:
    assert is_bare_aspect(text, spans_of(text, words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("信用修复要多久", ["多久"]),
        ("公司注销去哪办", ["去哪"]),
        ("商标注册要多少钱", ["多少钱"]),
        ("专利侵权会怎样", ["会怎样"]),
        ("食品许可证要什么材料", ["材料"]),
        ("那逾期的后果呢", ["后果"]),
        ("个体户需要什么条件", ["条件"]),
    ],
)
def test_a_question_that_names_its_subject_stands_alone(text: str, words: list[str]) -> None:
    assert not is_bare_aspect(text, spans_of(text, words))


@pytest.mark.parametrize("text", ["", "好的", "那呢", "。"])
def test_a_text_without_an_aspect_is_no_follow_up(text: str) -> None:
    assert not is_bare_aspect(text, [])


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("补贴", "补贴"),
        ("我想问补贴", "补贴"),
        ("补贴怎么办", "补贴"),
        ("我想咨询一下补贴的问题", "补贴"),
        ("补贴呢?", "补贴"),
        ("关于执照的事", "执照"),
        ("被列入了", "列入"),
        ("修复怎么弄", "修复"),
        ("请问办证要什么", "办证"),
        ("我想知道补贴", "补贴"),
    ],
)
def test_a_word_that_stands_alone_but_for_filler_says_no_more_than_itself(text: str, term: str) -> None:
    assert is_bare_term(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("租房补贴怎么申请", "补贴"),
        ("大学生补贴", "补贴"),
        ("食品执照", "执照"),
        ("保证金怎么退", "保证金"),
        ("信用修复怎么弄", "修复"),
        ("执照", "补贴"),
        ("", "补贴"),
    ],
)
def test_a_word_with_something_telling_beside_it_does_not_stand_alone(text: str, term: str) -> None:
    assert not is_bare_term(text, term)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("不是这个，是商标", "商标"),
        ("不对,我问的是注销", "注销"),
        ("不是,我想问公积金", "公积金"),
        ("错了，我要办食品证", "办食品证"),
        ("我问的不是商标，是专利", "专利"),
        ("搞错了 我说的是社保", "社保"),
        ("不是说这个。我指的是年报", "年报"),
        ("不是个体户，是公司", "公司"),
        ("  不是这个；而是歇业  ", "歇业"),
    ],
)
def test_a_correction_leaves_what_is_meant(text: str, meant: str) -> None:
    assert without_correction(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", "不是", "不对，", "不对，税", "商标怎么注册", "我们公司不是一般纳税人", "错了怎么改", "是不是要年报，怎么报"],
)
def test_a_text_that_corrects_nothing_gives_none(text: str) -> None:
    assert without_correction(text) is None


@pytest.mark.parametrize("text", ["不是小微企业，能贷款吗", "不是法人，可以去办注销吗", "不是一般纳税人，可以开专票吗"])
def test_a_condition_that_begins_with_a_negation_is_no_correction(text: str) -> None:
    assert without_correction(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("条件和材料分别是什么", ["条件", "材料"]), ("要交多少钱", ["多少钱"]), ("一般几天能好", ["几天"])],
)
def test_joined_aspects_and_common_verbs_follow_up_too(text: str, words: list[str]) -> None:
    assert is_bare_aspect(text, spans_of(text, words))


@pytest.mark.parametrize("text", ["公司进了经营异常名录怎么移出来", "如何申请", "咋弄"])
def test_a_question_for_the_way_is_told_from_others(text: str) -> None:
    assert asks_how(text)


@pytest.mark.parametrize("text", ["这是怎么回事", "利息怎么算", "经营异常名录是什么"])
def test_a_question_that_only_begins_alike_asks_for_no_way(text: str) -> None:
    assert not asks_how(text)
