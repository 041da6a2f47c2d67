"""What people say about speaking for an enterprise, and what only sounds like it."""

from __future__ import annotations

import pytest

from bot.business.binding_words import BindingWish, agrees, declines, wish_of
from knowledge.normalise import normalise


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("我要绑定企业", BindingWish.HOW),
        ("绑定企业", BindingWish.HOW),
        ("怎么绑定公司？", BindingWish.HOW),
        ("我要綁定企業", BindingWish.HOW),
        ("绑定", BindingWish.HOW),
        ("企业绑定", BindingWish.HOW),
        ("我的绑定", BindingWish.SHOW),
        ("查看我的绑定。", BindingWish.SHOW),
        ("我绑定了哪家企业？", BindingWish.SHOW),
        ("解除绑定", BindingWish.RELEASE),
        ("请帮我解除企业绑定", BindingWish.RELEASE),
        ("取消绑定吧", BindingWish.RELEASE),
        ("解绑", BindingWish.RELEASE),
        ("解绑了", BindingWish.RELEASE),
    ],
)
def test_a_wish_is_understood_however_it_is_put(text: str, wish: BindingWish) -> None:
    assert wish_of(normalise(text)) is wish


@pytest.mark.parametrize(
    "text",
    ["", "银行账户怎么绑定", "微信支付解除绑定要什么材料", "绑定电子营业执照", "我的诉求", "解除劳动合同", "企业", "绑" * 3000],
)
def test_other_matters_are_left_to_the_bot(text: str) -> None:
    assert wish_of(normalise(text)) is None


@pytest.mark.parametrize("text", ["同意", "我同意", "同意绑定。", "同意！", "确认绑定"])
def test_consent_is_understood(text: str) -> None:
    assert agrees(text) and not declines(text)


@pytest.mark.parametrize("text", ["不同意", "我不同意", "取消", "不绑了", "算了", "不绑定了"])
def test_no_is_understood(text: str) -> None:
    assert declines(text) and not agrees(text)


@pytest.mark.parametrize("text", ["同意书怎么写", "股东不同意怎么办", "取消资质", ""])
def test_what_only_begins_like_consent_is_none(text: str) -> None:
    assert not agrees(text) and not declines(text)
