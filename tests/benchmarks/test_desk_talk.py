"""The figures of the talk between browsers."""

from __future__ import annotations

from benchmarks.desk_talk import LIMITS, figures_of, keeps_limits, talk

LIMIT_MS = LIMITS["p95_ms"]


class FakeSeat:
    """Writes at once, and sees everything so many milliseconds later."""

    def __init__(self, delay_ms: float) -> None:
        self.delay_ms = delay_ms
        self.written: list[str] = []

    def write(self, text: str) -> float:
        self.written.append(text)
        return 1_000.0

    def seen_at(self, mark: str) -> float:
        return 1_000.0 + self.delay_ms


def test_each_direction_has_as_many_delays_as_were_asked_for_and_no_mark_comes_twice():
    user, agent, watcher = FakeSeat(30.0), FakeSeat(10.0), FakeSeat(20.0)

    delays_ms = talk(user, agent, watcher, messages=3)  # type: ignore[arg-type]

    assert delays_ms == {"user → agent": [10.0] * 3, "user → watching agent": [20.0] * 3, "agent → user": [30.0] * 3}
    said = user.written + agent.written
    assert len(set(said)) == len(said) and watcher.written == []


def test_the_limit_is_broken_by_the_slowest_tenth_and_not_by_one_message():
    once_slow = figures_of("user → agent", [20.0] * 99 + [10 * LIMIT_MS])
    often_slow = figures_of("user → agent", [20.0] * 90 + [2 * LIMIT_MS] * 10)

    assert keeps_limits(once_slow) and once_slow["max_ms"] == 10 * LIMIT_MS
    assert not keeps_limits(often_slow)
