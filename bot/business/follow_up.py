"""Telling a follow-up, which only names an aspect, from a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FILLER = re.compile(
    r"那么|那个|这个|这样|这种|请问|麻烦|问一下|我想知道|我想|想知道|告诉我|的话|大概|一般|具体|需要|应该|可以|能不能|是不是|有没有|是什么|什么|哪些|怎么样"
    r"|要不要|用不用|帮我|一共|总共|到底|还有|然后|另外|我们|你们|好了|一下|如果|办理|办完|办好|能好|下来|是多长|走一下|东西|分别|申请|提交|准备|办|跟|和|交|好"
    r"|[那这它呢吗啊呀吧嘛哦么的了要得需我你您是有多少大几给到去在来才能会都还也就再先后后来,，。.?？!！、~…\s]"
)


def is_bare_aspect(text: str, aspect_spans: Iterable[tuple[int, int]]) -> bool:
    """Whether the normalised text holds nothing but aspect words (their [start, end) offsets) and filler."""
    covered: set[int] = set()
    for start, end in aspect_spans:
        covered.update(range(start, end))
    if not covered:
        return False
    rest = "".join(char if i not in covered else " " for i, char in enumerate(text))
    return not _FILLER.sub("", rest)


def is_bare_term(text: str, term: str) -> bool:
    """Whether the normalised text says nothing beside the term but filler: 补贴, 我想问补贴, 补贴怎么办."""
    if term not in text:
        return False
    rest = text.replace(term, " ", 1)
    return not _FILLER.sub(
        "",
        re.sub(
            r"请问|想知道|问题|怎么办|怎么弄|咋办|咋弄|怎么搞|怎么|如何|事情|事|方面|关于|咨询|了解|想|问|呗|被",
            "",
            rest,
        ),
    )


_HOW = re.compile(r"(?:怎么|怎样|如何|咋)(?!回事|算|样|规定)")


def asks_how(text: str) -> bool:
    """Whether the normalised text asks for the way to do something: 怎么移出来, 如何申请."""
    return _HOW.search(text) is not None


_MEANT = r"(?:我(?:问|说|要|想问|想说|指)(?:的)?(?:是)?|是|而是|应该是)"
_CORRECTION = re.compile(
    rf"^(?:(?:不是|我问的不是|不是问|不是说)[^,，。;；]{{0,8}}[,，。;；\s]+{_MEANT}+"  # 不是这个，是商标
    rf"|(?:不对|错了|搞错了|说错了)[,，。;；\s]+{_MEANT}*)(.{{2,}})$"  # 错了，商标
)


def without_correction(text: str) -> str | None:
    """Return what is meant in 不是这个，是商标 (商标); None when the text corrects nothing."""
    match = _CORRECTION.match(text.strip())
    return match.group(1).strip() if match else None
