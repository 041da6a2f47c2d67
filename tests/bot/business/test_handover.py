"""When a person is asked for, in words alone, and when somebody does not want to wait any more."""

from __future__ import annotations

import pytest

from bot.business.handover import Reason, asks_for_person, priority_of, stops_waiting
from knowledge.normalise import normalise

ASKING = [
    "转人工",
    "转 人工",
    "轉人工",
    "人工",
    "人工服务",
    "人工客服",
    "转人工客服",
    "我要转人工",
    "请转人工",
    "我要找人工客服",
    "能不能转人工",
    "帮我转接人工",
    "找真人",
    "要活人",
    "转人工！",
    "转人工谢谢",
    "给我转人工服务",
    "转接人工坐席",
    "找工作人员",
]
NOT_ASKING = [
    "",
    "不要人工",
    "人工智能",
    "人工智能企业有什么补贴",
    "人工费怎么入账",
    "人工成本",
    "转人工要等多久",
    "工作人员态度不好",
    "真人真事",
    "我要转让商标",
    "信用修复怎么办",
    "人工授精备案",
    "转账",
    "取消转人工",
]
STOPPING = [
    "不等了",
    "不等了。",
    "不等了！",
    "我不等了",
    "算了，不等了",
    "算了不等了",
    "不等了，谢谢",
    "不等了，先问小助",
    "那不用等了",
    "不用等了，我自己办",
    "取消排队",
    "取消转人工",
    "取消人工",
    "不转了",
    "不轉了",
    "不要人工了",
    "不用人工了",
    "退出排队",
    "退出排隊",
    "不等了~",
]
NOT_STOPPING = [
    "",
    "算了",
    "等不及了",
    "我等不了",
    "别等了快来人",
    "还要等多久",
    "我不等了明天再来办注销",
    "注销不等了可以直接办吗",
    "取消预约",
    "能不能不等了吗",
    "排队取号怎么取消",
    "不转了的股权怎么撤回",
    "取消排队，我要问信用修复的材料和时间要求",
]


@pytest.mark.parametrize("text", ASKING)
def test_who_says_nothing_but_that_a_person_is_wanted_is_understood_without_a_model(text: str) -> None:
    assert asks_for_person(normalise(text))


@pytest.mark.parametrize("text", NOT_ASKING)
def test_a_text_that_says_anything_else_is_no_mere_wish_for_a_person(text: str) -> None:
    assert not asks_for_person(normalise(text))


@pytest.mark.parametrize("text", STOPPING)
def test_who_waits_may_stop_waiting_in_many_words(text: str) -> None:
    assert stops_waiting(normalise(text))


@pytest.mark.parametrize("text", NOT_STOPPING)
def test_impatience_and_other_matters_do_not_give_up_a_place_in_the_queue(text: str) -> None:
    assert not stops_waiting(normalise(text))


def test_no_words_both_ask_for_a_person_and_stop_waiting_for_one() -> None:
    assert not [text for text in ASKING if stops_waiting(normalise(text))]
    assert not [text for text in STOPPING if asks_for_person(normalise(text))]


def test_who_is_in_danger_comes_first_and_who_has_a_deadline_before_the_rest() -> None:
    urgent = {reason for reason in Reason if priority_of(reason) == 0}
    soon = {reason for reason in Reason if priority_of(reason) == 1}

    assert urgent == {Reason.DANGER, Reason.DISTRESS, Reason.URGENT_HARM, Reason.FRAUD_VICTIM}
    assert soon == {Reason.DEADLINE, Reason.COMPLAIN}
    assert {priority_of(reason) for reason in set(Reason) - urgent - soon} == {2}
