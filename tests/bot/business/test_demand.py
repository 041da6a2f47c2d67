"""Which texts are put together as being about the same thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.business.demand import Demand, Grouping, count_askers
from bot.business.demand_words import Usage, Weighing, grams
from bot.business.masking import mask_personal_data

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DOORPLATE = ("门牌号换了食品许可证变更要重新现场核查", "许可证只改门牌号也要现场核查", "门牌变更又要来现场核查许可证")
CHAIN = ("连锁店每开一家都要单独办许可", "连锁门店许可一店一办材料重复", "连锁便利店一店一办许可太麻烦")
OTHERS = (*(f"{thing}的许可证怎么办理" for thing in "茶酒面米油盐糖果鱼肉菜蛋奶饼粉豆瓜茄笋藕"), "连锁", "门店", "现场")
"""What else is asked about the subject: it shows which words say little."""
SIMILARITY = 0.2


def demands(*texts: str, first: int = 1) -> list[Demand]:
    return [Demand(first + n, text, f"asker{first + n}", NOW) for n, text in enumerate(texts)]


def grouping_of(*texts: str) -> Grouping:
    usage = Usage((*texts, *OTHERS))
    return Grouping(Weighing(usage, usage), SIMILARITY)


def parts(grouping: Grouping) -> list[list[int]]:
    return sorted(sorted(cluster.members) for cluster in grouping.clusters.values() if cluster.members)


def test_paraphrases_come_together_and_another_matter_of_the_subject_stays_apart() -> None:
    grouping = grouping_of(*DOORPLATE, *CHAIN)

    for demand in demands(*DOORPLATE, *CHAIN):
        grouping.add(demand)
    grouping.tidy()

    assert parts(grouping) == [[1, 2, 3], [4, 5, 6]]


def test_the_same_demands_make_the_same_clusters() -> None:
    def group() -> tuple[list[list[int]], list[str]]:
        grouping = grouping_of(*CHAIN, *DOORPLATE)
        for demand in demands(*CHAIN, *DOORPLATE):
            grouping.add(demand)
        grouping.tidy()
        return parts(grouping), [phrase for cluster in grouping.clusters.values() for phrase in grouping.phrases(cluster)]

    assert group() == group()


def test_clusters_that_grew_alike_are_one_and_the_one_with_work_stays() -> None:
    grouping = grouping_of(*DOORPLATE, *CHAIN)
    grouping.restore(7, demands(DOORPLATE[0]), has_work=False, closed_at=None)
    grouping.restore(8, demands(DOORPLATE[1], first=2), has_work=True, closed_at=None)
    grouping.add(demands(DOORPLATE[2], first=3)[0])

    grouping.tidy()

    assert {key: sorted(cluster.members) for key, cluster in grouping.clusters.items()} == {8: [1, 2, 3]}
    assert [(merge.kept, merge.gone) for merge in grouping.merges] == [(8, 7)]


def test_two_clusters_with_work_stay_two_and_name_each_other() -> None:
    grouping = grouping_of(*DOORPLATE)
    grouping.restore(7, demands(DOORPLATE[0]), has_work=True, closed_at=None)
    grouping.restore(8, demands(DOORPLATE[1], first=2), has_work=True, closed_at=None)
    grouping.add(demands(DOORPLATE[2], first=3)[0])

    grouping.tidy()

    assert sorted(grouping.clusters) == [7, 8] and grouping.twins == {(7, 8)}


def test_nothing_new_joins_what_is_done() -> None:
    grouping = grouping_of(*DOORPLATE)
    grouping.restore(7, demands(*DOORPLATE), has_work=True, closed_at=NOW - timedelta(days=1))

    cluster = grouping.add(Demand(9, DOORPLATE[0], "late", NOW))

    assert cluster.key != 7


def test_an_asker_counts_once_and_only_with_the_clusters_words() -> None:
    same = [Demand(n, DOORPLATE[0], "one", NOW) for n in range(20)]
    stranger, old = Demand(21, "随便问问", "two", NOW), Demand(22, DOORPLATE[1], "three", NOW - timedelta(days=200))

    assert count_askers([*same, stranger, old], ["门牌"], NOW - timedelta(days=90)) == 1


@pytest.mark.parametrize("text", ["", "???", "12345", "ok thanks", "一", "\U0001f600" * 5])
def test_what_says_nothing_in_chinese_is_alone(text: str) -> None:
    grouping = grouping_of(*DOORPLATE, text)
    for demand in demands(*DOORPLATE, text):
        grouping.add(demand)
    grouping.tidy()

    assert [4] in parts(grouping)


def test_a_very_long_text_is_compared_by_its_beginning() -> None:
    assert len(grams("门牌" + "甲乙丙丁" * 10_000)) < 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678，急", "电话［电话］，急"),
        ("打0571-88881234或+86 138 1234 5678", "打［电话］或［电话］"),
        ("身份证33010619900101123X", "身份证［证件号］"),
        ("代码91330100799655058B。", "代码［证件号］。"),
        ("找王小明先生办的", "找某先生办的"),
        ("邮箱a.b@qq.com", "邮箱［邮箱］"),
        ("今年20家店，合同120万元", "今年20家店，合同120万元"),
    ],
)
def test_evidence_shows_nobody(text: str, shown: str) -> None:
    assert mask_personal_data(text) == shown
