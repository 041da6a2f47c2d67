"""The four lists of 比学赶超: which tasks each holds, as far as the rows themselves say so.

The report (P6) names four dimensions and says that four lists were made, not what stands in them. So a task is in a list only by
words of its own row, which are kept here beside it; whatever else may belong to a list is not stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CompetitionList:
    """`dimension`: the row that names the list. `members`: further tasks, with the words of the row that say so."""

    id: str
    title: str
    goal: str
    dimension: str
    members: Mapping[str, str]
    source: str = "报告第6段只写明4个比学维度和4张清单，没有列出清单内容；这里只列任务行里写明属于这一方面的任务。"

    @property
    def task_ids(self) -> tuple[str, ...]:
        return (self.dimension, *self.members)


_NATIONAL = "国评优势指标"
_PROVINCE = "省指标"
LISTS = (
    CompetitionList("world", "对标世行评估", "争创一流", "ZH-18", {"ZH-23": "世行新版评估对标"}),
    CompetitionList(
        "national",
        "对标国家评价",
        "保五争四冲三",
        "ZH-19",
        {
            "ZH-24": "国评总体排名",
            "ZH-25": "国评18项指标",
            "ZH-26": _NATIONAL,
            "ZH-27": _NATIONAL,
            "ZH-28": _NATIONAL,
            "ZH-29": _NATIONAL,
        },
    ),
    CompetitionList(
        "province",
        "对标省晾晒指标",
        "示范领跑",
        "ZH-20",
        {
            "ZH-30": "省5项指标",
            "ZH-31": _PROVINCE,
            "ZH-32": _PROVINCE,
            "ZH-33": _PROVINCE,
            "ZH-34": _PROVINCE,
            "ZH-35": _PROVINCE,
        },
    ),
    CompetitionList(
        "special",
        "对照省市专项行动",
        "攻坚突破",
        "ZH-21",
        {
            "ZH-11": "“12+N”项专项行动",
            "ZH-12": "省级专项行动",
            "ZH-13": "省级专项行动",
            "ZH-14": "市本级专项行动",
            "ZH-15": "专项行动闭环管理",
            "ZW-08": "市本级专项",
            "ZW-19": "市本级专项",
            "SC-09": "市本级专项",
        },
    ),
)
