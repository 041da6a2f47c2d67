"""Codes of invitations: how they look, how they are found in what people write, how often they may be tried."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import pytest

from bot.business.invitation import (
    ALPHABET,
    ENTERPRISE_LIMIT,
    HOLDER_LIMIT,
    SaidCode,
    Tries,
    find_said_code,
    find_said_credit_code,
    make_code,
    plain_code,
    plain_credit_code,
    state_of,
)
from tests.fixtures.clock import NOON
from tests.fixtures.enterprises import credit_code

CREDIT = credit_code(1)
MINUTE = timedelta(minutes=1)


def test_a_code_has_fifty_bits_and_no_characters_that_are_mistaken_for_each_other() -> None:
    code = make_code(random.Random(1).choice)

    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert math.log2(len(set(ALPHABET))) * 12 >= 50
    assert not set("0O1IL") & set(ALPHABET)


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH-JKMN", "abcdefghjkmn", " ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ ", "ABCD EFGH　JKMN", "ABCD—EFGH—JKMN"]
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert plain_code(typed) == "ABCDEFGHJKMN"


def test_a_credit_code_is_the_same_however_it_is_typed() -> None:
    spaced = f" {CREDIT[:8].lower()} {CREDIT[8:]}\n"

    assert plain_credit_code(spaced) == CREDIT


@pytest.mark.parametrize(
    ("text", "code", "credit", "masked"),
    [
        ("绑定 ABCD-EFGH-JKMN", "ABCDEFGHJKMN", None, "绑定 ****"),
        ("绑定abcdefghjkmn", "ABCDEFGHJKMN", None, "绑定****"),
        ("綁定 ABCD-EFGH-JKMN", "ABCDEFGHJKMN", None, "綁定 ****"),
        ("我的邀请码是ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ，谢谢", "ABCDEFGHJKMN", None, "我的邀请码是****，谢谢"),
        (f"绑定 ABCD-EFGH-JKMN {CREDIT}", "ABCDEFGHJKMN", CREDIT, f"绑定 **** {CREDIT}"),
        (f"绑定 {CREDIT.lower()} ABCD-EFGH-JKMN", "ABCDEFGHJKMN", CREDIT, f"绑定 {CREDIT.lower()} ****"),
        ("ABCD-EFGH-JKMN", "ABCDEFGHJKMN", None, "****"),
        (f"ABCD-EFGH-JKMN，{CREDIT}", "ABCDEFGHJKMN", CREDIT, f"****，{CREDIT}"),
    ],
)
def test_a_code_is_found_in_a_message_and_hidden(text: str, code: str, credit: str | None, masked: str) -> None:
    assert find_said_code(text) == SaidCode(code, credit, masked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "绑定",
        f"绑定 {CREDIT}",
        CREDIT,
        "我要绑定企业",
        "MANY BEST CASE",
        "设备型号ABCD-EFGH-JKMN怎么报关",
        "2345-6789-2345",
        "绑定 ABCD-EFGH-JKM",
        "绑定 ABCD-EFGH-JK0N",
        "绑定 XABCD-EFGH-JKMN",
        "绑定 \x00 😀",
    ],
)
def test_what_is_no_code_or_stands_for_something_else_is_left_alone(text: str) -> None:
    assert find_said_code(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CREDIT, CREDIT),
        (f"我们公司的代码是{CREDIT.lower()}。", CREDIT),
        (CREDIT[:-1], CREDIT[:-1]),
        (f"{CREDIT}8", f"{CREDIT}8"),
        ("YS20261123483920", None),
        ("13800001111", None),
        ("信用修复怎么办", None),
        ("", None),
    ],
)
def test_what_stands_for_a_credit_code_is_seen_right_or_not(text: str, found: str | None) -> None:
    assert find_said_credit_code(text) == found


@pytest.mark.parametrize(
    ("used", "revoked", "hours", "state"),
    [
        (None, None, 1, "open"),
        (None, None, 0, "expired"),
        (NOON, None, 1, "used"),
        (None, NOON, 1, "revoked"),
        (NOON, NOON, 0, "used"),
    ],
)
def test_an_invitation_is_open_until_it_is_used_revoked_or_over(used, revoked, hours: int, state: str) -> None:
    assert state_of(used, revoked, NOON + timedelta(hours=hours), NOON) == state


def test_the_fifth_wrong_code_of_a_holder_locks_for_half_an_hour_and_then_it_begins_anew() -> None:
    tries = Tries()
    for _ in range(5):
        assert tries.lock_left(NOON) is None
        tries = tries.one_more(HOLDER_LIMIT, NOON)

    assert tries.lock_left(NOON + MINUTE) == 29 * MINUTE
    assert tries.lock_left(NOON + 30 * MINUTE) is None
    assert tries.one_more(HOLDER_LIMIT, NOON + 31 * MINUTE).failures == 1


def test_a_quarter_of_an_hour_without_a_wrong_code_forgives() -> None:
    tries = Tries(4, NOON)

    assert tries.one_more(HOLDER_LIMIT, NOON + 14 * MINUTE).locked_until is not None
    assert tries.one_more(HOLDER_LIMIT, NOON + 15 * MINUTE) == Tries(1, NOON + 15 * MINUTE)


def test_an_enterprise_stands_more_wrong_codes_than_a_holder() -> None:
    assert Tries(4, NOON).one_more(ENTERPRISE_LIMIT, NOON).locked_until is None
    assert Tries(49, NOON).one_more(ENTERPRISE_LIMIT, NOON).locked_until is not None
