"""What an account may be: its name, which is part of owners' names, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.errors import AccountInvalid

USERNAME = re.compile(r"[a-z0-9._-]{2,32}")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
MAX_DISPLAY_NAME, MAX_NAME = 32, 64
MAX_CAPACITY = 20
"""Chats at a time."""


def normal_username(text: str) -> str | None:
    """Return the user name that was meant, None when no account can be called so. Phones begin words with a capital."""
    name = text.strip().lower()
    return name if USERNAME.fullmatch(name) else None


def check_username(username: str) -> None:
    """Raise AccountInvalid unless an account may be called so."""
    if not USERNAME.fullmatch(username):
        raise AccountInvalid("username", "must be 2 to 32 of a-z 0-9 . _ -")


def check_display_name(name: str) -> None:
    """Raise AccountInvalid unless it can be shown; "" stands for the user name."""
    if len(name) > MAX_DISPLAY_NAME or not name.isprintable() or name != name.strip():
        raise AccountInvalid("display_name", f"must be at most {MAX_DISPLAY_NAME} visible characters")


def check_capacity(capacity: int) -> None:
    """Raise AccountInvalid unless a person can have so many chats at a time."""
    if not 1 <= capacity <= MAX_CAPACITY:
        raise AccountInvalid("capacity", f"must be 1 to {MAX_CAPACITY}")


def check_names(field: str, names: Collection[str], known: Collection[str] | None) -> None:
    """Raise AccountInvalid when one of the names is not known, where that is known, or is there twice."""
    if known is not None and set(names) - set(known):
        raise AccountInvalid(field, f"must be of {', '.join(known)}")
    if any(not name.isprintable() or len(name) > MAX_NAME for name in names):
        raise AccountInvalid(field, f"must be names of at most {MAX_NAME} characters")
    if len(set(names)) != len(names):
        raise AccountInvalid(field, "must each be there once")
