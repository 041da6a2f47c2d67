"""How satisfied a user was: one to five, and a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

OPEN_FOR = timedelta(hours=24)
TITLES = {1: "1分 很不满意", 2: "2分 不满意", 3: "3分 一般", 4: "4分 满意", 5: "5分 非常满意"}
MAX_COMMENT = 500
_PRAISE_OR_BLAME = r"好|差|满意|不|一般|很|非常|特别|十分|太|比较|还|挺|谢|感谢|辛苦|服务|态度|办得|回复|解决|讲|吧|啦|哦|了|给"
"""How a word about the service begins that follows without a pause; 三星手机 and 四分五裂 are no ratings."""
_RATING = re.compile(
    r"(?:评价|评分|打分|我打|我给|给|打)?[:：]?\s*([1-5１-５一二三四五])\s*"
    rf"(?:分|颗?星)?(?:[,，。.!！:：;；、~～\s]*|(?<=[分星])(?:[,，。.!！:：;；、~～\s]+|(?={_PRAISE_OR_BLAME}))(.*))",
    re.DOTALL,
)
_DIGITS = {char: index % 5 + 1 for index, char in enumerate("12345１２３４５一二三四五")}


@dataclass(frozen=True)
class Rating:
    score: int
    comment: str


def parse_rating(text: str) -> Rating | None:
    """Return the rating that the text is: 5, 5分，很快, 给4星. None for any other text."""
    match = _RATING.fullmatch(text.strip())
    if match is None:
        return None
    comment = (match.group(2) or "").strip()
    titles = {title.partition(" ")[2] for title in TITLES.values()}
    return Rating(_DIGITS[match.group(1)], "" if comment in titles else comment[:MAX_COMMENT])
