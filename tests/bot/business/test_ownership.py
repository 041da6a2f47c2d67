from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from bot.business.ownership import AGENT_PREFIX, BOT, QUEUE, Actor, Kind, Owner, Transition, change, closes
from bot.errors import TransitionRefused


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


OWNERS = {Kind.BOT: Owner(BOT, 3), Kind.QUEUE: Owner(QUEUE, 3), Kind.AGENT: Owner("agent:mei", 3)}
TABLE = {
    ("bot", "request"): {"user", "bot", "system"},
    ("bot", "step_in"): {"agent", "supervisor"},
    ("queue", "take"): {"agent"},
    ("queue", "assign"): {"supervisor", "system"},
    ("queue", "escalate"): {"system"},
    ("queue", "withdraw"): {"user"},
    ("queue", "give_up"): {"system"},
    ("queue", "close"): {"agent", "supervisor"},
    ("agent", "transfer"): {"agent"},
    ("agent", "transfer_team"): {"agent", "supervisor"},
    ("agent", "reassign"): {"supervisor"},
    ("agent", "release"): {"system"},
    ("agent", "return"): {"agent", "supervisor"},
    ("agent", "give_up"): {"system"},
    ("agent", "close"): {"agent", "supervisor"},
    ("agent", "expire"): {"system"},
}
"""Who may cause which change while whose the conversation is, written down a second time."""
LEADS_TO = {
    "request": QUEUE, "step_in": "agent:lin", "take": "agent:lin", "assign": "agent:lin", "transfer": "agent:lin",
    "transfer_team": QUEUE, "reassign": "agent:lin", "escalate": QUEUE, "release": QUEUE, "return": BOT, "withdraw": BOT,
    "give_up": BOT, "close": BOT, "expire": BOT,
}  # fmt: skip


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("by", Actor)
@pytest.mark.parametrize("kind", Kind)
def test_the_table_of_changes_is_all_that_can_happen(kind: Kind, by: Actor, transition: Transition) -> None:
    target = LEADS_TO[transition]
    agent = "lin" if target.startswith(AGENT_PREFIX) else None

    if by in TABLE.get((kind, transition), set()):
        assert change(OWNERS[kind], transition, by, agent) == Owner(target, 4)
    else:
        with pytest.raises(TransitionRefused):
            change(OWNERS[kind], transition, by, agent)


def test_only_closing_and_silence_close() -> None:
    assert {transition for transition in Transition if closes(transition)} == {Transition.CLOSE, Transition.EXPIRE}


def test_what_leads_to_an_agent_needs_one_and_the_rest_takes_none() -> None:
    for transition, agent in ((Transition.TAKE, None), (Transition.ESCALATE, "lin")):
        with pytest.raises(TransitionRefused):
            change(Owner(QUEUE, 1), transition, Actor.AGENT if agent is None else Actor.SYSTEM, agent)


@pytest.mark.parametrize(("transition", "by"), [(Transition.TRANSFER, Actor.AGENT), (Transition.REASSIGN, Actor.SUPERVISOR)])
def test_a_chat_cannot_be_given_to_who_has_it(transition: Transition, by: Actor) -> None:
    with pytest.raises(TransitionRefused):
        change(Owner("agent:mei", 1), transition, by, "mei")


def test_the_name_of_an_agent_is_read_from_the_owner() -> None:
    assert [owner.agent for owner in OWNERS.values()] == [None, None, "mei"]
    assert Owner("agent:agent:x", 1).agent == "agent:x"
