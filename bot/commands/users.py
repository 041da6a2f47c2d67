"""`user`: the accounts of those who work at the desk. The only way in when every admin has forgotten their password."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from bot.bootstrap import KNOWLEDGE, now, open_database
from bot.commands.setup import settings_of
from bot.persistence.database import Database
from bot.services import accounts
from bot.services.accounts import Account, AccountChange, KnownNames
from bot.services.case_settings import FILE as CASES_FILE
from bot.services.case_settings import read_case_settings
from bot.services.desk_settings import FILE, read_desk_settings
from bot.settings import PROJECT, Secret


def add(options: argparse.Namespace) -> int:
    new = AccountChange(
        display_name=options.display_name,
        role=options.role,
        department=options.department,
        teams=options.team,
        skills=options.skill,
        capacity=options.capacity,
    )
    with _database(options) as database:
        made = accounts.create_account(database, options.name, new, _known_names(), now())
    return _show_password(f"账号 {made.account.username} 已建立", made.password)


def reset(options: argparse.Namespace) -> int:
    with _database(options) as database:
        password = accounts.reset_password(database, options.name)
    return _show_password(f"账号 {options.name} 的密码已重置", password)


def disable(options: argparse.Namespace) -> int:
    return _set_disabled(options, True, "已停用，登录状态已全部结束。")


def enable(options: argparse.Namespace) -> int:
    return _set_disabled(options, False, "已启用。")


def show_all(options: argparse.Namespace) -> int:
    with _database(options) as database:
        for account in accounts.list_accounts(database):
            print(_line(account))
    return 0


def _set_disabled(options: argparse.Namespace, disabled: bool, done: str) -> int:
    with _database(options) as database:
        accounts.change_account(database, options.name, AccountChange(disabled=disabled), KnownNames())
    print(f"账号 {options.name} {done}")
    return 0


def _show_password(done: str, password: Secret) -> int:
    print(f"{done}，一次性密码  {password.value}（只显示这一次，首次登录后须修改）")
    return 0


def _line(account: Account) -> str:
    marks = [mark for mark, holds in (("已停用", account.disabled), ("未改一次性密码", account.must_change_password)) if holds]
    parts = [account.username, account.role, account.display_name, ",".join(account.teams) or "-", *marks]
    return "  ".join(parts)


def _known_names() -> KnownNames:
    titles = yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8"))
    desk = read_desk_settings(PROJECT / FILE, titles)
    departments = [each.id for each in read_case_settings(PROJECT / CASES_FILE, titles).departments]
    return KnownNames([team.id for team in desk.teams], list(titles), departments)


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[Database]:
    database = open_database(settings_of(options))
    try:
        yield database
    finally:
        database.close()
