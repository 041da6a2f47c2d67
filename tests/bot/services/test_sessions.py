"""Signing in and out, on each database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from bot.business.roles import Role
from bot.errors import PasswordWeak, SignInLocked, SignInRefused
from bot.persistence.database import Database
from bot.persistence.tables import SessionRow, SignInFailureRow, UserRow
from bot.services import accounts, passwords, sessions
from bot.services.accounts import AccountChange, KnownNames
from bot.services.sessions import LONGEST_SESSION, UNUSED_SESSION
from bot.settings import Secret
from tests.fixtures.clock import Clock

OWN, WRONG, OTHER = Secret("correct horse battery staple"), Secret("wrong"), Secret("another horse and staple")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)


@pytest.fixture
def database(database: Database, clock: Clock) -> Database:
    """With the admin and one agent, whose password is OWN."""
    accounts.create_first_admin(database, OWN, clock())
    change = AccountChange(display_name="李四", teams=["hotline"], skills=["credit_repair_apply"], languages=["zh-Hans"])
    accounts.create_account(database, "lisi", change, KnownNames(), clock())
    set_password(database, "lisi", CHEAP.hash(OWN.value))
    return database


def set_password(database: Database, username: str, password_hash: str) -> None:
    with database.session() as session:
        user = session.get_one(UserRow, username)
        user.password_hash, user.must_change_password = password_hash, False


def sign_in(database: Database, clock: Clock, username: str = "lisi", password: Secret = OWN) -> Secret:
    return sessions.sign_in(database, username, password, clock()).token


def fail(database: Database, clock: Clock, times: int, username: str = "lisi") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in(database, clock, username, WRONG)


def is_signed_in(database: Database, clock: Clock, token: Secret) -> bool:
    return sessions.find_principal(database, token, clock()) is not None


def stored(database: Database, table: type) -> Sequence[object]:
    with database.session() as session:
        return session.scalars(select(table)).all()


def test_who_signs_in_is_found_by_the_token_with_all_that_decides_what_they_may(database: Database, clock: Clock) -> None:
    opened = sessions.sign_in(database, " LiSi ", OWN, clock())

    assert opened.principal == sessions.find_principal(database, opened.token, clock())
    assert (opened.principal.username, opened.principal.display_name, opened.principal.role) == ("lisi", "李四", Role.AGENT)
    assert opened.principal.teams == ("hotline",) and opened.principal.skills == ("credit_repair_apply",)
    assert opened.principal.languages == ("zh-Hans",) and opened.principal.capacity == 5
    assert sign_in(database, clock).value != opened.token.value


@pytest.mark.parametrize("username", ["nobody", "lisi' --", "", "\x00", "x" * 64, "\ud800"])
def test_an_unknown_name_is_refused_like_a_wrong_password(database: Database, clock: Clock, username: str) -> None:
    fail(database, clock, 1, username)


def test_a_disabled_account_is_refused_with_the_right_password(database: Database, clock: Clock) -> None:
    accounts.change_account(database, "lisi", AccountChange(disabled=True), KnownNames())

    with pytest.raises(SignInRefused):
        sign_in(database, clock)


@pytest.mark.parametrize("token", ["", "guessed", "\x00", "\ud800"])
def test_a_made_up_token_is_nobodys(database: Database, clock: Clock, token: str) -> None:
    assert not is_signed_in(database, clock, Secret(token))


def test_signing_out_ends_this_session_and_no_other(database: Database, clock: Clock) -> None:
    here, there = sign_in(database, clock), sign_in(database, clock)

    sessions.sign_out(database, here)
    sessions.sign_out(database, here)

    assert not is_signed_in(database, clock, here) and is_signed_in(database, clock, there)


# wrong passwords


@pytest.mark.parametrize("username", ["lisi", "nobody"])
def test_five_wrong_passwords_lock_a_name_whether_there_is_such_an_account_or_not(
    database: Database, clock: Clock, username: str
) -> None:
    fail(database, clock, 5, username)

    with pytest.raises(SignInLocked) as locked:
        sign_in(database, clock, username, OWN)
    assert locked.value.retry_after_s == 15 * 60


def test_the_lock_holds_for_the_right_password_and_ends_by_itself(database: Database, clock: Clock) -> None:
    fail(database, clock, 5)
    clock.now += 15 * MINUTE - timedelta(seconds=1)
    with pytest.raises(SignInLocked) as locked:
        sign_in(database, clock)
    assert locked.value.retry_after_s == 1

    clock.now += timedelta(seconds=1)
    assert is_signed_in(database, clock, sign_in(database, clock))


def test_whoever_goes_on_is_locked_for_longer(database: Database, clock: Clock) -> None:
    fail(database, clock, 5)
    clock.now += 15 * MINUTE
    fail(database, clock, 5)

    with pytest.raises(SignInLocked) as locked:
        sign_in(database, clock)
    assert locked.value.retry_after_s == 30 * 60


def test_the_lock_of_one_name_is_not_that_of_another(database: Database, clock: Clock) -> None:
    fail(database, clock, 5)

    sign_in(database, clock, "admin")


def test_the_right_password_clears_what_was_wrong(database: Database, clock: Clock) -> None:
    for _ in range(3):
        fail(database, clock, 4)
        sign_in(database, clock)

    assert stored(database, SignInFailureRow) == []


def test_locks_outlast_the_process_and_hold_for_every_other(database: Database, clock: Clock) -> None:
    fail(database, clock, 5)
    another = Database(database.engine.url.render_as_string(hide_password=False))

    with pytest.raises(SignInLocked):
        sign_in(another, clock)
    another.close()


def test_many_tries_at_once_get_no_more_than_one_after_the_other(database: Database, clock: Clock) -> None:
    def try_once(_: int) -> str:
        try:
            sign_in(database, clock, "admin", WRONG)
        except (SignInRefused, SignInLocked) as error:
            return type(error).__name__
        return "signed in"

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(try_once, range(16)))

    assert outcomes == ["SignInLocked"] * 11 + ["SignInRefused"] * 5


def test_neither_names_nor_passwords_nor_tokens_are_stored_in_clear(database: Database, clock: Clock) -> None:
    fail(database, clock, 1, "typed-my-password-here")
    token = sign_in(database, clock)

    with database.session() as session:
        kept = [row.name_sha256 for row in session.scalars(select(SignInFailureRow))]
        kept += [row.token_sha256 for row in session.scalars(select(SessionRow))]
        kept += [row.password_hash for row in session.scalars(select(UserRow))]
    assert not {"typed-my-password-here", token.value, OWN.value} & set(kept) and len(kept) == 4


def test_a_hash_made_with_other_parameters_is_made_anew(database: Database, clock: Clock) -> None:
    set_password(database, "lisi", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(OWN.value))

    sign_in(database, clock)

    with database.session() as session:
        renewed = session.get_one(UserRow, "lisi").password_hash
    assert not CHEAP.check_needs_rehash(renewed) and CHEAP.verify(renewed, OWN.value)


# the end of a session


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(database: Database, clock: Clock) -> None:
    token, begun = sign_in(database, clock), clock.now

    while clock.now - begun < LONGEST_SESSION - HOUR:
        clock.now += HOUR
        assert is_signed_in(database, clock, token)
    clock.now = begun + LONGEST_SESSION

    assert not is_signed_in(database, clock, token)


def test_a_session_ends_two_hours_after_its_last_use(database: Database, clock: Clock) -> None:
    token = sign_in(database, clock)
    clock.now += UNUSED_SESSION - MINUTE
    assert is_signed_in(database, clock, token)
    clock.now += UNUSED_SESSION - MINUTE
    assert is_signed_in(database, clock, token)

    clock.now += UNUSED_SESSION
    assert not is_signed_in(database, clock, token)


def test_looking_without_use_does_not_prolong(database: Database, clock: Clock) -> None:
    token = sign_in(database, clock)
    clock.now += UNUSED_SESSION - MINUTE
    assert sessions.find_principal(database, token, clock(), is_use=False)

    clock.now += MINUTE
    assert not is_signed_in(database, clock, token)


def test_use_is_written_down_once_a_minute_at_most(database: Database, clock: Clock) -> None:
    token, updates = sign_in(database, clock), []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: updates.append(statement) if statement.startswith("UPDATE") else None,
    )

    for _ in range(12):
        clock.now += timedelta(seconds=10)
        is_signed_in(database, clock, token)

    assert len(updates) == 2


def test_disabling_ends_sessions_and_enabling_does_not_bring_them_back(database: Database, clock: Clock) -> None:
    token = sign_in(database, clock)

    accounts.change_account(database, "lisi", AccountChange(disabled=True), KnownNames())
    assert not is_signed_in(database, clock, token)
    accounts.change_account(database, "lisi", AccountChange(disabled=False), KnownNames())
    assert not is_signed_in(database, clock, token)


def test_what_has_ended_or_is_forgiven_is_forgotten_and_nothing_else(database: Database, clock: Clock) -> None:
    sign_in(database, clock)
    fail(database, clock, 1, "old")
    clock.now += timedelta(days=1)
    token = sign_in(database, clock)
    fail(database, clock, 1, "new")

    sessions.forget_old(database, clock())

    assert len(stored(database, SessionRow)) == 1 and len(stored(database, SignInFailureRow)) == 1
    assert is_signed_in(database, clock, token)


# one's own password


def test_a_changed_password_is_the_only_one_and_ends_the_other_sessions(database: Database, clock: Clock) -> None:
    here, there = sign_in(database, clock), sign_in(database, clock)

    sessions.change_password(database, "lisi", OWN, OTHER, here, clock())

    assert is_signed_in(database, clock, here) and not is_signed_in(database, clock, there)
    fail(database, clock, 1)
    with pytest.raises(SignInRefused):
        sign_in(database, clock)
    sign_in(database, clock, password=OTHER)


def test_a_one_time_password_asks_for_ones_own(database: Database, clock: Clock) -> None:
    given = accounts.reset_password(database, "lisi")
    opened = sessions.sign_in(database, "lisi", given, clock())
    assert opened.principal.must_change_password

    sessions.change_password(database, "lisi", given, OTHER, opened.token, clock())

    principal = sessions.find_principal(database, opened.token, clock())
    assert principal and not principal.must_change_password


@pytest.mark.parametrize(("new", "reason"), [("short", "too_short"), (OWN.value, "same"), ("lisi123456", "user_name")])
def test_a_weak_new_password_changes_nothing(database: Database, clock: Clock, new: str, reason: str) -> None:
    token = sign_in(database, clock)

    with pytest.raises(PasswordWeak) as weak:
        sessions.change_password(database, "lisi", OWN, Secret(new), token, clock())

    assert weak.value.reason == reason
    sign_in(database, clock)


def test_guessing_the_old_password_from_an_open_session_locks_too(database: Database, clock: Clock) -> None:
    token = sign_in(database, clock)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sessions.change_password(database, "lisi", WRONG, OTHER, token, clock())

    with pytest.raises(SignInLocked):
        sessions.change_password(database, "lisi", OWN, OTHER, token, clock())


@pytest.mark.parametrize(
    "meanwhile", [accounts.reset_password, lambda d, n: accounts.change_account(d, n, AccountChange(disabled=True), KnownNames())]
)
def test_an_account_that_changes_while_its_password_is_checked_is_not_signed_in(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Database, str], object]
) -> None:
    check = passwords.is_right

    def check_and_change(password_hash: str | None, password: Secret) -> bool:
        is_right = check(password_hash, password)
        meanwhile(database, "lisi")
        return is_right

    monkeypatch.setattr(passwords, "is_right", check_and_change)

    with pytest.raises(SignInRefused):
        sign_in(database, clock)
    assert stored(database, SessionRow) == []
