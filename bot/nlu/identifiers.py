"""Numbers that name one thing: cases, enterprises, telephones. Which one it is says nothing about what is wanted.

Put before the classifier, so that two utterances that differ only in such a number are understood alike. Otherwise the reply to
a case's number would depend on its digits.
"""

from __future__ import annotations

import re

CASE, ENTERPRISE, DIGITS = "诉求编号", "统一社会信用代码", "000000"
"""What stands in their place; people write the first two as words, too."""
_CASE = re.compile(r"(?<![0-9a-z])ys[\s-]*\d[\d\s-]{6,20}\d(?!\d)")
_ENTERPRISE = re.compile(r"(?<![0-9a-z])(?=[a-z]*\d)[0-9a-z]{18}(?![0-9a-z])")
_LONG = re.compile(r"(?<!\d)\d{12,}(?!\d)")
_DIGITS = re.compile(r"(?<![\d.])\d{6,11}(?![\d.])")


def without_identifiers(text: str) -> str:
    """Return the text, which is in normal form, with one word for each kind of such numbers."""
    text = _ENTERPRISE.sub(ENTERPRISE, _CASE.sub(CASE, text))
    return _DIGITS.sub(DIGITS, _LONG.sub(CASE, text))
