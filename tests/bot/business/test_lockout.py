"""How long a name is locked after wrong passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.business.lockout import FORGIVEN_AFTER, Failures, lock_after
from tests.fixtures.clock import NOON

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("count", "minutes"),
    [(1, None), (4, None), (5, 15), (6, None), (9, None), (10, 30), (15, 60), (20, 120), (25, 240), (30, 240), (500, 240)],
)
def test_every_fifth_wrong_password_locks_twice_as_long_up_to_four_hours(count: int, minutes: int | None) -> None:
    assert lock_after(count) == (None if minutes is None else minutes * MINUTE)


def test_the_fifth_in_a_row_locks_and_the_lock_ends() -> None:
    failures = Failures()
    for _ in range(5):
        assert failures.lock_left(NOON) is None
        failures = failures.one_more(NOON)

    assert failures.lock_left(NOON) == 15 * MINUTE
    assert failures.lock_left(NOON + 14 * MINUTE) == MINUTE
    assert failures.lock_left(NOON + 15 * MINUTE) is None


def test_whoever_goes_on_after_a_lock_is_locked_for_longer() -> None:
    failures, now = Failures(5, NOON, NOON + 15 * MINUTE), NOON + 16 * MINUTE

    for _ in range(5):
        failures = failures.one_more(now)

    assert failures.lock_left(now) == 30 * MINUTE


def test_a_quiet_day_is_forgiven() -> None:
    failures = Failures(9, NOON, None)

    assert failures.one_more(NOON + FORGIVEN_AFTER - MINUTE).count == 10
    assert failures.one_more(NOON + FORGIVEN_AFTER).count == 1
