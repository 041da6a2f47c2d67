"""One access token for all: fetched once, renewed in time, kept sealed, and a wrong secret does not use up the day's calls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import PlatformBusy, PlatformError, PlatformRefused
from bot.persistence.database import Database
from bot.persistence.tables import PlatformAccountRow
from bot.services.access_tokens import AFTER_FAILURE, FORCE_AGAIN_AFTER, AccessTokens
from bot.settings import Secret
from tests.fixtures.clock import Clock

SECRET = Secret("the-app-secret")
LIFE_S = 7200


@dataclass
class Platform:
    """Gives a numbered token to whoever asks; the same one unless a new one is asked for."""

    issued: int = 1
    asked: list[bool] = field(default_factory=list)
    error: PlatformError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self, force: bool) -> tuple[str, int]:
        with self.lock:
            self.asked.append(force)
            self.issued += force
        if self.error:
            raise self.error
        return f"plain-token-{self.issued}", LIFE_S


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def tokens(database: Database, platform: Platform, clock: Clock) -> AccessTokens:
    return AccessTokens(database, "wechat:wx1", SECRET, platform.fetch, clock)


def of_another_process(database: Database, platform: Platform, clock: Clock, secret: Secret = SECRET) -> AccessTokens:
    return AccessTokens(database, "wechat:wx1", secret, platform.fetch, clock)


def test_many_threads_of_two_processes_fetch_one_token(
    database: Database, tokens: AccessTokens, platform: Platform, clock: Clock
) -> None:
    other, start = of_another_process(database, platform, clock), threading.Barrier(12)

    def get(number: int) -> str:
        start.wait(10)
        return (tokens, other)[number % 2].get()

    with ThreadPoolExecutor(12) as pool:
        got = set(pool.map(get, range(12)))

    assert got == {"plain-token-1"}
    if database.is_sqlite:  # one process, so two of them share no lock there; the second finds the first one's token
        assert len(platform.asked) <= 2
    else:
        assert platform.asked == [False]


def test_a_second_process_finds_the_token_of_the_first(
    database: Database, tokens: AccessTokens, platform: Platform, clock: Clock
) -> None:
    assert tokens.get() == of_another_process(database, platform, clock).get()

    assert platform.asked == [False]


def test_a_token_is_renewed_after_four_fifths_of_its_life(tokens: AccessTokens, platform: Platform, clock: Clock) -> None:
    tokens.get()
    clock.now += timedelta(seconds=LIFE_S * 0.8 - 1)
    tokens.get()
    assert len(platform.asked) == 1

    clock.now += timedelta(seconds=1)
    platform.issued = 2

    assert tokens.get() == "plain-token-2" and platform.asked == [False, False]


def test_a_rejected_token_is_renewed_once_for_all_who_were_rejected(
    database: Database, tokens: AccessTokens, platform: Platform, clock: Clock
) -> None:
    rejected = tokens.get()
    other = of_another_process(database, platform, clock)
    other.get()

    with ThreadPoolExecutor(8) as pool:
        fresh = set(pool.map(lambda number: (tokens, other)[number % 2].renew(rejected), range(8)))

    assert fresh == {"plain-token-2"}
    assert platform.asked.count(True) == 1, "renewing by force is allowed twenty times a day"


def test_a_new_token_out_of_turn_is_not_asked_for_twice_in_a_short_while(
    tokens: AccessTokens, platform: Platform, clock: Clock
) -> None:
    second = tokens.renew(tokens.get())
    clock.now += timedelta(minutes=1)
    with pytest.raises(PlatformBusy):
        tokens.renew(second)
    assert platform.asked.count(True) == 1

    clock.now += FORCE_AGAIN_AFTER

    assert tokens.renew(second) == "plain-token-3"


def test_renewing_takes_the_platforms_newer_token_without_force(tokens: AccessTokens, platform: Platform) -> None:
    rejected = tokens.get()
    platform.issued = 7

    assert tokens.renew(rejected) == "plain-token-7" and platform.asked == [False, False]


def test_the_token_stands_nowhere_in_the_database_as_it_is(database: Database, tokens: AccessTokens) -> None:
    plain = tokens.get()

    with database.session() as session:
        row = session.scalars(select(PlatformAccountRow)).one()

    assert row.sealed_token and plain not in row.sealed_token
    assert SECRET.value not in repr(vars(row)) and plain not in repr(vars(row)) and plain not in repr(tokens.__dict__)


def test_a_token_sealed_with_another_secret_is_not_used(
    database: Database, tokens: AccessTokens, platform: Platform, clock: Clock
) -> None:
    tokens.get()

    of_another_process(database, platform, clock, Secret("the secret after a change")).get()

    assert len(platform.asked) == 2


@pytest.mark.parametrize("error", [PlatformRefused(40125), PlatformBusy(-1)])
def test_a_failed_fetch_is_not_repeated_for_a_while_and_then_is(
    tokens: AccessTokens, platform: Platform, clock: Clock, error: PlatformError
) -> None:
    platform.error = error
    for _ in range(5):
        with pytest.raises(PlatformBusy) as raised:
            tokens.get()
        assert raised.value.code == error.code
    assert len(platform.asked) == 1

    clock.now += AFTER_FAILURE
    platform.error = None

    assert tokens.get() == "plain-token-1"


def test_what_goes_wrong_names_neither_token_nor_secret(tokens: AccessTokens, platform: Platform) -> None:
    platform.error = PlatformRefused(40125)

    with pytest.raises(PlatformBusy) as raised:
        tokens.get()

    assert SECRET.value not in repr(raised.value) and str(raised.value) == "40125"
