"""Hashing passwords, few at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.errors import SignInBusy
from bot.services import passwords
from bot.settings import Secret


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    made = passwords.hash_password(Secret("营商小助 2026"))

    assert passwords.is_right(made, Secret("营商小助 2026"))
    assert not passwords.is_right(made, Secret("营商小助 2027"))
    assert not passwords.is_right("no hash at all", Secret("x"))
    assert not passwords.is_outdated(made)


def test_an_unknown_user_takes_the_same_work_as_a_known_one() -> None:
    assert not passwords.is_outdated(passwords._DUMMY_HASH), "the parameters of the dummy must be those of the others"
    assert not passwords.is_right(None, Secret("x"))


def test_one_time_passwords_differ_and_can_be_read_out() -> None:
    made = {passwords.one_time_password().value for _ in range(100)}

    assert len(made) == 100
    assert all(len(word) == 19 and not set(word) & set("01ilo") for word in made)


async def test_two_at_a_time_are_hashed_however_many_come() -> None:
    # given
    running, most, both_run = 0, 0, threading.Event()
    lock = threading.Lock()

    def hash_slowly(number: int) -> int:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
            if running == 2:
                both_run.set()
        assert both_run.wait(10)
        with lock:
            running -= 1
        return number

    # when
    done = await asyncio.gather(*(passwords.in_turn(hash_slowly, number) for number in range(50)))

    # then
    assert done == list(range(50)) and most == passwords.AT_ONCE == 2


async def test_who_would_wait_too_long_is_told_to_try_again_and_costs_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(passwords, "TURN_WITHIN_S", 0.05)
    release, ran = threading.Event(), list[str]()
    occupied = [asyncio.create_task(passwords.in_turn(release.wait, 10)) for _ in range(passwords.AT_ONCE)]
    await asyncio.sleep(0)

    # when
    with pytest.raises(SignInBusy):
        await passwords.in_turn(ran.append, "late")
    release.set()
    await asyncio.gather(*occupied, return_exceptions=True)
    await passwords.in_turn(lambda: None)

    # then
    assert ran == []
