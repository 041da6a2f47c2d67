"""How alike two matters are."""

from __future__ import annotations

import pytest

from bot.business.likeness import SAME_MATTER, likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("政府拖欠工程款三个月没付", "工程款被政府部门拖欠了三个月"),
        ("食品经营许可证申请一直没有批下来", "食品经营许可证的申请没批"),
    ],
)
def test_the_same_matter_in_other_words_is_shown(one: str, other: str) -> None:
    assert likeness(one, other) >= SAME_MATTER


@pytest.mark.parametrize(("one", "other"), [("政府拖欠工程款", "食品经营许可证怎么办理"), ("", "拖欠工程款"), ("？！", "？！")])
def test_another_matter_is_not(one: str, other: str) -> None:
    assert likeness(one, other) < SAME_MATTER


def test_a_matter_is_most_like_itself() -> None:
    assert likeness("社保怎么补缴", "社保怎么补缴") == 1.0
