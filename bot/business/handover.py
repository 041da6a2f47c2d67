"""When a person is asked for in so many words: understood without a model, so that it works even when that is broken."""

from __future__ import annotations

import re

_ASKS_FOR_PERSON = re.compile(
    r"(?:请|我要|我想|要|帮我|给我|麻烦|能不能|可以)?(?:转|找|换|接|叫|要)?(?:个|到|接|一下)?"
    r"(?:人工|真人|活人|人工客服|人工服务|人工坐席|客服人员|工作人员|真人客服)(?:吧|吗|服务|客服|谢谢|[。.!！?？])*"
)


def asks_for_person(text: str) -> bool:
    """Whether the normalised text says nothing but that a person is wanted: 转人工, 我要找人工客服."""
    return _ASKS_FOR_PERSON.fullmatch(text.replace(" ", "")) is not None
