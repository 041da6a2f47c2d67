"""Which passwords are too easy to guess."""

from __future__ import annotations

import functools

from bot.errors import PasswordWeak

MIN_CHARACTERS, MAX_CHARACTERS = 10, 256
MIN_DIFFERENT_CHARACTERS = 4
_ENDINGS = "0123456789!@#$%._-"
_SILLY = """
    0123456789 1234567890 12345678910 123456789a 123456789q 123456789abc 1234567890a 1234567890q 0987654321 9876543210
    1234512345 1234554321 123456123456 1234561234 1122334455 11223344556677 1020304050 1357924680 147258369a 1472583690
    3141592653 31415926535 5201314520 5201314521 13145201314 520520520a 1314520520 7758521521 5845201314 147852369a
    a123456789 a1234567890 aa123456789 aa12345678 abc1234567 abc12345678 abc123456789 abcd123456 abcd1234567 abcd12345678
    abc123abc123 abcdefghij abcdefg123 abcdefg1234567 abcdef123456 q123456789 qq123456789 qaz123456789 qwe1234567 qwe123456789
    qwer123456 qwer12345678 qwert12345 qwert123456 qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123 qwertyuiopasdf
    1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qazwsxedcrfv qazwsx123456 zaq12wsxcde3 asdfghjkl123 asdfghjkl1 asdf123456 zxcvbnm123
    zxcvbnm123456 zxc123456789 asd123456789 poiuytrewq 1234qwerasdf qweasdzxc123 password12 password123 password1234
    password12345 passw0rd123 p@ssw0rd123 p@ssword123 mypassword letmein123 welcome123 welcome1234 iloveyou123 iloveyou520
    woaini1314 woaini520520 woaini123456 woaini5201314 woaiwojia520 administrator admin12345 admin123456
    admin1234567 admin888888 root123456 test123456 huawei12345 hangzhou123 zhejiang123 kefu123456
"""
"""What leads the public lists of stolen passwords, here and abroad, and what offices put in its place. Lower case."""


def check_password(password: str, username: str) -> None:
    """Raise PasswordWeak with too_short, too_long, user_name or common."""
    if len(password) < MIN_CHARACTERS:
        raise PasswordWeak("too_short")
    if len(password) > MAX_CHARACTERS:
        raise PasswordWeak("too_long")
    folded = password.casefold()
    if username in (folded, folded.strip(_ENDINGS)):
        raise PasswordWeak("user_name")
    if folded in silly_passwords() or len(set(folded)) < MIN_DIFFERENT_CHARACTERS:
        raise PasswordWeak("common")


@functools.cache
def silly_passwords() -> frozenset[str]:
    return frozenset(_SILLY.split())
