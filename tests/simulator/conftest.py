"""A platform as a library, on a clock that the test moves, and something like the product behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from simulator.accounts import AccountSettings, new_account
from simulator.delivery import Pacing
from simulator.platform import Platform
from tests.fixtures.wechat import Simulator, simulated
from tests.simulator.product import Product, serving_product

QUICK = Pacing(timeout_s=0.3, retry_pacing_s=0.05, reorder_wait_s=2.0)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def account() -> AccountSettings:
    return new_account("http://127.0.0.1:9/wechat", "plain")


@pytest.fixture
def product(account: AccountSettings) -> Iterator[Product]:
    with serving_product(account) as serving:
        yield serving


@pytest.fixture
async def platform(account: AccountSettings, product: Product, clock: Clock) -> AsyncIterator[Platform]:
    made = Platform(account, clock=clock, pacing=QUICK)
    yield made
    await made.close()


@pytest.fixture
def openid(platform: Platform) -> str:
    """Somebody who follows; the product was not told."""
    return platform.create_user(followed=True).openid


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    """The platform on a real port, with the product-like server as `simulator_product`."""
    with simulated("plain", clock=clock, pacing=QUICK) as running:
        yield running


@pytest.fixture
def simulator_product(simulator: Simulator) -> Iterator[Product]:
    with serving_product(simulator.account) as serving:
        yield serving
