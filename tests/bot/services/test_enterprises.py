"""The desk's list of enterprises, on both databases."""

from __future__ import annotations

import pytest

from bot.business.roles import Principal, Role
from bot.errors import EnterpriseKnown, PermissionDenied
from bot.services.enterprises import PER_PAGE, Enterprises
from bot.services.identity import Identity
from bot.services.live import LiveEvents
from tests.fixtures.enterprises import credit_code
from tests.fixtures.invitations import invite, new_enterprise
from tests.fixtures.office import Office

MANY = 2 * PER_PAGE + 7


@pytest.fixture
def enterprises(office: Office) -> Enterprises:
    return Enterprises(office.database, office.clock)


def names(enterprises: Enterprises, who: Principal, words: str) -> list[str]:
    """Return the names on all pages."""
    page, after = enterprises.list_for(who, words, None)
    found = list(page)
    while after is not None:
        page, after = enterprises.list_for(who, words, after)
        found += page
    return [each.enterprise.name for each in found]


def test_pages_show_each_enterprise_once_in_order(office: Office, enterprises: Enterprises) -> None:
    mei = office.person("mei")
    for number in range(MANY):
        new_enterprise(office.database, f"企业{number % 40:02}有限公司", credit_code(700_000_000 + number))

    found = names(enterprises, mei, "")

    assert len(found) == MANY and found == sorted(found)
    assert len(names(enterprises, mei, "企业0")) == sum(number % 40 < 10 for number in range(MANY))
    assert [each.enterprise.name for each in enterprises.list_all()] == found


def test_names_that_begin_with_the_words_come_first_whatever_their_case(office: Office, enterprises: Enterprises) -> None:
    for name in ("杭州abc有限公司", "ABC科技有限公司", "abc贸易有限公司", "100%棉业有限公司", "百分之一百有限公司"):
        new_enterprise(office.database, name)
    reader = office.person("reader", Role.READONLY)

    found = names(enterprises, reader, "Abc")

    assert set(found[:2]) == {"ABC科技有限公司", "abc贸易有限公司"} and found[2:] == ["杭州abc有限公司"]
    assert names(enterprises, reader, "%") == ["100%棉业有限公司"]
    assert names(enterprises, reader, "_") == names(enterprises, reader, "\x00") == []


def test_only_people_who_may_speak_now_are_counted(office: Office, enterprises: Enterprises) -> None:
    mei, code = office.person("mei"), new_enterprise(office.database)
    identity, visitors = Identity(office.database, LiveEvents(), lambda: None, office.clock), [office.visitor(), office.visitor()]
    for visitor in visitors:
        identity.bind_with_code(visitor.id, invite(office.database, code, office.clock()).code.value, code, True)
    identity.release(visitors[0].id)

    ((listed,), _) = enterprises.list_for(mei, code[:12].lower(), None)

    assert (listed.bindings, listed.cases) == (1, 0)
    assert len(enterprises.get(mei, code).bindings) == 2


def test_an_enterprise_is_added_once(office: Office, enterprises: Enterprises) -> None:
    mei, code = office.person("mei"), new_enterprise(office.database)

    with pytest.raises(EnterpriseKnown):
        enterprises.add(mei, code, "杭州示例科技有限公司", None)


@pytest.mark.parametrize("role", [Role.READONLY, Role.DEPARTMENT])
def test_who_only_reads_adds_none_and_a_department_sees_none(office: Office, enterprises: Enterprises, role: Role) -> None:
    person = office.person(role.value, role)

    with pytest.raises(PermissionDenied):
        enterprises.add(person, credit_code(1), "杭州示例科技有限公司", None)
    if role is Role.DEPARTMENT:
        with pytest.raises(PermissionDenied):
            enterprises.list_for(person, "", None)
