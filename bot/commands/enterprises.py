"""`enterprise`: enterprises, and invitations by which a person may speak for one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from bot.bootstrap import now, open_database
from bot.business.identity import ROLE_TITLES, EnterpriseRole
from bot.business.invitation import plain_credit_code
from bot.commands.setup import settings_of
from bot.persistence.database import Database
from bot.services.enterprises import Enterprises, Listed
from bot.services.identity_notices import day_of
from bot.services.invitations import Invitations


def add(options: argparse.Namespace) -> int:
    with _database(options) as database:
        added = Enterprises(database, now).add_here(options.code, options.name, options.district)
    print(f"企业 {added.enterprise.name}（{added.enterprise.credit_code}）已加入名册")
    return 0


def invite(options: argparse.Namespace) -> int:
    with _database(options) as database:
        new = Invitations(database, now).issue_here(plain_credit_code(options.code), options.role, options.name)
    role = ROLE_TITLES[EnterpriseRole(options.role)]
    print(f"邀请码  {new.code.value}（{role}，只显示这一次，{day_of(new.expires_at)}前有效，只能用一次）")
    return 0


def show_all(options: argparse.Namespace) -> int:
    with _database(options) as database:
        for listed in Enterprises(database, now).list_all():
            print(_line(listed))
    return 0


def _line(listed: Listed) -> str:
    row = listed.enterprise
    return "  ".join([row.credit_code, row.name, row.district or "-", f"办件{listed.cases}", f"绑定{listed.bindings}"])


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[Database]:
    database = open_database(settings_of(options))
    try:
        yield database
    finally:
        database.close()
