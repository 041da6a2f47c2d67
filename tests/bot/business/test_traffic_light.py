from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.traffic_light import (
    Light,
    Reading,
    Signal,
    Target,
    completion_of,
    parse_number,
    plain,
    signal_of,
)

START, MIDDLE, END = date(2026, 1, 1), date(2026, 7, 2), date(2026, 12, 31)
"""The middle is half of the way, to a day."""
SUM = Target(Decimal(500), ">=*", "亿元")
RATE = Target(Decimal(96), ">=", "%")
DAYS = Target(Decimal(3), "<=", "工作日")
COUNT = Target(Decimal(4), "=", "张")
PLACE = Target(Decimal(5), "<=", "名", (Decimal(4), Decimal(3)))


def on(day: date, value: str) -> Reading:
    return Reading(day, Decimal(value))


def light(
    target: Target, *values: str, started_on: date | None = START, due_on: date | None = END, today: date = MIDDLE
) -> Signal:
    """Return the signal with these values, read on the first day and then every tenth."""
    readings = [on(START + timedelta(days=10 * place), value) for place, value in enumerate(values)]
    return signal_of(target, readings, started_on, due_on, today)


@pytest.mark.parametrize(
    ("target", "values", "expected"),
    [
        # sums grow from zero on the first day: half of the time wants half of the target
        (SUM, ["0", "250"], Light.GREEN),
        (SUM, ["0", "201"], Light.GREEN),
        (SUM, ["0", "199"], Light.YELLOW),
        (SUM, ["0", "126"], Light.YELLOW),
        (SUM, ["0", "120"], Light.RED),
        (SUM, ["0", "0"], Light.RED),
        (SUM, ["0", "500"], Light.DONE),
        (SUM, ["0", "501"], Light.DONE),
        (SUM, ["600", "499"], Light.YELLOW),
        (SUM, ["600", "300"], Light.RED),
        # rates begin at their first value
        (RATE, ["90", "93"], Light.GREEN),
        (RATE, ["90", "92"], Light.YELLOW),
        (RATE, ["90", "91"], Light.RED),
        (RATE, ["90", "80"], Light.RED),
        (RATE, ["90", "96"], Light.DONE),
        (RATE, ["97", "95.9"], Light.YELLOW),
        # what is to become smaller
        (DAYS, ["5", "4"], Light.GREEN),
        (DAYS, ["5", "4.5"], Light.YELLOW),
        (DAYS, ["5", "5"], Light.RED),
        (DAYS, ["5", "7"], Light.RED),
        (DAYS, ["5", "3"], Light.DONE),
        (DAYS, ["5", "0"], Light.DONE),
        # exactly so many
        (COUNT, ["0", "2"], Light.GREEN),
        (COUNT, ["0", "4"], Light.DONE),
        (COUNT, ["0", "5"], Light.YELLOW),
        # a place with steps
        (PLACE, ["8", "5"], Light.DONE),
        (PLACE, ["8", "6"], Light.GREEN),
        (PLACE, ["8", "8"], Light.RED),
        # targets of zero and below
        (Target(Decimal(0), "<=", "件"), ["10", "5"], Light.GREEN),
        (Target(Decimal(0), "<=", "件"), ["10", "10"], Light.RED),
        (Target(Decimal(0), "<=", "件"), ["0"], Light.DONE),
        (Target(Decimal(-20), "<=", "%"), ["0", "-10"], Light.GREEN),
        (Target(Decimal(-20), "<=", "%"), ["0", "-25"], Light.DONE),
        (Target(Decimal(-5), ">=", "%"), ["-15", "-10"], Light.GREEN),
        (Target(Decimal(-5), ">=", "%"), ["-15", "-15"], Light.RED),
    ],
)
def test_in_the_middle_of_the_time_the_light_says_how_far_the_value_is_behind_the_straight_line(
    target: Target, values: list[str], expected: Light
) -> None:
    assert light(target, *values).light is expected


def test_a_sum_that_was_first_recorded_late_still_began_at_zero_on_its_first_day() -> None:
    signal = signal_of(SUM, [on(date(2026, 6, 30), "250")], START, END, MIDDLE)

    assert signal.light is Light.GREEN


def test_without_a_first_day_the_line_begins_at_the_first_value() -> None:
    readings = [on(date(2026, 5, 1), "100"), on(date(2026, 6, 30), "110")]

    signal = signal_of(SUM, readings, None, date(2026, 7, 1), date(2026, 6, 30))

    assert signal.light is Light.RED


def test_the_reason_names_the_day_the_value_the_target_and_what_should_be_there() -> None:
    assert light(SUM, "0", "100").reason == ("2026年1月11日为100亿元，目标不低于500亿元，按进度到今天应为250亿元，明显落后。")
    assert light(DAYS, "5", "3").reason == "2026年1月11日为3工作日，达到目标不超过3工作日。"
    assert light(PLACE, "8", "5").reason == "2026年1月11日为5名，达到目标不超过5名；更高一档4名还没有达到。"


