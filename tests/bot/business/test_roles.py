"""Who may do what at the desk."""

from __future__ import annotations

import pytest

from bot.business.roles import Permission, Principal, Role, permissions_of
from bot.errors import PermissionDenied

CASES, READ, TALK, SUPERVISE, ADMINISTER = Permission


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.DEPARTMENT, (CASES,)),
        (Role.READONLY, (CASES, READ)),
        (Role.AGENT, (CASES, READ, TALK)),
        (Role.SUPERVISOR, (CASES, READ, TALK, SUPERVISE)),
        (Role.ADMIN, (CASES, READ, TALK, SUPERVISE, ADMINISTER)),
    ],
)
def test_each_role_may_what_the_contract_says(role: Role, permissions: tuple[Permission, ...]) -> None:
    assert permissions_of(role) == permissions


def test_what_the_role_does_not_allow_is_denied_by_name() -> None:
    agent = Principal("lisi", "李四", Role.AGENT)

    agent.require(TALK)
    with pytest.raises(PermissionDenied) as denied:
        agent.require(ADMINISTER)

    assert denied.value.permission == "administer" and not agent.may(ADMINISTER)


def test_every_role_has_its_permissions() -> None:
    assert all(permissions_of(role) for role in Role)
