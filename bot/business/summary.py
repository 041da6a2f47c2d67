"""What an agent must know before the first word: the matter, what was asked, what was answered from, and the facts named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.business.contact import find_phone
from bot.business.credit_code import is_credit_code

ASKED_AT_MOST = 5
LONGEST_MATTER = 60
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])", re.IGNORECASE)
_MONEY = re.compile(r"\d[\d,.]*\s*(?:万|亿)?元")
_DAY = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{4}-\d{1,2}-\d{1,2}|(?:今天|明天|后天)(?=.{0,6}(?:截止|到期|开庭|最后))")
_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[(（]\d{4}[〕\])）]\d{1,5}号")
_COMPANY = re.compile(r"([\u4e00-\u9fff（）()A-Za-z]{0,30}?)(有限责任公司|股份有限公司|有限公司|合作社|事务所)")
_BEFORE_A_NAME = re.compile(
    r".*(?:我们?是|[我公单企][们司位业]?叫|名[称字]?[是叫为]|请问|想问|咨询|关于|我想找|要找|我想|想要?开|注册|成立|开办|代办|一家|这家|那家|代表|举报|投诉|我们?在)"
)
SHORTEST_NAME = 3
"""A company's name before its legal form; what is shorter names the form alone: 注册有限公司."""


_QUESTION = re.compile(r"[?？]|怎么|怎样|如何|什么|多久|多少|哪|吗|能不能|可不可以|是否|几[天个年日]|麼|嗎")


@dataclass(frozen=True)
class SaidTurn:
    """One message: who said it, and, of the bot's, which row it came from."""

    sender: str
    text: str
    title: str | None = None
    section: str | None = None


@dataclass(frozen=True)
class Summary:
    matter: str
    asked: tuple[str, ...]
    answered: tuple[tuple[str, str | None], ...]
    """(title, section) of the rows that the bot answered from, newest first, each once."""
    facts: tuple[tuple[str, str], ...]
    """(name, value), in the user's own words."""


def summarise(turns: Sequence[SaidTurn], ignore: Sequence[str] = ()) -> Summary:
    """Return the summary of a talk, in order. It only quotes; `ignore` are texts that say nothing about the matter (转人工)."""
    said = [turn.text.strip() for turn in turns if turn.sender == "user" and turn.text.strip() not in ignore]
    asked = list(dict.fromkeys(said))[-ASKED_AT_MOST:]
    answered = dict.fromkeys((turn.title, turn.section) for turn in reversed(turns) if turn.sender == "bot" and turn.title)
    matter = _matter(asked)
    return Summary(
        matter=matter if len(matter) <= LONGEST_MATTER else matter[:LONGEST_MATTER] + "…",
        asked=tuple(asked),
        answered=tuple((title, section) for title, section in answered if title)[:3],
        facts=tuple(_facts("\n".join(said))),
    )


def _matter(asked: Sequence[str]) -> str:
    """Return what was asked last, or before that where it says more; where nothing reads as a question, the same of all texts."""
    questions = [text for text in asked if _QUESTION.search(text)] or asked
    return max(questions[:-3:-1], key=len, default="")


def _facts(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    found += [("单位名称", name) for name in _companies(text)]
    found += [("统一社会信用代码", code) for code in _CODE.findall(text) if is_credit_code(code)]
    found += [("文号", number) for number in _DOCUMENT.findall(text)]
    found += [("金额", amount) for amount in _MONEY.findall(text)]
    found += [("日期", day) for day in _DAY.findall(text)]
    if phone := find_phone(text):
        found.append(("电话", phone))
    return list(dict.fromkeys(found))[:12]


def _companies(text: str) -> list[str]:
    found = [(_BEFORE_A_NAME.sub("", before), form) for before, form in _COMPANY.findall(text)]
    return [name + form for name, form in found if len(name) >= SHORTEST_NAME]
