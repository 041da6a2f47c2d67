"""Accounts: what admins do with them, on each database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from bot.business.roles import Role
from bot.errors import AccountInvalid, AccountNotFound, LastAdmin, SignInLocked, SignInRefused, UsernameTaken
from bot.persistence.database import Database
from bot.persistence.tables import AgentPresenceRow
from bot.services import accounts, passwords, sessions
from bot.services.accounts import Account, AccountChange, KnownNames
from bot.settings import Secret
from tests.fixtures.clock import Clock

KNOWN = KnownNames(teams=["hotline", "ip"], skills=["patent_infringement"], departments=["amr"])
ADMIN_PASSWORD = Secret("correct horse battery staple")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def database(database: Database, clock: Clock) -> Database:
    accounts.create_first_admin(database, ADMIN_PASSWORD, clock())
    return database


def create(database: Database, clock: Clock, username: str, **new: object) -> Secret:
    return accounts.create_account(database, username, AccountChange(**new), KNOWN, clock()).password  # type: ignore[arg-type]


def change(database: Database, username: str, **changes: object) -> Account:
    return accounts.change_account(database, username, AccountChange(**changes), KNOWN)  # type: ignore[arg-type]


def test_the_first_admin_is_made_once_and_with_the_given_password_need_not_change_it(database: Database, clock: Clock) -> None:
    assert accounts.create_first_admin(database, None, clock()) is None

    assert not sessions.sign_in(database, "admin", ADMIN_PASSWORD, clock()).principal.must_change_password


def test_a_new_account_signs_in_with_its_one_time_password_and_must_change_it(database: Database, clock: Clock) -> None:
    password = create(database, clock, "lisi", display_name="李四", role="supervisor", teams=["ip"], capacity=3)

    principal = sessions.sign_in(database, "lisi", password, clock()).principal
    assert principal.must_change_password and principal.role is Role.SUPERVISOR
    assert (principal.display_name, principal.teams, principal.capacity) == ("李四", ("ip",), 3)


def test_a_new_account_is_an_agents_called_by_its_user_name(database: Database, clock: Clock) -> None:
    create(database, clock, "lisi")

    (_, shown) = accounts.list_accounts(database)
    assert (shown.username, shown.display_name, shown.role, shown.capacity) == ("lisi", "lisi", "agent", 5)
    assert shown.teams == shown.skills == shown.languages == [] and not shown.disabled and shown.must_change_password
    assert shown.created_at == clock() and shown.last_seen_at is None


def test_the_list_says_when_somebodys_desk_was_last_open(database: Database, clock: Clock) -> None:
    with database.session() as session:
        session.add(AgentPresenceRow(username="admin", state="away", takes_automatically=False, seen_at=clock()))

    assert accounts.list_accounts(database)[0].last_seen_at == clock()
    assert change(database, "admin", display_name="管理员").last_seen_at == clock()


def test_somebody_of_a_department_has_one_and_nobody_else_does(database: Database, clock: Clock) -> None:
    create(database, clock, "zhang", role="department", department="amr")
    with pytest.raises(AccountInvalid) as invalid:
        create(database, clock, "wang", role="department")
    assert invalid.value.field == "department"
    with pytest.raises(AccountInvalid):
        change(database, "zhang", department="no_such")

    assert change(database, "zhang", display_name="张科").department == "amr"
    assert change(database, "zhang", role="agent").department is None


def test_a_name_belongs_to_one_account(database: Database, clock: Clock) -> None:
    create(database, clock, "lisi")

    with pytest.raises(UsernameTaken):
        create(database, clock, "lisi")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "emperor"),
        ("role", ""),
        ("teams", ["moon"]),
        ("skills", ["hotline"]),
        ("languages", ["klingon"]),
        ("capacity", 0),
        ("display_name", "x" * 33),
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(database: Database, clock: Clock, field: str, value: object) -> None:
    before = accounts.list_accounts(database)

    for attempt in (
        lambda: change(database, "admin", **{field: value}),
        lambda: create(database, clock, "lisi", **{field: value}),
    ):
        with pytest.raises(AccountInvalid) as invalid:
            attempt()
        assert invalid.value.field == field

    assert accounts.list_accounts(database) == before


def test_a_change_leaves_what_it_does_not_name(database: Database, clock: Clock) -> None:
    create(database, clock, "lisi", display_name="李四", teams=["ip"], skills=["patent_infringement"], capacity=3)

    changed = change(database, "lisi", teams=[], capacity=7)

    assert (changed.display_name, changed.teams, changed.skills, changed.capacity) == ("李四", [], ["patent_infringement"], 7)
    assert changed in accounts.list_accounts(database)


@pytest.mark.parametrize("username", ["nobody", "\x00", "", "\ud800"])
def test_an_account_that_is_not_there_is_not_found(database: Database, username: str) -> None:
    with pytest.raises(AccountNotFound):
        change(database, username, capacity=3)
    with pytest.raises(AccountNotFound):
        accounts.reset_password(database, username)


def test_a_reset_ends_the_sessions_the_old_password_and_a_lock(database: Database, clock: Clock) -> None:
    old = create(database, clock, "lisi")
    token = sessions.sign_in(database, "lisi", old, clock()).token
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sessions.sign_in(database, "lisi", Secret("wrong"), clock())
    with pytest.raises(SignInLocked):
        sessions.sign_in(database, "lisi", old, clock())

    new = accounts.reset_password(database, "lisi")

    assert sessions.find_principal(database, token, clock()) is None
    with pytest.raises(SignInRefused):
        sessions.sign_in(database, "lisi", old, clock())
    assert sessions.sign_in(database, "lisi", new, clock()).principal.must_change_password


@pytest.mark.parametrize("changes", [{"disabled": True}, {"role": "supervisor"}])
def test_the_last_enabled_admin_stays(database: Database, clock: Clock, changes: dict[str, object]) -> None:
    create(database, clock, "deputy", role="admin", disabled=True)

    with pytest.raises(LastAdmin):
        change(database, "admin", **changes)
    assert not accounts.list_accounts(database)[0].disabled and accounts.list_accounts(database)[0].role == "admin"

    change(database, "deputy", disabled=False)
    change(database, "admin", **changes)


def test_two_admins_who_put_each_other_out_at_once_leave_one(database: Database, clock: Clock) -> None:
    create(database, clock, "deputy", role="admin")
    together = Barrier(2)

    def disable(username: str) -> bool:
        together.wait(10)
        try:
            return change(database, username, disabled=True).disabled
        except LastAdmin:
            return False

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(disable, ["admin", "deputy"])) == [False, True]


def test_whoever_came_before_the_first_start_does_not_keep_the_admin_away(database: Database, clock: Clock) -> None:
    create(database, clock, "deputy", role="admin")
    change(database, "admin", role="agent")
    change(database, "deputy", disabled=False)

    assert accounts.create_first_admin(database, None, clock()) is None, "somebody administers"
