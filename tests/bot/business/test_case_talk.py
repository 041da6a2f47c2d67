"""Words about a case that was filed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.case_talk import added_text, asks_for_list, case_intent, find_case_number, reason_in, score_in
from knowledge.normalise import normalise

NUMBER = "YS20261123483920"


@pytest.mark.parametrize(
    "text",
    ["ys20261123483920", "编号 ＹＳ 2026 1123 483920 到哪了", "YS2026-1123-483920", "20261123483920办了吗", f"给诉求{NUMBER}5分"],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert find_case_number(text) == NUMBER


@pytest.mark.parametrize("text", ["12345", "13800138000", "2026年11月", "ys123", ""])
def test_other_numbers_are_none(text: str) -> None:
    assert find_case_number(text) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("补充：物业昨天又来了", "case_add"),
        (f"补充 {NUMBER}：物业昨天又来了", "case_add"),
        ("给诉求5分", "case_rate"),
        (f"给诉求{NUMBER}5分", "case_rate"),
        ("没解决，重新办理", "case_reopen"),
        (f"重新办理 {NUMBER}：没退钱", "case_reopen"),
        ("撤回诉求", "case_withdraw"),
        ("我的诉求", "check_case"),
        ("登记：房东乱收我们电费 请派人跟进", "file_case"),
        ("我要登记诉求", "file_case"),
        ("我想登记诉求，门口的路断了", "file_case"),
        ("我们的补贴一直没到账，请帮我登记一下", "file_case"),
        ("公司登记要什么材料", None),
        ("我要登记注册公司", None),
        ("登记地址怎么改", None),
        ("怎么提交诉求", None),
        ("5分", None),
        ("营业执照丢了怎么重新办理", None),
        ("重新办理营业执照", None),
        ("怎么撤销工商登记", None),
        ("补充医疗保险怎么交", None),
        ("信用评分5分是什么意思", None),
    ],
)
def test_what_somebody_wants_with_a_case_is_told_from_other_words(text: str, intent: str | None) -> None:
    assert case_intent(normalise(text)) == intent


def test_what_is_added_scored_and_given_as_reason_is_kept_as_written() -> None:
    assert added_text(f"补充 {NUMBER}：他们 TODAY 又来了") == "他们 TODAY 又来了"
    assert score_in(f"给诉求{NUMBER.lower()}3分") == 3 and score_in("诉求打四分") == 4
    assert reason_in(f"重新办理 {NUMBER}：没退钱") == "没退钱" and reason_in("没解决，重新办理") == "没解决，重新办理"
    assert asks_for_list("我的诉求") and not asks_for_list("我的诉求到哪一步了")


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    find_case_number(text), added_text(text), reason_in(text), case_intent(normalise(text))
