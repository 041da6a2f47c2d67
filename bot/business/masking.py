"""Hiding in a text who is meant: numbers by which a person or an enterprise is known, and names with a form of address."""

from __future__ import annotations

import re

_HIDDEN = (
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Ya-y]{17}[0-9A-Za-z](?![0-9A-Za-z])"), "［证件号］"),
    (re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "［电话］"),
    (re.compile(r"(?<![\d.])0\d{2,3}[- ]?\d{7,8}(?!\d)"), "［电话］"),
    (re.compile(r"(?<!\d)\d{15,19}(?!\d)"), "［号码］"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}", re.ASCII), "［邮箱］"),
    (re.compile(r"(?:(?:微信|QQ)号?[:：是为]?\s*)[A-Za-z0-9_-]{5,20}", re.IGNORECASE), "［账号］"),
)
_ADDRESSED = re.compile(r"(?:(?<=[，,。；;：:\s是叫人找])|^)[一-鿿]{1,3}?(?=先生|女士|小姐|经理)")
_INTRODUCED = re.compile(r"(?<=我姓)[一-鿿]|(?<=联系人)[:：]?(?!某)[一-鿿]{2,3}(?=[，,。；;\s\d［]|$)")


def mask_personal_data(text: str) -> str:
    """Return the text without phone numbers, identity numbers, credit codes, addresses of mail, and names of who is addressed."""
    for pattern, shown in _HIDDEN:
        text = pattern.sub(shown, text)
    return _INTRODUCED.sub("某", _ADDRESSED.sub("某", text))
