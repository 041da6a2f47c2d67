"""The plan of a storm keeps the shares that the bench promises."""

from __future__ import annotations

import pytest

from benchmarks.wechat_storm.plan import COPIED_SHARE, EVENT_SHARE, REPEATED_SHARE, SWAPPED_SHARE, plan_storm

STORM = plan_storm(4_000, users=200, rate=10.0, seed=7)


def share(is_so) -> float:
    return len([each for each in STORM if is_so(each)]) / len(STORM)


def test_it_has_as_many_messages_as_asked_for_at_the_rate_asked_for():
    assert len(STORM) == 4_000
    assert STORM[-1].at_s == pytest.approx(400, rel=0.1)


def test_three_in_ten_are_delivered_again_and_one_in_ten_is_passed_by_the_next():
    assert share(lambda each: each.trouble.lost) == pytest.approx(REPEATED_SHARE, abs=0.03)
    assert share(lambda each: each.trouble.passed_by_s is not None) == pytest.approx(SWAPPED_SHARE, abs=0.02)
    assert share(lambda each: each.trouble.copied_after_s is not None) == pytest.approx(COPIED_SHARE, abs=0.02)


def test_one_in_ten_is_an_event():
    assert share(lambda each: each.deed.is_event) == pytest.approx(EVENT_SHARE, abs=0.03)


def test_the_same_seed_gives_the_same_storm():
    assert plan_storm(50, users=5, rate=1.0, seed=3) == plan_storm(50, users=5, rate=1.0, seed=3)
