"""What the load on the desk makes of what it saw: who was told late or never, and what was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.desk_load.installation import Account, accounts_for
from benchmarks.desk_load.journal import Change, Glimpse, Sightings, Talk
from benchmarks.desk_load.verdict import Updates, history_faults, percentile, updates_of, wrong_places
from bot.business.roles import Role

CREDIT = Account("credit", Role.AGENT, ("credit",))
HOTLINE = Account("hotline", Role.AGENT, ("hotline",))
SUPERVISOR = Account("supervisor", Role.SUPERVISOR, None)
EVERYBODY = (CREDIT, HOTLINE, SUPERVISOR)


def card(sequence: int, version: int = 1, team: str | None = "credit", taken_by: str | None = None) -> Glimpse:
    return Glimpse("c", sequence, version, team, "waiting", taken_by)


def judged(change: Change, *seen: tuple[int, Glimpse, float], numbers: Mapping[str, int] | None = None) -> Updates:
    sightings = Sightings()
    for each in seen:
        sightings.add(*each)
    return updates_of([change], sightings, EVERYBODY, numbers or {})


def test_a_desk_is_told_by_the_first_card_that_is_as_new_as_the_change():
    change = Change("say", "c", sent_s=10.0, answered_s=10.1, sequence=5)

    updates = judged(change, (0, card(4), 9.0), (0, card(5), 10.3), (0, card(6), 10.9), (2, card(7), 10.05))

    assert [(each.desk, round(each.since_sent_s, 3), round(each.since_answered_s, 3)) for each in updates.told] == [
        (0, 0.3, 0.2),
        (2, 0.05, 0.0),
    ]
    assert updates.missing == []


def test_who_may_not_see_the_conversation_then_is_not_late_when_it_goes_to_their_team_later():
    change = Change("user", "c", sent_s=10.0, answered_s=10.1, sequence=5)
    escalated = card(5, version=2, team="hotline")

    updates = judged(change, (0, card(5), 10.2), (2, card(5), 10.2), (1, escalated, 130.0), (2, escalated, 130.0))

    assert {each.desk for each in updates.told} == {0, 2}
    assert updates.missing == []


def test_a_desk_that_never_sees_a_change_is_named():
    change = Change("take", "c", sent_s=10.0, answered_s=10.1, version=3)

    updates = judged(change, (0, card(5, version=2), 10.2), (2, card(5, version=3), 10.2))

    assert updates.missing == [(change, 0)]


def test_a_change_that_nobody_saw_is_missing_everywhere():
    updates = judged(Change("close", "c", 10.0, 10.1, version=3))

    assert len(updates.missing) == len(EVERYBODY)


def test_the_agent_who_has_a_chat_is_to_see_it_whatever_its_team():
    change = Change("take", "c", sent_s=10.0, answered_s=10.1, version=2)

    updates = judged(change, (2, card(5, 2, "credit", taken_by="hotline"), 10.2), (0, card(5, 2), 10.2))

    assert updates.missing == [(change, 1)]


def test_the_number_of_a_users_message_is_found_by_its_clients_id():
    change = Change("user", "c", sent_s=10.0, answered_s=10.1, client_id="x")

    updates = judged(change, (0, card(6), 10.1), (0, card(7), 10.4), (2, card(7), 10.4), numbers={"x": 7})

    assert {round(each.since_sent_s, 3) for each in updates.told} == {0.4}


def said(*messages: tuple[str, str]) -> list[dict[str, Any]]:
    """Return a history of (sender, key)."""
    key_of = {"user": "client_message_id", "agent": "id", "bot": "id"}
    return [{"sender": sender, key_of[sender]: key, "sequence": number} for number, (sender, key) in enumerate(messages, start=1)]


WHOLE = (("user", "u1"), ("bot", "b1"), ("user", "u2"), ("agent", "a1"))
CONFIRMED = [("user", "u1"), ("user", "u2"), ("agent", "a1")]


def test_a_conversation_in_order_has_no_faults():
    talk = Talk(CONFIRMED, agent_messages_sent=1, heard=[1, 2, 3, 4])

    assert +history_faults(said(*WHOLE), talk) == {}


@pytest.mark.parametrize(
    ("history", "fault"),
    [
        (WHOLE[:3], "lost"),
        ((*WHOLE, ("user", "u2")), "doubled"),
        ((*WHOLE, ("agent", "a2")), "doubled"),
        ((WHOLE[2], WHOLE[1], WHOLE[0], WHOLE[3]), "out_of_order"),
    ],
)
def test_what_is_wrong_with_a_history_is_named(history: tuple[tuple[str, str], ...], fault: str):
    talk = Talk(CONFIRMED, agent_messages_sent=1, heard=list(range(1, len(history) + 1)))

    assert set(+history_faults(said(*history), talk)) == {fault}


def test_what_was_stored_but_not_confirmed_is_no_fault():
    talk = Talk(CONFIRMED[:1], agent_messages_sent=1, heard=[1, 2, 3, 4])

    assert +history_faults(said(*WHOLE), talk) == {}


@pytest.mark.parametrize("heard", [[1, 2, 3], [1, 2, 4, 4], [2, 1, 3, 4]])
def test_a_stream_that_left_out_or_repeated_something_is_broken(heard: list[int]):
    talk = Talk(CONFIRMED, agent_messages_sent=1, heard=heard)

    assert set(+history_faults(said(*WHOLE), talk)) == {"stream_broken"}


def test_who_has_left_need_not_have_heard_the_end():
    talk = Talk(CONFIRMED, agent_messages_sent=1, heard=[1, 2, 3], has_left=True)

    assert +history_faults(said(*WHOLE), talk) == {}


def test_what_was_said_after_the_history_was_read_is_no_fault():
    talk = Talk(CONFIRMED, agent_messages_sent=1, heard=[1, 2, 3, 4, 5])

    assert +history_faults(said(*WHOLE), talk) == {}


def test_a_place_is_wrong_when_the_queue_says_otherwise():
    queue = [
        {"conversation_id": name, "handover": {"team_title": team}} for name, team in (("a", "一"), ("b", "二"), ("c", "一"))
    ]

    wrong = wrong_places(queue, {"a": ("一", 1), "b": ("二", 2), "c": ("一", 2)})

    assert wrong == ["b"]


def test_a_percentile_is_one_of_the_values():
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([7.0], 0.95) == 7.0


def test_every_conversation_is_seen_by_some_agents_and_by_the_supervisor():
    accounts = accounts_for(10)

    for team in ("hotline", "credit", "ip"):
        who = [account for account in accounts if account.sees(team, None)]
        assert 1 < len(who) < len(accounts)
        assert accounts[-1] in who
