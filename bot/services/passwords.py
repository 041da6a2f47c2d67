"""Hashing passwords with argon2: slow and hungry for memory by design, so few at a time.

The functions block for a tenth of a second and take 64 MB; whoever serves calls them through `in_turn`.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import SignInBusy
from bot.settings import Secret

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 2
"""Passwords that are hashed at the same time. Threads of their own: those of the database stay free for the chats."""
TURN_WITHIN_S = 15.0
HASHER = PasswordHasher()
_DUMMY_HASH = "$argon2id$v=19$m=65536,t=3,p=4$aRjABV9FvtVWRkHYFwtNzA$uAV0s0rfmF8sJ0sE+yaXbOOeD+DrSkU0GuQm0iarRoA"
"""Of no password that anybody knows. Verified when the user is unknown, so that this takes as long as a wrong password."""
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without 0, 1, i, l and o, which are taken for each other on paper and on the telephone."""


def hash_password(password: Secret) -> str:
    return HASHER.hash(_bytes(password))


def is_right(password_hash: str | None, password: Secret) -> bool:
    """Return whether this is the password of the hash; never of None, which takes as long to find out."""
    try:
        HASHER.verify(password_hash or _DUMMY_HASH, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(password_hash)


def one_time_password() -> Secret:
    """Return a password of 79 random bits that can be read out: 7kmf-p2qx-…"""
    return Secret("-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4)))


async def in_turn(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run a function that hashes, as soon as fewer than AT_ONCE do. Raises SignInBusy when that takes too long."""
    work = asyncio.get_running_loop().run_in_executor(_threads(), functools.partial(function, *arguments, **named))
    try:
        return await asyncio.wait_for(work, TURN_WITHIN_S)
    except TimeoutError:
        raise SignInBusy from None


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")


def _bytes(password: Secret) -> bytes:
    return password.value.encode(errors="surrogatepass")