@pytest.mark.parametrize(
    ("target", "readings", "due_on", "words"),
    [
        (None, [], END, "没有可以计量的目标"),
        (SUM, [], END, "还没有进展数值"),
        (SUM, [], date(2026, 6, 30), "期限2026年6月30日已过"),
        (SUM, [on(START, "100")], None, "没有期限日期"),
    ],
)
def test_what_cannot_be_judged_is_grey_and_says_what_is_missing(
    target: Target | None, readings: list[Reading], due_on: date | None, words: str
) -> None:
    signal = signal_of(target, readings, None, due_on, MIDDLE)

    assert signal.light is Light.GREY
    assert words in signal.reason


def test_a_target_that_is_met_needs_no_day() -> None:
    assert light(RATE, "97", due_on=None, started_on=None).light is Light.DONE


@pytest.mark.parametrize(("today", "expected"), [(END, Light.GREEN), (END + timedelta(days=1), Light.RED)])
def test_the_last_day_still_counts_and_the_day_after_is_too_late(today: date, expected: Light) -> None:
    assert light(SUM, "0", "490", today=today).light is expected


def test_a_task_recorded_as_finished_is_done_unless_its_newest_value_says_otherwise() -> None:
    assert signal_of(None, [], None, None, MIDDLE, is_done=True).light is Light.DONE
    assert signal_of(SUM, [], None, None, MIDDLE, is_done=True).light is Light.DONE

    doubted = signal_of(SUM, [on(START, "100")], START, END, MIDDLE, is_done=True)

    assert doubted.light is Light.RED
    assert "请核对" in doubted.reason


@pytest.mark.parametrize(("started_on", "due_on"), [(END, END), (END, START), (date(2027, 1, 1), date(2027, 6, 1))])
def test_a_time_that_has_not_begun_or_is_no_time_breaks_nothing(started_on: date, due_on: date) -> None:
    assert light(SUM, "0", "1", started_on=started_on, due_on=due_on).light in Light


@pytest.mark.parametrize(
    ("target", "value", "share"),
    [
        (SUM, "100", "0.2"),
        (SUM, "600", "1"),
        (SUM, "-5", "0"),
        (RATE, "48", "0.5"),
        (DAYS, "3", "1"),
        (DAYS, "6", None),
        (COUNT, "5", None),
        (Target(Decimal(0), ">=", "件"), "-1", None),
    ],
)
def test_the_share_of_the_target_is_told_only_where_it_means_something(target: Target, value: str, share: str | None) -> None:
    assert completion_of(target, on(START, value)) == (None if share is None else Decimal(share))


def test_without_a_value_there_is_no_share() -> None:
    assert completion_of(SUM, None) is None
    assert completion_of(None, on(START, "1")) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("93.5", "93.5"), (" 1,500 ", "1500"), ("-2", "-2"), ("0", "0"), ("３", "3")],
)
def test_a_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "很多", "nan", "Infinity", "1e30", "0.0000001", "1;2", "--1"])
def test_what_is_no_figure_is_none(text: str) -> None:
    assert parse_number(text) is None


_days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
_values = st.decimals(-1000, 1000, places=2)
_targets = st.builds(Target, _values, st.sampled_from([">=", ">=*", "<=", "="]), st.sampled_from(["%", "件"]))


@given(
    _targets, st.lists(st.builds(Reading, _days, _values), max_size=4), st.none() | _days, st.none() | _days, _days, st.booleans()
)
def test_whatever_is_recorded_there_is_a_light_with_one_sentence(
    target: Target, readings: list[Reading], started_on: date | None, due_on: date | None, today: date, is_done: bool
) -> None:
    readings.sort(key=lambda reading: reading.on)

    signal = signal_of(target, readings, started_on, due_on, today, is_done)

    assert signal.reason.endswith("。")
    if signal.light in (Light.RED, Light.YELLOW, Light.GREEN):
        assert readings
        assert not target.is_met_by(readings[-1].value)
    if readings:
        share = completion_of(target, readings[-1])
        assert share is None or 0 <= share <= 1


@given(_values, _values)
def test_more_of_a_sum_never_makes_the_light_worse(first: Decimal, second: Decimal) -> None:
    order = [Light.RED, Light.YELLOW, Light.GREEN, Light.DONE]
    low, high = sorted((abs(first), abs(second)))

    lights = [signal_of(SUM, [on(MIDDLE, str(value))], START, END, MIDDLE).light for value in (low, high)]

    assert order.index(lights[0]) <= order.index(lights[1])


@given(_values)
def test_a_number_is_written_so_that_it_is_read_again(value: Decimal) -> None:
    assert parse_number(plain(value)) == value
