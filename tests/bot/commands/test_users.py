"""`user`: accounts from the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import SignInRefused
from bot.persistence.database import Database
from bot.services import sessions
from bot.services.sessions import SignedIn
from bot.settings import Secret
from tests.bot.commands.running import Outcome, run


@pytest.fixture
def user(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Run `user …` on a data folder of its own."""
    return lambda *arguments: run(capsys, "user", *arguments, "--data-dir", tmp_path)


def password_in(outcome: Outcome) -> Secret:
    assert outcome.status == 0, outcome.err
    found = re.search(r"一次性密码  (\S+)（", outcome.out)
    assert found, outcome.out
    return Secret(found[1])


def sign_in(data_dir: Path, username: str, password: Secret) -> SignedIn:
    database = Database(f"sqlite:///{data_dir / 'yingshang.db'}")
    try:
        return sessions.sign_in(database, username, password, datetime.now(UTC))
    finally:
        database.close()


def test_an_added_account_signs_in_with_the_printed_password(user, tmp_path: Path) -> None:
    options = ["--role", "supervisor", "--display-name", "李四", "--team", "ip", "--team", "credit", "--capacity", "3"]

    password = password_in(user("add", "lisi", *options, "--skill", "patent_infringement"))

    principal = sign_in(tmp_path, "lisi", password).principal
    assert (principal.display_name, principal.role, principal.capacity) == ("李四", "supervisor", 3)
    assert (principal.teams, principal.skills) == (("ip", "credit"), ("patent_infringement",))
    assert principal.must_change_password


def test_the_list_shows_names_and_states_and_no_password(user) -> None:
    password = password_in(user("add", "lisi", "--display-name", "李四", "--team", "ip"))
    user("add", "zhang.san", "--role", "admin")
    user("disable", "lisi")

    listed = user("list")

    assert listed.out.splitlines() == [
        "lisi  agent  李四  ip  已停用  未改一次性密码",
        "zhang.san  admin  zhang.san  -  未改一次性密码",
    ]
    assert password.value not in listed.out


def test_a_reset_password_replaces_the_old_one(user, tmp_path: Path) -> None:
    old = password_in(user("add", "lisi"))

    new = password_in(user("reset", "lisi"))

    with pytest.raises(SignInRefused):
        sign_in(tmp_path, "lisi", old)
    assert sign_in(tmp_path, "lisi", new)


def test_a_disabled_account_signs_in_again_when_it_is_enabled(user, tmp_path: Path) -> None:
    password = password_in(user("add", "lisi"))

    assert user("disable", "lisi").status == 0
    with pytest.raises(SignInRefused):
        sign_in(tmp_path, "lisi", password)

    assert user("enable", "lisi").status == 0
    assert sign_in(tmp_path, "lisi", password)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("add", "张三"), "username"),
        (("add", "lisi", "--team", "moon"), "teams"),
        (("add", "lisi", "--skill", "moon"), "skills"),
        (("add", "lisi", "--capacity", "0"), "capacity"),
        (("add", "boss"), "boss"),
        (("reset", "nobody"), "nobody"),
        (("disable", "nobody"), "nobody"),
        (("disable", "boss"), "last enabled admin"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(user, arguments: tuple[str, ...], named: str) -> None:
    user("add", "boss", "--role", "admin")

    outcome = user(*arguments)

    assert outcome.status == 1 and named in outcome.err and len(outcome.err.splitlines()) == 1
    assert len(user("list").out.splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("add",), ("add", "lisi", "--role", "emperor"), ("remove", "lisi")])
def test_a_call_that_cannot_be_read_shows_how_it_is_meant(user, arguments: tuple[str, ...]) -> None:
    assert user(*arguments).status == 2
