"""What people in a chat say about speaking for an enterprise, beside the codes themselves."""

from __future__ import annotations

import re
from enum import Enum


class BindingWish(Enum):
    HOW = "how"
    SHOW = "show"
    RELEASE = "release"


_ENDS = re.compile(r"^[\s，。！!？?~、.]+|[\s，。！!？?~、.了吧呢啊]+$")
_POLITE = r"(?:请|请帮我|帮我|麻烦)?"
_ENTERPRISE = r"(?:企业|公司|单位)"
_WISHES = {
    BindingWish.RELEASE: rf"{_POLITE}(?:我要|我想)?(?:(?:解除|取消|撤销|撤回){_ENTERPRISE}?绑定|解绑){_ENTERPRISE}?",
    BindingWish.SHOW: rf"{_POLITE}(?:查看|查询|看看|查)?我的绑定(?:信息|状态)?|我绑定(?:了|的是)?(?:哪家|什么|哪个){_ENTERPRISE}",
    BindingWish.HOW: rf"{_POLITE}(?:我要|我想|怎么|如何|怎样)?(?:绑定(?:我的|我们|一下)?{_ENTERPRISE}?|{_ENTERPRISE}绑定)",
}
_AGREES = re.compile(r"(?:我)?同意(?:绑定)?|确认绑定")
_DECLINES = re.compile(r"(?:我)?不同意(?:绑定)?|取消|不绑(?:定)?|算")
_LONGEST = 24


def wish_of(text: str) -> BindingWish | None:
    """Return what the text, in normal form, asks for; None unless it asks for nothing else."""
    said = _said(text)
    return next((wish for wish, form in _WISHES.items() if re.fullmatch(form, said)), None)


def agrees(text: str) -> bool:
    """Whether the text, in normal form, is consent and nothing else."""
    return _AGREES.fullmatch(_said(text)) is not None


def declines(text: str) -> bool:
    return _DECLINES.fullmatch(_said(text)) is not None


def _said(text: str) -> str:
    return _ENDS.sub("", text) if len(text) <= _LONGEST else ""
