"""How soon does every desk see what changed, while many agents work and many users wait? Also memory, and that nothing is lost.

A server of its own on SQLite; agents and users are one other process. They keep to `traffic.Pace` whatever the server does.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from tqdm import tqdm

from benchmarks.desk_load.desk import Desk
from benchmarks.desk_load.figures import KINDS, LIMITS, broken, call_figures, fault_figures, gauge_figures, update_figures
from benchmarks.desk_load.gauges import Gauges
from benchmarks.desk_load.installation import Installation, installed
from benchmarks.desk_load.journal import Journal
from benchmarks.desk_load.traffic import QUIET_S, Pace, Traffic
from benchmarks.desk_load.verdict import history_faults, updates_of, wrong_places
from benchmarks.desk_load.visitor import Visitor
from benchmarks.figures import add_data_dir, parser_for, print_figures

IDLE_CONNECTION_S = 3.0
"""Shorter than the server's own, so that no call is sent into a connection that is just being closed."""
CALL_LIMIT_S = 30.0
HISTORIES_AT_ONCE = 8
CLOSING_S = 5.0


def main() -> int:
    options = _parser().parse_args()
    with installed(options.data_dir, options.agents) as installation:
        figures = asyncio.run(_measure(installation, options))
        for line, times in installation.process.complaints().most_common(10):
            print(f"logged {times} times: {line}", file=sys.stderr)
    rows: Sequence[dict[str, Any]] = [figures] if options.json else _table(figures)
    print_figures(rows, options.json, LIMITS if options.json else None)
    for name in (exceeded := broken(figures)):
        print(f"{name} is {figures[name]}, at most {LIMITS[name]} is allowed", file=sys.stderr)
    return 1 if exceeded else 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(__doc__)
    add_data_dir(parser)
    parser.add_argument("--minutes", type=float, default=20.0, help="how long to measure, after the queue has filled (20)")
    parser.add_argument("--waiting", type=int, default=200, help="how many users wait all the time (200)")
    parser.add_argument("--agents", type=int, default=50, help="how many agents are at their desks (50)")
    parser.add_argument("--pace", type=float, default=1.0, help="2 = everybody acts twice as often (1)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is left to chance (1)")
    return parser


def _table(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"measure": name, "figure": figure, "at most": LIMITS.get(name)} for name, figure in figures.items()]


@dataclass
class _Bench:
    """One run."""

    installation: Installation
    options: argparse.Namespace
    client: aiohttp.ClientSession
    journal: Journal
    gauges: Gauges
    traffic: Traffic
    desks: Sequence[Desk]

    async def run(self) -> dict[str, Any]:
        """Let people come, measure, let them go; return the figures."""
        baseline = self.gauges.look()
        await asyncio.gather(*(desk.connect() for desk in self.desks))
        self.traffic.start(self.desks[:-1])
        await self.traffic.fill(self.installation.process.check_runs)
        since_s = asyncio.get_running_loop().time()
        self.gauges.start()
        for _ in tqdm(range(round(60 * self.options.minutes)), desc="load", unit="s"):
            await asyncio.sleep(1)
            self.installation.process.check_runs()
        self.gauges.stop()
        until_s = asyncio.get_running_loop().time()
        await self.traffic.stop()
        figures = self._about(since_s, until_s) | await self._judge(since_s)
        await asyncio.gather(*(someone.leave() for someone in self.desks), *(one.go() for one in self.traffic.visitors.values()))
        await self.client.close()
        await asyncio.sleep(CLOSING_S)
        return figures | gauge_figures(self.gauges, since_s, baseline, self.gauges.look())

    def _about(self, since_s: float, until_s: float) -> dict[str, Any]:
        changes = [change for change in self.journal.changes if since_s <= change.sent_s <= until_s]
        kinds = Counter(change.kind for change in changes)
        people = {"minutes": self.options.minutes, "agents": self.options.agents, "waiting": self.options.waiting}
        per_s = {f"{kind}_per_s": round(kinds[kind] / (until_s - since_s), 2) for kind in KINDS}
        return people | {"changes_per_s": round(len(changes) / (until_s - since_s), 1)} | per_s

    async def _judge(self, since_s: float) -> dict[str, Any]:
        queue = await self.desks[-1].list_conversations("queue")
        told = {conversation_id: visitor.place for conversation_id, visitor in self.traffic.visitors.items()}
        places = {"waiting_in_the_end": len(queue), "place_frames": self.journal.place_frames}
        places |= {"places_wrong": len(wrong_places(queue, told))}
        visitors = [*self.traffic.visitors.values(), *self.traffic.gone]
        histories = await _histories(visitors)
        await asyncio.sleep(QUIET_S)  # what the keeper said just before a history was read is still on its way to the page
        numbers = {m["client_message_id"]: m["sequence"] for said in histories for m in said if m["sender"] == "user"}
        changes = [change for change in self.journal.changes if change.sent_s >= since_s]
        updates = updates_of(changes, self.journal.sightings, self.installation.accounts, numbers)
        ended = [desk.broken for desk in self.desks] + [visitor.broken for visitor in self.traffic.visitors.values()]
        broken_off = [why for why in ended if why]
        talks = [self.journal.talks[visitor.conversation_id] for visitor in visitors]
        faults = [history_faults(said, talk) for said, talk in zip(histories, talks, strict=True)]
        _explain(self.journal, broken_off)
        cards = sum(at_s >= since_s for _, _, at_s in self.journal.sightings)
        return (
            {"cards_shown": cards}
            | update_figures(updates)
            | call_figures(self.journal, since_s)
            | places
            | {"conversations": len(visitors), "messages": sum(map(len, histories))}
            | fault_figures(faults)
            | {"streams_broken_off": len(broken_off)}
        )


async def _measure(installation: Installation, options: argparse.Namespace) -> dict[str, Any]:
    await installation.process.wait_until_ready()
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_CONNECTION_S)
    timeout = aiohttp.ClientTimeout(total=CALL_LIMIT_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as client:
        journal, url = Journal(), installation.process.url
        pace = Pace().faster(options.pace)
        traffic = Traffic(client, url, journal, options.waiting, pace, random.Random(options.seed))
        accounts = installation.accounts
        desks = [Desk(number, account, client, url, journal) for number, account in enumerate(accounts[:-1])]
        desks.append(Desk(len(desks), accounts[-1], client, url, journal, traffic.note))
        gauges = Gauges(installation.process.pid)
        return await _Bench(installation, options, client, journal, gauges, traffic, desks).run()


async def _histories(visitors: Sequence[Visitor]) -> list[list[dict[str, Any]]]:
    at_once = asyncio.Semaphore(HISTORIES_AT_ONCE)

    async def read(visitor: Visitor) -> list[dict[str, Any]]:
        async with at_once:
            return await visitor.history()

    return await asyncio.gather(*map(read, visitors))


def _explain(journal: Journal, broken_off: Sequence[str]) -> None:
    """Tell whoever must look for the reason what failed."""
    for what, times in [*journal.failures.most_common(), *Counter(broken_off).most_common()]:
        print(f"failed {times} times: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
