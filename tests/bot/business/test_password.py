"""Which passwords are too easy to guess."""

from __future__ import annotations

import pytest

from bot.business.password import check_password, silly_passwords
from bot.errors import PasswordWeak


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short-one", "too_short"),
        ("", "too_short"),
        ("x1y2" * 65, "too_long"),
        ("zhang.san.", "user_name"),
        ("Zhang.San2026!", "user_name"),
        ("qwertyuiop", "common"),
        ("WoAiNi1314", "common"),
        ("1111111111", "common"),
        ("ababababab", "common"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(PasswordWeak) as weak:
        check_password(password, "zhang.san")

    assert weak.value.reason == reason


@pytest.mark.parametrize(
    "password", ["correct horse", "营商小助真是个好帮手呀", "zhang.san likes tea", "k7mf-p2qx-9d", "          a1B"]
)
def test_any_other_of_ten_characters_is_taken(password: str) -> None:
    check_password(password, "zhang.san")


def test_the_list_of_silly_passwords_holds_a_hundred_that_length_alone_would_let_pass() -> None:
    assert len(silly_passwords()) >= 100
    assert [password for password in silly_passwords() if len(password) < 10 or password != password.casefold()] == []
