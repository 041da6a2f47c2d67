from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from bot.business.ownership import AGENT_PREFIX, BOT, QUEUE, Owner


@pytest.mark.parametrize("name", [BOT, QUEUE, f"{AGENT_PREFIX}mei"])
def test_a_conversation_belongs_to_the_bot_the_queue_or_one_agent(name: str) -> None:
    assert Owner(name, 1).name == name


@pytest.mark.parametrize("name", ["", " ", AGENT_PREFIX, f"{AGENT_PREFIX}  "])
def test_an_owner_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no such owner"):
        Owner(name, 1)


@pytest.mark.parametrize("name", ["mei", "robot", "Bot", "queue "])
def test_a_name_that_is_no_owner_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no such owner"):
        Owner(name, 1)


def test_only_the_bot_is_the_bot() -> None:
    assert Owner(BOT, 1).is_bot
    assert not Owner(QUEUE, 1).is_bot
    assert not Owner("agent:bot", 1).is_bot


def test_each_change_of_hands_counts_one_further_and_keeps_the_old_owner_as_it_was() -> None:
    # given
    bot = Owner(BOT, 4)

    # when
    queue = bot.passes_to(QUEUE)
    back = queue.passes_to(BOT)

    # then
    assert (queue, back) == (Owner(QUEUE, 5), Owner(BOT, 6))
    assert bot == Owner(BOT, 4)


def test_an_owner_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Owner(BOT, 1).name = QUEUE  # type: ignore[misc]
