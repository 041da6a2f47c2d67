"""The figures of the load on the desk, and when they break a limit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.desk_load.desk import glimpse_in
from benchmarks.desk_load.figures import LIMITS, broken, by_minute, update_figures
from benchmarks.desk_load.gauges import Sample, fitted_growth, shares
from benchmarks.desk_load.journal import Glimpse, Sightings
from benchmarks.desk_load.verdict import Update, Updates


def sample(at_s: float, **values: float) -> Sample:
    fields: dict[str, Any] = {"resident_mb": 300.0, "server_cpu_s": 0.0, "own_cpu_s": 0.0, "machine_cpu_s": 0.0} | values
    return Sample(at_s=at_s, handles=10, threads=5, **fields)


def test_a_line_is_fitted_through_memory_that_goes_up_and_down():
    growth, start = fitted_growth([(0.0, 300.0), (60.0, 302.0), (120.0, 301.0), (180.0, 303.0)])

    assert growth == pytest.approx(2.4)
    assert start == pytest.approx(300.3)


def test_memory_that_stays_does_not_grow():
    assert fitted_growth([(float(at), 300.0) for at in range(10)])[0] == 0


def test_what_others_used_is_what_neither_the_server_nor_the_load_did():
    samples = [sample(0.0), sample(10.0, server_cpu_s=4.0, own_cpu_s=1.0, machine_cpu_s=12.0)]

    assert shares(samples) == {"server_cores": 0.4, "load_cores": 0.1, "others_cores": 0.7}


def test_one_sample_stands_for_each_minute():
    samples = [sample(float(at)) for at in range(100, 300, 5)]

    assert [each.at_s for each in by_minute(samples)] == [100.0, 160.0, 220.0, 280.0]


def test_a_limit_is_broken_by_a_higher_value_and_by_none():
    whole = dict.fromkeys(LIMITS, 0.0)

    assert broken(whole) == []
    assert broken(whole | {"update_after_answer_p95_ms": 200.0}) == []
    assert broken(whole | {"update_after_answer_p95_ms": 200.1, "lost": 1}) == ["update_after_answer_p95_ms", "lost"]
    assert broken(whole | {"update_after_answer_p95_ms": None}) == ["update_after_answer_p95_ms"]


def test_updates_are_told_in_all_and_by_kind():
    told = [Update("say", desk, 0.2, 0.1) for desk in range(99)] + [Update("take", 0, 1.2, 1.0)]

    figures = update_figures(Updates(told, []))

    assert figures["update_after_answer_p99_ms"] == 100.0
    assert figures["update_after_sending_p50_ms"] == 200.0
    assert figures["update_take_p95_ms"] == 1000.0
    assert figures["update_close_p95_ms"] is None


def test_a_card_is_read_from_a_frame_and_other_frames_are_passed_over():
    entry = {
        "conversation_id": "c",
        "owner_version": 3,
        "handover": {"team": "credit", "status": "active", "taken_by": "li"},
        "last_message": {"sequence": 7},
    }

    assert glimpse_in(json.dumps({"type": "entry", "entry": entry})) == Glimpse("c", 7, 3, "credit", "active", "li")
    assert glimpse_in(json.dumps({"type": "entry", "entry": entry | {"handover": None, "last_message": None}})) == Glimpse(
        "c", 0, 3, None, None, None
    )
    assert glimpse_in(json.dumps({"type": "counts", "counts": {}})) is None


def test_sightings_come_back_as_they_were_put_in():
    sightings, seen = (
        Sightings(),
        [(1, Glimpse("c", 1, 1, None, None, None), 0.5), (2, Glimpse("d", 1, 1, None, None, None), 0.7)],
    )

    for each in (*seen, seen[0]):
        sightings.add(*each)

    assert list(sightings) == [*seen, seen[0]]
    assert len(sightings) == 3
