"""What may be sent unasked: counted per window, the one that ends sooner first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.business.allowance import Allowance, Grant

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
MINUTE, TWO_DAYS = timedelta(minutes=1), timedelta(hours=48)


def test_nobody_may_be_written_to_before_they_did_anything() -> None:
    assert Allowance().left(NOON) == 0 and Allowance().until(NOON) is None


@pytest.mark.parametrize(("grant", "left", "lasts"), [(Grant.MESSAGE, 5, TWO_DAYS), (Grant.EVENT, 3, MINUTE)])
def test_what_somebody_did_allows_some_messages_for_some_time(grant: Grant, left: int, lasts: timedelta) -> None:
    allowance = Allowance().grant(grant, NOON)

    assert allowance.left(NOON) == allowance.left(NOON + lasts - timedelta(seconds=1)) == left
    assert allowance.until(NOON) == NOON + lasts
    assert allowance.left(NOON + lasts) == 0 and allowance.until(NOON + lasts) is None


def test_some_deeds_allow_nothing_and_take_nothing_away() -> None:
    allowance = Allowance().grant(Grant.MESSAGE, NOON)

    assert allowance.grant(Grant.NOTHING, NOON + MINUTE) == allowance


def test_both_windows_count_together_and_the_shorter_is_used_up_first() -> None:
    allowance = Allowance().grant(Grant.MESSAGE, NOON).grant(Grant.EVENT, NOON)
    assert allowance.left(NOON) == 8

    for _ in range(3):
        allowance = allowance.spend(NOON)

    assert (allowance.event.left, allowance.message.left) == (0, 5)
    assert (allowance.spend(NOON).message.left, allowance.until(NOON)) == (4, NOON + TWO_DAYS)


def test_a_window_that_is_over_is_not_spent_from() -> None:
    allowance = Allowance().grant(Grant.MESSAGE, NOON).grant(Grant.EVENT, NOON)

    later = allowance.spend(NOON + MINUTE)

    assert (later.event.left, later.message.left) == (3, 4)


def test_a_new_deed_fills_its_window_again() -> None:
    allowance = Allowance().grant(Grant.MESSAGE, NOON)
    for _ in range(4):
        allowance = allowance.spend(NOON)

    assert allowance.grant(Grant.MESSAGE, NOON + MINUTE).left(NOON + MINUTE) == 5


def test_the_count_never_falls_below_nothing() -> None:
    assert Allowance().spend(NOON).left(NOON) == 0


def test_when_the_platform_says_nothing_is_left_nothing_is_left() -> None:
    allowance = Allowance().grant(Grant.MESSAGE, NOON).grant(Grant.EVENT, NOON)

    assert allowance.exhausted().left(NOON) == 0
    assert allowance.exhausted().grant(Grant.MESSAGE, NOON).left(NOON) == 5
