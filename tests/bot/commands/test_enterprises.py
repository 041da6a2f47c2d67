"""`enterprise`: enterprises and invitations from the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.persistence.conversations import add_conversation
from bot.persistence.database import Database
from bot.services.identity import Identity
from bot.services.live import LiveEvents
from tests.bot.commands.running import run
from tests.fixtures.enterprises import credit_code

CODE = credit_code(1)


@pytest.fixture
def enterprise(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Run `enterprise …` on a data folder of its own."""
    return lambda *arguments: run(capsys, "enterprise", *arguments, "--data-dir", tmp_path)


def test_an_enterprise_is_added_and_listed(enterprise) -> None:
    assert enterprise("add", CODE.lower(), "杭州示例科技有限公司", "--district", "上城区").status == 0

    assert enterprise("list").out.splitlines() == [f"{CODE}  杭州示例科技有限公司  上城区  办件0  绑定0"]


def test_a_printed_code_binds_a_person(enterprise, tmp_path: Path) -> None:
    # given
    enterprise("add", CODE, "杭州示例科技有限公司")
    printed = enterprise("invite", CODE, "--role", "legal_representative", "--name", "王女士")
    found = re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", printed.out)
    assert printed.status == 0 and found and "法定代表人" in printed.out

    # when
    database, now = Database(f"sqlite:///{tmp_path / 'yingshang.db'}"), datetime.now(UTC)
    with database.session() as session:
        add_conversation(session, "c1", "widget", "0" * 64, now)
    standing = Identity(database, LiveEvents(), lambda: None, lambda: now).bind_with_code("c1", found[0], CODE, True)
    database.close()

    # then
    assert standing.caller and standing.caller.role == "legal_representative"
    assert enterprise("list").out.endswith("绑定1\n")


def test_mistakes_are_named(enterprise) -> None:
    enterprise("add", CODE, "杭州示例科技有限公司")

    assert enterprise("add", CODE[:-1] + "Z", "某公司").err == "yingshang: credit_code is not valid\n"
    assert "already" in enterprise("add", CODE, "杭州示例科技有限公司").err
    assert "no enterprise" in enterprise("invite", credit_code(2)).err
    assert enterprise("invite", CODE, "--role", "owner").status == 2
