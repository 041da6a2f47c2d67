"""What an account may be."""

from __future__ import annotations

import pytest

from bot.business.account import check_capacity, check_display_name, check_names, check_username, normal_username
from bot.business.ownership import AGENT_PREFIX, Owner
from bot.errors import AccountInvalid


@pytest.mark.parametrize("name", ["li", "zhang.san", "a_b-c.9", "x" * 32])
def test_a_plain_name_is_taken_and_makes_an_owner(name: str) -> None:
    check_username(name)

    assert Owner(f"{AGENT_PREFIX}{name}", 1).agent == name


@pytest.mark.parametrize("name", ["", "x", "x" * 33, "Li", "张三", "a b", "a:b", "li\n", "a\x00b", "agent:li", "ｌi"])
def test_another_name_is_refused_with_its_field(name: str) -> None:
    with pytest.raises(AccountInvalid) as refused:
        check_username(name)

    assert refused.value.field == "username"


@pytest.mark.parametrize(("typed", "meant"), [("Admin ", "admin"), ("admin", "admin"), ("ADMIN' --", None), ("", None)])
def test_a_name_is_understood_with_capitals_and_spaces_around_it(typed: str, meant: str | None) -> None:
    assert normal_username(typed) == meant


@pytest.mark.parametrize("name", ["x" * 33, "a\nb", " 张三", "a\x00"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    check_display_name("张三（信用组）")
    with pytest.raises(AccountInvalid):
        check_display_name(name)


def test_a_person_has_one_to_twenty_chats_at_a_time() -> None:
    check_capacity(1)
    check_capacity(20)
    for capacity in (0, -1, 21):
        with pytest.raises(AccountInvalid):
            check_capacity(capacity)


@pytest.mark.parametrize(
    ("names", "known"), [(["ip", "moon"], ["ip", "credit"]), (["ip", "ip"], ["ip"]), (["a\x00"], None), (["x" * 65], None)]
)
def test_names_of_what_does_not_exist_are_refused(names: list[str], known: list[str] | None) -> None:
    check_names("teams", ["ip"], ["ip", "credit"])
    check_names("teams", ["anything"], None)
    with pytest.raises(AccountInvalid) as refused:
        check_names("teams", names, known)

    assert refused.value.field == "teams"
