"""Two people use one code at the same moment, each served by another process: one is bound, the other is refused as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.persistence.database import Database
from bot.persistence.enterprise_tables import BindingRow, InvitationRow
from bot.settings import PROJECT
from tests.fixtures.invitations import invite, new_enterprise
from tests.fixtures.office import Office, all_of

RACES = 20
Process = subprocess.Popen[str]


@pytest.fixture(scope="module")
def processes(office_database: Database) -> Iterator[list[Process]]:
    url = office_database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.fixtures.binding_process", url]
    with ExitStack() as stack:
        started = [
            subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
        ]
        for process in started:
            stack.callback(process.wait, 10)
            stack.callback(process.kill)
            assert read(process) == "ready"
        yield started


def read(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def at_once(processes: list[Process], orders: list[dict[str, Any]]) -> list[str]:
    """Give each process its order, and return what each answers."""
    for process, order in zip(processes, orders, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    return [read(process) for process in processes]


@pytest.mark.slow
def test_of_two_who_use_a_code_at_once_one_is_bound(office: Office, processes: list[Process]) -> None:
    enterprise, winners = new_enterprise(office.database), set()
    for number in range(RACES):
        code = invite(office.database, enterprise, datetime.now(UTC)).code.value
        visitors = [office.visitor() for _ in processes]
        orders = [{"conversation_id": visitor.id, "code": code, "credit_code": enterprise} for visitor in visitors]
        turn = slice(None, None, -1 if number % 2 else 1)

        answers = at_once(processes[turn], orders)

        assert sorted(answers) == ["bound", "code_wrong"]
        winners.add(processes[turn][answers.index("bound")].pid)
    assert len(all_of(office.database, BindingRow)) == RACES
    assert all(invitation.used_by for invitation in all_of(office.database, InvitationRow))
    assert len(winners) == 2, "one was always faster, so it was no race"


@pytest.mark.slow
def test_one_person_who_shows_two_codes_at_once_is_bound_once(office: Office, processes: list[Process]) -> None:
    first, second = new_enterprise(office.database), new_enterprise(office.database, "杭州另一家有限公司")
    for _ in range(RACES // 4):
        visitor = office.visitor()
        codes = [(each, invite(office.database, each, datetime.now(UTC)).code.value) for each in (first, second)]

        answers = at_once(processes, [{"conversation_id": visitor.id, "code": code, "credit_code": each} for each, code in codes])

        assert sorted(answers) == ["already_bound", "bound"]
