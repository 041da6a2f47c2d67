"""What somebody asks about a reform task, as far as a row may have nothing on it; and questions that only all rows can answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.business.task import ENVIRONMENTS


class Asked(StrEnum):
    LEAD = "lead"
    TARGET = "target"
    DEADLINE = "deadline"
    PROGRESS = "progress"


_WORDS = {
    Asked.LEAD: re.compile(
        r"(?:由)?(?:谁|哪个部门|哪个单位|哪家单位|什么部门|什么单位)?(?:来)?(?:牵头|领衔)(?:单位|部门)?|责任单位|责任部门"
        r"|(?:由)?(?:谁|哪个部门|哪个单位|哪家单位|什么部门)(?:来)?(?:负责|主管|承担)|归(?:谁|哪个部门|哪个单位)管"
    ),
    Asked.TARGET: re.compile(r"目标|(?:要|应)(?:达到|做到)多少"),
    Asked.DEADLINE: re.compile(r"期限|截止|时间节点|(?:什么时候|何时|哪天|几时|多久)(?:要|能|前)?(?:完成|结束|做完|到期|达到)"),
    Asked.PROGRESS: re.compile(r"进度|进展|完成(?:了|没|多少|情况|率|得)|(?:达到|做到|实现)(?:了|没)|怎么样了"),
}
_CALLED_LEAD = re.compile(r"牵头|领衔|责任单位|责任部门")
_BEHIND = re.compile(r"落后|滞后|拖后腿|进度(?:慢|不够|偏慢)|(?:红|黄)灯|逾期|超期|没(?:有)?按(?:时|期)")
_WITHOUT_LEAD = re.compile(r"(?:没有?|未|缺|无)(?:写明?|写|明确|确定|落实|填)?(?:牵头|责任)(?:单位|部门)?")
_ALL_TASKS = re.compile(r"任务|改革")
_HOW_MANY = re.compile(r"多少|几[项条个]|哪些|哪几|有什么")
_FILLER = re.compile(
    r"请问|是谁|是哪个|是什么|是哪家|哪个|什么|是|的|吗|呢|了|呀|啊|由|这项|这个|任务|改革|专项|[“”\"'《》()（）?？,，。.!！\s]"
)


@dataclass(frozen=True)
class BehindQuestion:
    """Which tasks are behind; environment None = of all."""

    environment: str | None


def asked_of(text: str) -> frozenset[Asked]:
    """Return what the normalised text asks for."""
    return frozenset(asked for asked, words in _WORDS.items() if words.search(text))


def calls_for_lead(text: str) -> bool:
    """Whether the words are those of offices (牵头单位), which nobody uses for anything but such tasks."""
    return _CALLED_LEAD.search(text) is not None


def named_in(text: str) -> str:
    """Return what is left of a question for the lead unit: the name of what is asked about, as people say it."""
    return _FILLER.sub("", _WORDS[Asked.LEAD].sub(" ", text))


def named_in_result(text: str) -> str:
    """Return what is left of a question for a result: 减负500亿完成了吗 asks about 减负500亿."""
    return _FILLER.sub("", _WORDS[Asked.TARGET].sub(" ", _WORDS[Asked.PROGRESS].sub(" ", text)))


def behind_question(text: str) -> BehindQuestion | None:
    """Return what the normalised text asks if it asks which tasks are behind: 法治环境有哪些任务落后."""
    environment = environment_in(text)
    if not _BEHIND.search(text) or not (_ALL_TASKS.search(text) or environment):
        return None
    return BehindQuestion(environment) if _HOW_MANY.search(text) else None


def asks_for_tasks_without_lead(text: str) -> bool:
    """Whether the normalised text asks how many or which tasks have no lead unit."""
    return bool(_WITHOUT_LEAD.search(text) and "任务" in text and _HOW_MANY.search(text))


def environment_in(text: str) -> str | None:
    """Return the environment that is named: 法治环境, 经济生态."""
    return next((key for key, title in ENVIRONMENTS.items() if key != "综合" and (title in text or f"{key}方面" in text)), None)
