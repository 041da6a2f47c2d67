"""Does the WeChat channel answer every message exactly once, in order and in time, while its processes are killed?

Users write at a steady rate whatever happens; calls are delivered two and three times, some out of order; each process is killed
with -9 once and started again. First one process on SQLite, then two on PostgreSQL and Redis.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tqdm import tqdm

from benchmarks.figures import add_data_dir, parser_for, print_figures
from benchmarks.server import copied
from benchmarks.wechat_storm.carrier import Attempt, StormCarrier
from benchmarks.wechat_storm.history import read_history
from benchmarks.wechat_storm.installations import SQLITE, STORES, Installation, installed
from benchmarks.wechat_storm.plan import plan_storm
from benchmarks.wechat_storm.storm import Storm
from benchmarks.wechat_storm.verdict import Verdict, callback_figures, judge
from bot.persistence.database import Database
from simulator.accounts import new_account
from simulator.app import Running, running
from simulator.platform import Platform

RATES = {SQLITE: 10.0, "postgresql": 9.0}
"""Messages a second that two cores carry, load, database and all, with room to catch up after a restart."""
MUST_BE_NONE = ("shown_twice", "never_shown", "lost", "out_of_order", "unexplained", "unsettled")
LIMITS = {name: 0.0 for name in MUST_BE_NONE} | {"callback_p99_ms": 1_000.0, "callback_max_ms": 4_500.0}
MOST_COMPLAINTS = 10
REPORTED = ("never_accepted", "fault_lines", "crossed")


def main() -> int:
    options = _parser().parse_args()
    stores = STORES if options.store == "both" else (options.store,)
    rows = [_storm(store, options) for store in stores]
    print_figures(rows, options.json, LIMITS)
    return 1 if any(row[name] > limit for row in rows for name, limit in LIMITS.items()) else 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(__doc__)
    add_data_dir(parser)
    parser.add_argument("--messages", type=int, default=10_000, help="messages and events (10000)")
    parser.add_argument("--users", type=int, default=500, help="who write them (500)")
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--rate", type=float, help="messages a second (sqlite 10, postgresql 9)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is left to chance (1)")
    return parser


def _storm(store: str, options: argparse.Namespace) -> dict[str, Any]:
    """Let one storm pass and return its figures."""
    rate = options.rate or RATES[store]
    planned = plan_storm(options.messages, options.users, rate, options.seed)
    platform = Platform(new_account("http://127.0.0.1:9/wechat"))
    with (
        copied(options.data_dir) as data_dir,
        running(platform) as served,
        installed(store, data_dir, platform.account, served.url) as installation,
        tqdm(total=len(planned), desc=store, unit="msg") as bar,
    ):
        carrier = _on(served, _carrier_of(platform))
        openids = [platform.create_user(followed=True).openid for _ in range(options.users)]
        storm = Storm(platform, carrier, installation, openids, random.Random(options.seed))
        _on(served, storm.run(planned, bar))
        verdict = _verdict(storm, openids)
        complaints = sum((process.complaints() for process in installation.processes), Counter[str]())
    _explain(store, verdict, complaints)
    return {"store": store, "processes": len(installation.processes), "rate_per_s": rate} | _figures(storm, verdict)


async def _carrier_of(platform: Platform) -> StormCarrier:
    """Return the platform's courier, replaced by ours."""
    carrier = StormCarrier(platform.account, platform.journal, platform.clock)
    platform.courier = carrier
    return carrier


def _on(served: Running, doing: Any) -> Any:
    """Run a coroutine where the platform lives, and wait."""
    return asyncio.run_coroutine_threadsafe(doing, served.loop).result()


def _verdict(storm: Storm, openids: Sequence[str]) -> Verdict:
    database = Database(storm.installation.database_url)
    try:
        history = read_history(database)
    finally:
        database.close()
    screens = {openid: storm.platform.timeline(openid) for openid in openids}
    return judge(list(storm.carrier.passages.values()), history, screens)


def _figures(storm: Storm, verdict: Verdict) -> dict[str, Any]:
    passages = list(storm.carrier.passages.values())
    attempts = [attempt for passage in passages for attempt in passage.attempts]
    shown = max(1, verdict.counts["by_passive"] + verdict.counts["by_api"])
    return {
        "messages": len(passages),
        "duration_s": round(storm.duration_s, 1),
        "deliveries": len(attempts),
        "delivered_again": sum(len(passage.attempts) > 1 for passage in passages),
        "passed_by_next": sum(passage.trouble.passed_by_s is not None for passage in passages),
        "kills": len(storm.outages),
        "restart_s": round(max(outage.seconds for outage in storm.outages), 1),
        **_unanswered(attempts, storm.installation),
        "shown_once": verdict.counts["shown_once"],
        **{name: verdict.counts[name] for name in (*MUST_BE_NONE, *REPORTED) if name != "unsettled"},
        "unsettled": storm.unsettled,
        "passive_share": round(verdict.counts["by_passive"] / shown, 3),
        "api_share": round(verdict.counts["by_api"] / shown, 3),
        **callback_figures(passages),
    }


def _unanswered(attempts: Sequence[Attempt], installation: Installation) -> dict[str, int]:
    """Return how many calls got no answer, and why: at the platform, and at the balancer, which asked the next process."""
    endings = Counter(attempt.ending for attempt in attempts)
    balancer = installation.balancer
    return {
        "refused": endings["refused"],
        "reset": endings["reset"],
        "server_errors": endings["server_error"],
        "timeouts": endings["timeout"],
        "refused_and_passed_on": sum(balancer.refused.values()) if balancer else 0,
        "reset_and_passed_on": sum(balancer.reset.values()) if balancer else 0,
    }


def _explain(store: str, verdict: Verdict, complaints: Counter[str]) -> None:
    """Name the messages and what the processes logged to whoever must look for the reason."""
    problems: Mapping[str, Sequence[str]] = {name: verdict.problems.get(name, []) for name in (*MUST_BE_NONE, *REPORTED)}
    for name, numbers in problems.items():
        if numbers:
            print(f"{store}: {name}: {' '.join(numbers)}", file=sys.stderr)
    for line, times in complaints.most_common(MOST_COMPLAINTS):
        print(f"{store}: logged {times} times: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
