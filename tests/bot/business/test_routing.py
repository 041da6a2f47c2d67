"""Who gets a waiting chat: who knows the user, the matter, the language; who has the least to do; and nobody is forgotten."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.business.routing import ReadyAgent, WaitingChat, assign, choose_agent, in_order, positions

NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOTLINE = frozenset({"hotline"})


def chat(name: str = "c", minute: float = 0, **changes: Any) -> WaitingChat:
    given: dict[str, Any] = {"team": "hotline", "priority": 2, "requested_at": NINE + timedelta(minutes=minute), **changes}
    return WaitingChat(name, **given)


def agent(name: str, **changes: Any) -> ReadyAgent:
    return ReadyAgent(name, **{"teams": HOTLINE, **changes})


def chosen(waiting: WaitingChat, *agents: ReadyAgent) -> str | None:
    found = choose_agent(waiting, agents)
    return found.username if found else None


def test_nobody_is_chosen_where_nobody_of_the_team_is_free() -> None:
    busy, elsewhere = agent("busy", load=5, capacity=5), agent("elsewhere", teams=frozenset({"ip"}))

    assert chosen(chat()) is None
    assert chosen(chat(), busy, elsewhere) is None
    assert chosen(chat(), busy, elsewhere, agent("free", load=4, capacity=5)) == "free"


def test_an_agent_of_several_teams_takes_chats_of_each() -> None:
    both = agent("both", teams=frozenset({"hotline", "ip"}))

    assert chosen(chat(team="ip"), both) == chosen(chat(team="hotline"), both) == "both"


def test_who_knows_the_user_comes_before_who_knows_the_matter() -> None:
    friend, expert = agent("friend", load=3), agent("expert", skills=frozenset({"trademark_register"}))

    assert chosen(chat(subject="trademark_register", known_to="friend"), friend, expert) == "friend"
    assert chosen(chat(subject="trademark_register", known_to="gone"), friend, expert) == "expert"


def test_who_knows_the_user_but_has_no_room_is_not_waited_for() -> None:
    assert chosen(chat(known_to="friend"), agent("friend", load=5), agent("other")) == "other"


def test_who_knows_the_matter_comes_before_who_has_less_to_do() -> None:
    expert, idle = agent("expert", skills=frozenset({"tax"}), load=4), agent("idle")

    assert chosen(chat(subject="tax"), expert, idle) == "expert"
    assert chosen(chat(subject="labor"), expert, idle) == "idle"
    assert chosen(chat(subject=None), expert, idle) == "idle"


def test_the_load_is_measured_by_what_each_can_carry() -> None:
    assert chosen(chat(), agent("a_small", load=1, capacity=2), agent("b_big", load=4, capacity=10)) == "b_big"


def test_among_equals_the_one_who_got_nothing_for_longest_is_next_and_who_never_got_any_first() -> None:
    early, late = agent("a_late", last_assigned_at=NINE + timedelta(minutes=5)), agent("b_early", last_assigned_at=NINE)

    assert chosen(chat(), early, late) == "b_early"
    assert chosen(chat(), early, late, agent("c_never")) == "c_never"


def test_both_scripts_are_read_by_all_and_who_lists_the_second_is_preferred_for_it() -> None:
    reader, idle = agent("reader", languages=frozenset({"zh-Hant"}), load=3), agent("idle")

    assert chosen(chat(language="zh-Hant"), reader, idle) == "reader"
    assert chosen(chat(language="zh-Hant"), idle) == "idle"
    assert chosen(chat(language="zh-Hans"), reader, idle) == "idle"


def test_a_foreign_language_is_only_given_to_who_speaks_it() -> None:
    assert chosen(chat(language="en"), agent("idle")) is None
    assert chosen(chat(language="en"), agent("idle"), agent("speaker", languages=frozenset({"en"}), load=4)) == "speaker"


def test_urgent_matters_come_first_then_who_asked_first() -> None:
    waiting = [chat("late", 9), chat("soon", 8, priority=1), chat("first", 1), chat("danger", 10, priority=0)]

    assert [each.conversation_id for each in in_order(waiting)] == ["danger", "soon", "first", "late"]


def test_places_are_counted_by_team() -> None:
    waiting = [chat("b", 2), chat("ip1", 1, team="ip"), chat("a", 1), chat("urgent", 3, priority=0), chat("ip2", 4, team="ip")]

    assert positions(waiting) == {"urgent": 1, "a": 2, "b": 3, "ip1": 1, "ip2": 2}


def test_chats_are_spread_as_they_are_given_out_and_the_last_place_is_the_end() -> None:
    waiting = [chat(str(number), number) for number in range(6)]

    given = assign(waiting, [agent("a", capacity=3), agent("b", capacity=2)])

    assert set(given) == {"0", "1", "2", "3", "4"}, "first come, first served"
    assert Counter(given.values()) == {"a": 3, "b": 2}


def test_a_chat_that_nobody_may_take_does_not_hold_up_those_behind_it() -> None:
    assert assign([chat("english", 0, language="en"), chat("next", 1)], [agent("a")]) == {"next": "a"}


@pytest.mark.parametrize("seed", range(5))
def test_over_a_full_day_everybody_is_served_in_turn_and_work_is_shared_evenly(seed: int) -> None:
    """400 chats a day, four agents of the hotline of whom one is also the only one for trademarks."""
    day = Day(random.Random(seed))

    day.run()

    assert len(day.waits) == day.asked, "nobody is forgotten"
    assert max(day.waits.values()) < 45, "nor waits much longer than the queue of the rush hour"
    assert day.overtaken == 0, "nobody of the same team and urgency is served before who asked earlier"
    assert day.most_at_once == day.agents.keys() and all(n <= 3 for n in day.peaks.values()), "nobody above capacity"
    alike = [day.served[name] for name in ("an", "bo", "chen")]
    assert max(alike) - min(alike) <= 0.25 * max(alike)


class Day:
    """Minute by minute: chats come in, are given out, and end after a while."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        skilled = agent("dong", teams=frozenset({"hotline", "ip"}), skills=frozenset({"trademark_register"}), capacity=3)
        self.agents = {each.username: each for each in (*(agent(name, capacity=3) for name in ("an", "bo", "chen")), skilled)}
        self.waiting: list[WaitingChat] = []
        self.ends: list[tuple[int, str]] = []
        self.waits: dict[str, float] = {}
        self.served: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()
        self.asked = self.overtaken = 0

    @property
    def most_at_once(self) -> set[str]:
        return set(self.peaks)

    def run(self) -> None:
        for minute in range(8 * 60 + 240):
            if minute < 8 * 60:
                self._come(minute)
            for _, name in [end for end in self.ends if end[0] == minute]:
                self._change(name, -1, minute)
            self._give_out(minute)

    def _come(self, minute: int) -> None:
        for _ in range(self.chance.choice([0, 1, 1, 1]) + (minute in range(60, 90))):
            is_ip = self.chance.random() < 0.1
            priority = 0 if self.chance.random() < 0.03 else 2
            subject = "trademark_register" if is_ip else None
            self.waiting.append(
                chat(f"{self.asked}", minute, team="ip" if is_ip else "hotline", priority=priority, subject=subject)
            )
            self.asked += 1

    def _give_out(self, minute: int) -> None:
        given = assign(self.waiting, list(self.agents.values()))
        for each in self.waiting:
            if (name := given.get(each.conversation_id)) is not None:
                self.waits[each.conversation_id] = minute - (each.requested_at - NINE).total_seconds() / 60
                self.overtaken += any(
                    self._is_before(other, each) and other.conversation_id not in given for other in self.waiting
                )
                self.served[name] += 1
                self._change(name, +1, minute)
                self.ends.append((minute + self.chance.randint(4, 16), name))
        self.waiting = [each for each in self.waiting if each.conversation_id not in given]

    def _is_before(self, one: WaitingChat, other: WaitingChat) -> bool:
        return one.team == other.team and (one.priority, one.requested_at) < (other.priority, other.requested_at)

    def _change(self, name: str, by: int, minute: int) -> None:
        before = self.agents[name]
        last = NINE + timedelta(minutes=minute) if by > 0 else before.last_assigned_at
        self.agents[name] = replace(before, load=before.load + by, last_assigned_at=last)
        self.peaks[name] = max(self.peaks[name], before.load + by)


def test_what_was_told_stays_while_it_can_so_that_one_change_does_not_move_all() -> None:
    waiting = [chat(f"c{i}", minute=i) for i in range(6)]
    agents = [agent(f"a{i}", capacity=2) for i in range(3)]
    before = assign(waiting, agents)

    busier = [replace(agents[0], load=1), *agents[1:]]
    after = assign(waiting[1:], busier, before)

    assert {each: name for each, name in after.items() if before[each] != name} == {}
    assert Counter(after.values())["a0"] <= 1


def test_a_more_urgent_chat_is_chosen_for_before_what_was_told() -> None:
    one = agent("one", capacity=1)
    before = assign([chat("calm")], [one])

    assert assign([chat("calm"), chat("urgent", minute=5, priority=0)], [one], before) == {"urgent": "one"}
