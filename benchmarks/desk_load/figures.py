"""From what was seen to the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.desk_load.gauges import Gauges, Sample, fitted_growth, shares
from benchmarks.desk_load.journal import Journal
from benchmarks.desk_load.verdict import Updates, percentile
from bot.persistence.database import DATABASE_THREADS

SETTLED_AFTER_S = 180.0
"""How long after the load began its memory is not looked at yet, or half of the time when that is shorter."""
CALLS = ("list_queue", "take", "say", "request", "user", "bot", "close")
KINDS = ("request", "user", "bot", "take", "say", "close")
FAULTS = ("lost", "doubled", "out_of_order", "stream_broken")
LIMITS = {
    "update_after_answer_p95_ms": 200.0,
    "updates_missing": 0.0,
    "calls_failed": 0.0,
    "streams_broken_off": 0.0,
    "places_wrong": 0.0,
    **dict.fromkeys(FAULTS, 0.0),
    "memory_growth_mb": 10.0,
    "handles_left": 36.0,
    "thread_growth": float(DATABASE_THREADS),
}
"""The highest values allowed. Memory: the rise of the straight line from SETTLED_AFTER_S to the end. Handles: the twelve
connections of the database, of three files each, stay open. Threads: those of
the database's pool begin when they are first needed."""


def update_figures(updates: Updates) -> dict[str, Any]:
    """Return how late desks were told, in all and by kind of change."""
    answered = [update.since_answered_s for update in updates.told]
    sent = [update.since_sent_s for update in updates.told]
    figures: dict[str, Any] = {"updates": len(updates.told), "updates_missing": len(updates.missing)}
    figures |= _spread("update_after_answer", answered, (50, 95, 99)) | _spread("update_after_sending", sent, (50, 95, 99))
    for kind in KINDS:
        figures |= _spread(f"update_{kind}", [each.since_answered_s for each in updates.told if each.kind == kind], (95,))
    return figures


def call_figures(journal: Journal, since_s: float) -> dict[str, Any]:
    """Return how long calls took that were sent since then."""
    figures: dict[str, Any] = {}
    for kind in CALLS:
        figures |= _spread(f"http_{kind}", [took_s for sent_s, took_s in journal.calls[kind] if sent_s >= since_s], (50, 95))
    return figures | {"calls_failed": sum(journal.failures.values())}


def gauge_figures(gauges: Gauges, since_s: float, baseline: Sample, afterwards: Sample) -> dict[str, Any]:
    """Return what the server took since then; `baseline` and `afterwards`: with nobody there."""
    samples = [sample for sample in gauges.samples if sample.at_s >= since_s]
    settled_s = min(SETTLED_AFTER_S, (samples[-1].at_s - since_s) / 2)
    settled = [sample for sample in samples if sample.at_s >= since_s + settled_s]
    growth, start = fitted_growth([(sample.at_s, sample.resident_mb) for sample in settled])
    return shares(samples) | {
        "load_lag_p95_ms": round(1000 * percentile(gauges.lags_s, 0.95), 1),
        "memory_by_minute_mb": " ".join(f"{sample.resident_mb:.0f}" for sample in by_minute(samples)),
        "memory_before_mb": round(baseline.resident_mb, 1),
        "memory_growth_mb": round(growth, 1),
        "memory_growth_percent": round(100 * growth / start, 1),
        "handles_before": baseline.handles,
        "handles_most": max(sample.handles for sample in samples),
        "handles_left": afterwards.handles - baseline.handles,
        "threads_most": max(sample.threads for sample in samples),
        "thread_growth": max(0, settled[-1].threads - settled[0].threads),
    }


def by_minute(samples: Sequence[Sample]) -> list[Sample]:
    """Return the first look of each minute."""
    first: dict[int, Sample] = {}
    for sample in samples:
        first.setdefault(int((sample.at_s - samples[0].at_s) // 60), sample)
    return list(first.values())


def fault_figures(faults: Iterable[Counter[str]]) -> dict[str, int]:
    found = sum(faults, Counter[str]())
    return {name: found[name] for name in FAULTS}


def broken(figures: Mapping[str, Any]) -> list[str]:
    """Return the names of the limits that do not hold; what could not be measured does not hold either."""
    return [name for name, limit in LIMITS.items() if figures[name] is None or figures[name] > limit]


def _spread(name: str, seconds: Sequence[float], percents: Sequence[int]) -> dict[str, float | None]:
    """Return these percentiles in milliseconds; None when there is nothing to measure."""
    return {f"{name}_p{each}_ms": round(1000 * percentile(seconds, each / 100), 1) if seconds else None for each in percents}
