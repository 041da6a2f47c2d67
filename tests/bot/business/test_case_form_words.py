"""What is an answer, a correction, a step, or a question of another kind, while a form is open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.case_form import Item
from bot.business.case_form_words import Step, correction_in, is_for_others, item_named, matter_at, step_in
from knowledge.normalise import normalise


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("取消", Step.CANCEL),
        ("算了", Step.CANCEL),
        ("算了，不登记了", Step.CANCEL),
        ("不填了吧", Step.CANCEL),
        ("继续登记", Step.RESUME),
        ("跳过", Step.SKIP),
        ("不知道", Step.SKIP),
        ("提交", Step.SUBMIT),
        ("好的，提交吧", Step.SUBMIT),
        ("改内容", Step.EDIT),
        ("仍要新建", Step.NEW),
        ("取消订单以后平台不退款", None),
        ("没有人管", None),
        ("提交材料以后没有回音", None),
    ],
)
def test_a_step_is_the_whole_text(text: str, step: Step | None) -> None:
    assert step_in(normalise(text)) is step


@pytest.mark.parametrize(
    ("text", "item", "value"),
    [
        ("改一下电话", Item.CONTACT, None),
        ("地点不对，是滨江", Item.PLACE, "滨江"),
        ("第二项改成余杭区", Item.PLACE, "余杭区"),
        ("把希望改成退费", Item.WISH, "退费"),
        ("电话写错了，13900139000", Item.CONTACT, "13900139000"),
        ("不对，刚才说错了，是上个月", None, "上个月"),
        ("刚才说错了", None, None),
    ],
)
def test_a_correction_names_its_item_or_means_the_last(text: str, item: Item | None, value: str | None) -> None:
    plain = normalise(text)

    found = correction_in(plain, at_summary=False)

    assert found is not None and found.item is item
    assert (plain[found.value_at :] if found.value_at is not None else None) == value


@pytest.mark.parametrize("text", ["修改地址要多久", "地址变更怎么办", "物业地址改了之后税务不认", "今年8月", "滨江区长河路"])
def test_what_only_mentions_an_item_corrects_nothing(text: str) -> None:
    assert correction_in(normalise(text), at_summary=False) is None


def test_at_the_summary_an_item_may_simply_be_named_with_its_value() -> None:
    assert correction_in("地点是滨江", at_summary=False) is None
    found = correction_in("地点是滨江", at_summary=True)
    assert found is not None and found.item is Item.PLACE
    assert item_named("第二项") is Item.PLACE and item_named("电话") is Item.CONTACT and item_named("好") is None


@pytest.mark.parametrize(
    ("item", "text", "intent", "confidence"),
    [
        (Item.WHAT, "信用修复要多久", "credit_repair_apply", 0.9),
        (Item.PLACE, "你们几点上班", "hotline_where", 0.4),
        (Item.SINCE, "信用修复要多久？", "credit_repair_apply", 0.9),
        (Item.WISH, "公司注销要什么材料？", "deregister", 0.9),
        (Item.CONTACT, "信用修复多久", "credit_repair_apply", 0.9),
        (Item.WHAT, "谢谢", "thank", 0.9),
        (None, "社保怎么开户", "social_fund", 0.9),
        (Item.WHAT, "着火了", "danger", 0.2),
        (Item.PLACE, "转人工", "request_human", 1.0),
        (Item.WISH, "我的诉求到哪一步了", "check_case", 0.9),
    ],
)
def test_a_question_is_not_swallowed(item: Item | None, text: str, intent: str, confidence: float) -> None:
    assert is_for_others(item, normalise(text), intent, confidence)


@pytest.mark.parametrize(
    ("item", "text", "intent", "confidence"),
    [
        (Item.WHAT, "物业向我们商户多收电费怎么都不退", "utilities", 0.9),
        (Item.WHAT, "窗口踢皮球没人管", "complain", 0.9),
        (Item.WHAT, "我们公司的补贴一直没有到账，不知道什么原因？", "policy_redeem", 0.9),
        (Item.SINCE, "好像是上个月开始的吧？", "unclear", 0.4),
        (Item.SINCE, "大概三个月前", "nlu_fallback", 0.2),
        (Item.PLACE, "滨江区长河路", "nlu_fallback", 0.2),
        (Item.PLACE, "上海", "other_city", 0.9),
        (Item.WISH, "能不能尽快退费？", "prepaid", 0.8),
        (Item.WISH, "要求物业赔偿损失", "utilities", 0.9),
        (Item.CONTACT, "13800138000可以吗？", "personal_data", 0.9),
        (Item.CONTACT, "为什么要电话", "hotline_where", 0.6),
    ],
)
def test_an_answer_is_an_answer_though_it_may_look_like_a_question(item: Item, text: str, intent: str, confidence: float) -> None:
    assert not is_for_others(item, normalise(text), intent, confidence)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("登记：房东乱收我们电费 请派人跟进", "房东乱收我们电费 请派人跟进"),
        ("我想登记诉求 隔壁工地把我们门口路挖断了", "隔壁工地把我们门口路挖断了"),
        ("我要登记诉求", None),
        ("我还有一件事也要登记", None),
        ("登记一下", None),
    ],
)
def test_the_matter_is_found_in_the_words_that_ask_for_filing(text: str, matter: str | None) -> None:
    plain, place = normalise(text), matter_at(normalise(text))

    assert (plain[slice(*place)] if place else None) == matter


@given(st.text(), st.sampled_from([*Item, None]), st.floats(0, 1))
def test_no_text_breaks_the_readers(text: str, item: Item | None, confidence: float) -> None:
    plain = normalise(text)
    step_in(plain), correction_in(plain, True), matter_at(plain), is_for_others(item, plain, "tax", confidence)


@pytest.mark.parametrize("text", ["把" * 2000, "的" * 2000, "我要改" + "我的" * 900, "登记" * 1000, " " * 2000, "第" * 2000])
def test_long_texts_are_read_at_once(text: str) -> None:
    import time

    begun = time.perf_counter()
    plain = normalise(text)
    step_in(plain), correction_in(plain, True), matter_at(plain), is_for_others(Item.WHAT, plain, "tax", 0.9)
    assert time.perf_counter() - begun < 1.0
