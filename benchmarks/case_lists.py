"""How long do lists and searches of cases take? 20,000 cases of 5,000 enterprises, on SQLite and, where one is given, PostgreSQL.

Each question is asked through the service that the desk's routes call, in turn, so that no cache of one question helps it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import parser_for, print_figures
from bot.bootstrap import KNOWLEDGE, open_database
from bot.business.roles import Principal, Role
from bot.business.working_calendar import HANGZHOU
from bot.persistence.cases import CaseQuery
from bot.persistence.database import Database
from bot.services.case_settings import FILE as CASES_FILE
from bot.services.case_settings import read_case_settings
from bot.services.case_work import CaseWork
from bot.services.cases import Cases
from bot.services.desk_settings import FILE, read_desk_settings
from bot.services.live import LiveEvents
from bot.settings import PROJECT, Settings
from tests.fixtures.case_population import Population, populate
from tests.fixtures.databases import find_postgres, fresh_postgres_database

LIMIT_MS = 100.0
PAGE = 50


def main() -> int:
    options = _parser().parse_args()
    rows = [row for name, url in _databases() for row in _measure(name, url, options)]
    print_figures(rows, options.json, {"p95_ms": LIMIT_MS})
    slow = [row for row in rows if row["p95_ms"] > LIMIT_MS]
    for row in slow:
        print(f"{row['database']} {row['question']}: {row['p95_ms']} ms, at most {LIMIT_MS} is allowed", file=sys.stderr)
    return 1 if slow else 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--enterprises", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=40, help="how often each question is asked (40)")
    return parser


def _databases() -> Iterator[tuple[str, str]]:
    """Yield the databases there are: SQLite always, PostgreSQL when YINGSHANG_TEST_POSTGRES_URL names a server."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="yingshang-benchmark-"))
        yield "sqlite", f"sqlite:///{Path(folder) / 'cases.db'}"
        if find_postgres() is not None:
            yield "postgresql", stack.enter_context(fresh_postgres_database()).render_as_string(hide_password=False)


def _measure(name: str, url: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Settings(data_dir=Path(folder), database_url=url))
        population = populate(database, options.enterprises, options.cases, datetime.now(UTC))
        questions = _questions(_cases(database), population)
        took: dict[str, list[float]] = {question: [] for question in questions}
        for _ in range(options.rounds):
            for question, ask in questions.items():
                started = time.perf_counter()
                ask()
                took[question].append(1000 * (time.perf_counter() - started))
        database.close()
    for question, times in took.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        yield {"database": name, "question": question, "p50_ms": round(statistics.median(times), 1), "p95_ms": round(p95, 1)}


def _cases(database: Database) -> Cases:
    titles = yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8"))
    desk = read_desk_settings(PROJECT / FILE, titles)
    work = CaseWork(read_case_settings(PROJECT / CASES_FILE, titles), desk.calendar, lambda: datetime.now(HANGZHOU))
    return Cases(database, work, desk, LiveEvents(), lambda: None, lambda: datetime.now(UTC), titles)


def _questions(cases: Cases, population: Population) -> Mapping[str, Callable[[], object]]:
    agent, clerk = Principal("mei", "梅", Role.AGENT), Principal("zhang", "张", Role.DEPARTMENT, department="amr")

    def page(who: Principal = agent, **query: str) -> Callable[[], object]:
        return lambda: cases.list_page(who, CaseQuery(**query), None, PAGE)

    first = cases.list_page(agent, CaseQuery("all"), None, PAGE)
    return {
        "open": page(),
        "mine": page(box="mine"),
        "overdue": page(box="overdue"),
        "closed": page(box="closed"),
        "second page of all": lambda: cases.list_page(agent, CaseQuery("all"), first.next, PAGE),
        "a department's": page(clerk, box="all"),
        "of an enterprise": page(box="all", credit_code=population.codes[-1]),
        "subject and district": page(box="all", subject="tax", district="西湖区"),
        "search for words": page(box="all", words="用电报装"),
        "search for a number": page(box="all", words=population.numbers[7]),
        "search in vain": page(box="all", words="没有这样的事"),
    }


if __name__ == "__main__":
    sys.exit(main())
