"""How long somebody will wait: from how long others did, and only when enough is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.business.waiting import ENOUGH_TO_TELL, expected_wait, spoken

PICKUPS_S = [20.0, 30.0, 40.0, 30.0, 600.0]
CHATS_S = [300.0, 600.0, 600.0, 700.0, 5_000.0]


def test_who_is_within_the_free_places_waits_as_long_as_most_others_did() -> None:
    assert expected_wait(1, 1, 5, PICKUPS_S, CHATS_S) == timedelta(seconds=30)
    assert expected_wait(5, 5, 5, PICKUPS_S, []) == timedelta(seconds=30)


@pytest.mark.parametrize(("position", "slots", "seconds"), [(1, 1, 630), (1, 5, 150), (5, 5, 630), (10, 5, 1_230), (3, 2, 930)])
def test_who_is_behind_them_waits_until_as_many_talks_have_ended(position: int, slots: int, seconds: int) -> None:
    assert expected_wait(position, 0, slots, PICKUPS_S, CHATS_S) == timedelta(seconds=seconds)


@pytest.mark.parametrize("known", range(ENOUGH_TO_TELL))
def test_no_time_is_named_from_too_few_talks(known: int) -> None:
    assert expected_wait(1, 1, 5, PICKUPS_S[:known], CHATS_S) is None
    assert expected_wait(2, 1, 5, PICKUPS_S, CHATS_S[:known]) is None


def test_no_time_is_named_where_nobody_takes_talks() -> None:
    assert expected_wait(1, 0, 0, PICKUPS_S, CHATS_S) is None


def test_each_place_further_back_never_waits_less() -> None:
    waits = [expected_wait(position, 3, 5, PICKUPS_S, CHATS_S) or timedelta() for position in range(1, 20)]

    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "大约1分钟"),
        (59, "大约1分钟"),
        (60, "大约1分钟"),
        (61, "大约2分钟"),
        (600, "大约10分钟"),
        (601, "大约15分钟"),
        (900, "大约15分钟"),
        (3_540, "大约60分钟"),
        (3_600, "大约60分钟"),
        (3_601, "可能超过1小时"),
    ],
)
def test_a_wait_is_told_rounded_up_and_no_more_exactly_than_it_is_known(seconds: int, text: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == text
