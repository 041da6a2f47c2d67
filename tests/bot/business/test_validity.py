from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.business.validity import Validity

STARTS, ENDS = date(2026, 3, 1), date(2026, 12, 31)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("day", "holds"), [(STARTS - DAY, False), (STARTS, True), (ENDS, True), (ENDS + DAY, False)])
def test_both_the_first_and_the_last_day_are_included(day: date, holds: bool) -> None:
    assert Validity(STARTS, ENDS).holds_on(day) is holds


def test_without_bounds_a_text_always_holds_and_is_never_over() -> None:
    validity = Validity()

    assert validity.holds_on(date.min) and validity.holds_on(date.max)
    assert not validity.is_over_on(date.max)


def test_an_open_end_holds_from_its_first_day_on() -> None:
    assert Validity(starts=STARTS).holds_on(date.max)
    assert not Validity(starts=STARTS).holds_on(STARTS - DAY)


def test_a_text_is_over_on_the_day_after_its_last() -> None:
    assert not Validity(STARTS, ENDS).is_over_on(ENDS)
    assert Validity(STARTS, ENDS).is_over_on(ENDS + DAY)


def test_what_has_not_begun_does_not_hold_but_is_not_over() -> None:
    validity = Validity(STARTS, ENDS)

    assert not validity.holds_on(STARTS - DAY)
    assert not validity.is_over_on(STARTS - DAY)
