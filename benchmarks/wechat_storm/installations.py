"""The two installations that the storm hits: two processes on PostgreSQL and Redis, one on SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.wechat_storm.balancer import Balancer
from benchmarks.wechat_storm.processes import ProductProcess
from simulator.accounts import AccountSettings, environment_of
from tests.private_servers import private_servers

POSTGRESQL, SQLITE = "postgresql", "sqlite"
STORES = (SQLITE, POSTGRESQL)
PUBLIC_URL = "https://service.example.org"
"""Only written into links; nobody opens them."""


@dataclass(frozen=True)
class Installation:
    """What is to be started, and where its data lie."""

    store: str
    processes: Sequence[ProductProcess]
    database_url: str
    balancer: Balancer | None

    def is_at_work(self, process: ProductProcess) -> bool | None:
        """Return whether a call is being answered by the process; None where nobody counts."""
        return self.balancer.open_calls[process.port] > 0 if self.balancer else None

    @asynccontextmanager
    async def reached_at(self) -> AsyncIterator[str]:
        """Give the address that the platform calls."""
        if self.balancer is None:
            yield self.processes[0].url
            return
        async with self.balancer.listening() as port:
            yield f"http://127.0.0.1:{port}"


@contextmanager
def installed(store: str, data_dir: Path, account: AccountSettings, platform_url: str) -> Iterator[Installation]:
    """Give an installation on a data folder of its own; whatever still runs of it is stopped in the end."""
    install = _installed_on_postgresql if store == POSTGRESQL else _installed_on_sqlite
    with install(data_dir, lambda: environment_of(account, platform_url, PUBLIC_URL)) as installation:
        try:
            yield installation
        finally:
            for process in installation.processes:
                process.stop()


@contextmanager
def _installed_on_postgresql(data_dir: Path, environment: Callable[[], dict[str, str]]) -> Iterator[Installation]:
    with private_servers() as servers:
        database_url = servers["YINGSHANG_TEST_POSTGRES_URL"]
        stores = {"YINGSHANG_DATABASE_URL": database_url, "YINGSHANG_REDIS_URL": servers["YINGSHANG_TEST_REDIS_URL"]}
        processes = [ProductProcess(name, data_dir, environment() | stores) for name in ("first", "second")]
        yield Installation(POSTGRESQL, processes, database_url, Balancer([process.port for process in processes]))


@contextmanager
def _installed_on_sqlite(data_dir: Path, environment: Callable[[], dict[str, str]]) -> Iterator[Installation]:
    database_url = f"sqlite:///{data_dir / 'storm.db'}"
    process = ProductProcess("only", data_dir, environment() | {"YINGSHANG_DATABASE_URL": database_url})
    yield Installation(SQLITE, [process], database_url, None)
