"""What time does: chats are given out, promises end, agents are gone, users fall silent. A movable clock, no waiting."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.business.roles import Principal
from bot.errors import OwnerChanged
from bot.persistence import handovers
from bot.persistence.conversations import get_conversation_for_update
from bot.services import handover_keeper
from bot.services.availability import CONNECTED_FOR
from bot.services.handover_keeper import ANSWER_WITHIN_S
from bot.services.handover_notices import CONTACT, STOP
from tests.fixtures.office import Office, Visitor

PROMISED_S, WARN_AFTER_S, END_AFTER_S, GONE_AFTER_S = 120, 600, 900, 180
"""What desk.yml says."""


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.agent("mei", display_name="小梅", teams=["hotline"])


@pytest.fixture
def hao(office: Office) -> Principal:
    """Who is there for intellectual property."""
    return office.agent("hao", display_name="阿浩", teams=["ip"])


def asks_about_trademarks(office: Office) -> Visitor:
    office.assistant.replies_to("商标被抢注了", "异议", intent="trademark_register")
    visitor = office.visitor()
    visitor.say("商标被抢注了")
    visitor.say("转人工")
    return visitor


def test_the_settings_are_those_that_these_tests_speak_of(office: Office) -> None:
    settings = office.settings

    assert {team.promised_wait_s for team in settings.teams} == {PROMISED_S}
    assert (settings.silence_warn_s, settings.silence_end_s, settings.agent_away_after_s) == (
        WARN_AFTER_S,
        END_AFTER_S,
        GONE_AFTER_S,
    )


def test_where_nothing_is_due_nothing_changes(office: Office, mei: Principal) -> None:
    visitor, other = office.waiting(), office.talking_to(mei)

    assert office.pass_time(PROMISED_S - 10) == 0
    assert (visitor.owner, other.owner) == ("queue", "agent:mei")


# Giving out.


def test_a_waiting_chat_is_given_to_who_takes_automatically(office: Office) -> None:
    office.agent("mei", display_name="小梅", takes_automatically=True)
    visitor = office.waiting()

    assert office.look() == 1

    assert visitor.owner == "agent:mei" and visitor.transitions == ["request", "assign"]
    assert visitor.changes[-1].by == "system" and "“小梅”已接入" in visitor.last_notice
    assert office.woken, "the user is told at once"


def test_who_takes_by_hand_is_given_nothing(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    assert office.look() == 0 and visitor.owner == "queue"


def test_chats_are_given_out_in_order_up_to_the_capacity(office: Office) -> None:
    office.agent("mei", takes_automatically=True, capacity=2)
    visitors = [office.waiting() for _ in range(3)]
    urgent = office.waiting("申报明天就截止了")

    office.look()

    assert [each.owner for each in (*visitors, urgent)] == ["agent:mei", "queue", "queue", "agent:mei"]


def test_a_place_that_becomes_free_is_given_to_the_next(office: Office) -> None:
    mei = office.agent("mei", takes_automatically=True, capacity=1)
    first, second = office.waiting(), office.waiting()
    office.look()

    office.desk.close(mei, first.id, "solved", "", with_survey=False)
    office.look()

    assert (first.owner, second.owner) == ("bot", "agent:mei")


def test_who_talked_with_the_user_before_gets_them_again(office: Office) -> None:
    office.agent("aaa", takes_automatically=True)
    mei = office.agent("mei", takes_automatically=True)
    visitor = office.visitor()
    visitor.say("你好")
    office.desk.take(mei, visitor.id)
    office.desk.close(mei, visitor.id, "solved", "", with_survey=False)
    for _ in range(2):
        office.talking_to(mei)

    visitor.say("转人工")
    office.look()

    assert visitor.owner == "agent:mei", "though somebody else has less to do"


def test_work_is_shared_among_equals(office: Office) -> None:
    for name in ("mei", "hao", "lin"):
        office.agent(name, takes_automatically=True)
    visitors = [office.waiting() for _ in range(9)]

    office.look()

    owners = [each.owner for each in visitors]
    assert {owners.count(f"agent:{name}") for name in ("mei", "hao", "lin")} == {3}


def test_who_went_away_or_lost_the_desk_is_given_nothing(office: Office) -> None:
    mei = office.agent("mei", takes_automatically=True)
    visitor = office.waiting()

    office.presences.change(mei, "away", takes_automatically=True)
    office.look()

    assert visitor.owner != "agent:mei"


# The promise.


def test_after_the_promised_wait_the_next_team_is_asked_and_the_place_is_kept(office: Office, hao: Principal) -> None:
    visitor = asks_about_trademarks(office)
    office.agent("mei", teams=["hotline"])
    office.pass_time(60)
    later = office.waiting()
    assert "您排在第1位" in later.last_notice

    assert office.pass_time(PROMISED_S - 60) == 1

    assert "已为您转到综合服务组，您排在第1位，等候次序不受影响" in visitor.last_notice and visitor.last_buttons == [
        STOP["payload"]
    ]
    assert visitor.transitions == ["request", "escalate"] and visitor.handover.team == "hotline"
    assert visitor.changes[-1].detail == {"team": "hotline", "from": "ip"}
    assert visitor.handover.escalate_at == office.clock.now + timedelta(seconds=PROMISED_S), "a new promise"
    assert "现在是第2位" in later.say("转人工")[0]


def test_who_has_no_further_team_is_told_once_how_things_stand(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    assert office.pass_time(PROMISED_S) == 1
    assert office.pass_time(10 * PROMISED_S) == 0

    assert visitor.last_notice.startswith("让您久等了，抱歉。工作人员都在忙，您现在排在第1位。")
    assert visitor.last_buttons == [STOP["payload"], CONTACT["payload"]]
    assert visitor.owner == "queue" and visitor.transitions == ["request"] and len(visitor.told()) == 2


def test_the_next_team_is_passed_over_when_nobody_is_there(office: Office, hao: Principal) -> None:
    visitor = asks_about_trademarks(office)

    office.pass_time(PROMISED_S)

    assert visitor.handover.team == "ip" and "工作人员都在忙" in visitor.last_notice


def test_when_the_last_agent_of_a_team_goes_its_chats_go_on_at_once(office: Office, hao: Principal) -> None:
    visitor = asks_about_trademarks(office)
    office.agent("mei", teams=["hotline"])

    office.presences.change(hao, "away", takes_automatically=False)
    office.look()

    assert visitor.handover.team == "hotline" and visitor.owner == "queue"


def test_when_nobody_is_there_any_more_the_bot_goes_on_and_the_request_stays(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    office.presences.change(mei, "away", takes_automatically=False)
    assert office.look() == 1

    assert visitor.last_notice.startswith(
        "抱歉，让您等了这么久，现在已经没有工作人员在线。今天（11月23日，周一）人工服务时间是9:00–17:30。"
    )
    assert visitor.owner == "bot" and visitor.transitions == ["request", "give_up"]
    assert visitor.handover.status == "unattended" and visitor.conversation.unanswered_since is None
    assert "138****1111" in visitor.say("13800001111")[0]


def test_at_closing_time_who_still_waits_is_told_when_somebody_will_be_there(office: Office, mei: Principal) -> None:
    office.be("2026-11-23 17:29")
    visitor = office.waiting()

    office.pass_time(60)

    assert "下次是明天（11月24日，周二）9:00" in visitor.last_notice and visitor.owner == "bot"


def test_after_a_start_nobody_counts_as_gone_until_the_desks_could_connect_again(office: Office, mei: Principal) -> None:
    visitor = office.waiting()
    office.lose(mei)
    office.clock.now += CONNECTED_FOR + timedelta(seconds=1)

    async def start() -> None:
        office.keeper.start()
        await office.keeper.stop()

    asyncio.run(start())
    assert office.look() == 0 and visitor.owner == "queue"

    office.pass_time(CONNECTED_FOR.total_seconds())
    assert visitor.owner == "bot"


# The agent is gone.


def test_who_waits_for_the_answer_of_an_agent_that_is_gone_is_given_back_to_the_queue(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    office.agent("lin", teams=["hotline"])
    visitor.say("在吗")
    office.lose(mei)

    office.pass_time(GONE_AFTER_S - 1)
    assert visitor.owner == "agent:mei"
    office.pass_time(2)

    assert "刚才接待您的工作人员断线了。已为您重新排到综合服务组，您排在第1位" in visitor.last_notice
    assert visitor.owner == "queue" and visitor.transitions == ["request", "take", "release"]
    assert visitor.handover.status == "waiting" and len(visitor.handovers) == 1


def test_who_was_released_stands_before_those_who_came_later(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    lin = office.agent("lin", teams=["hotline"])
    office.waiting()
    visitor.say("在吗")
    office.lose(mei)

    office.pass_time(GONE_AFTER_S + 1)

    assert "您排在第1位" in visitor.last_notice
    office.desk.take(lin, visitor.id)
    assert visitor.handover.taken_by == "lin"


def test_who_waits_for_a_gone_agent_with_nobody_else_there_goes_back_to_the_bot(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    visitor.say("在吗")
    office.lose(mei)

    office.pass_time(GONE_AFTER_S + 1)

    assert visitor.owner == "bot" and visitor.transitions[-1] == "give_up" and visitor.handover.status == "unattended"
    assert "没有工作人员在线" in visitor.last_notice


def test_an_agent_who_took_a_chat_and_vanished_before_a_word_loses_it(office: Office, mei: Principal) -> None:
    office.agent("lin", teams=["hotline"])
    visitor = office.waiting()
    office.desk.take(mei, visitor.id)
    office.lose(mei)

    office.pass_time(GONE_AFTER_S + 1)

    assert visitor.transitions[-1] == "release"


def test_an_agent_who_is_there_keeps_a_chat_however_long_the_answer_takes(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    visitor.say("在吗")

    assert office.pass_time(4 * END_AFTER_S) == 0 and visitor.owner == "agent:mei"


def test_a_user_who_just_wrote_is_not_moved_before_a_minute(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    office.lose(mei)
    office.pass_time(GONE_AFTER_S + 10)
    visitor.say("在吗")

    office.pass_time(ANSWER_WITHIN_S - 1)
    assert visitor.owner == "agent:mei"
    office.pass_time(2)

    assert visitor.owner != "agent:mei"


# The user is silent.


def test_a_silent_user_is_warned_then_the_talk_ends_with_a_survey(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    assert office.pass_time(WARN_AFTER_S - 1) == 0
    assert office.pass_time(1) == 1
    assert visitor.last_notice.startswith("您还在吗？如果5分钟内没有新的消息，这次人工服务会自动结束。")
    assert visitor.owner == "agent:mei"

    assert office.pass_time(END_AFTER_S - WARN_AFTER_S - 1) == 0
    assert office.pass_time(1) == 1
    assert (
        visitor.last_notice.startswith("因为一段时间没有收到您的消息，这次人工服务自动结束了。")
        and len(visitor.last_buttons) == 5
    )
    assert visitor.transitions[-1] == "expire" and visitor.owner == "bot" and visitor.conversation.closed_at is not None
    assert (visitor.handover.status, visitor.handover.result) == ("ended", "no_reply")
    assert visitor.say("4分，挺好")[0].startswith("已记下您的评价：4分")


def test_who_writes_after_the_warning_is_not_cut_off(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    office.pass_time(WARN_AFTER_S)

    visitor.say("在的，我在找材料")
    assert office.pass_time(END_AFTER_S) == 0
    office.desk.say(mei, visitor.id, "不急", "a2")
    assert office.pass_time(WARN_AFTER_S - 1) == 0
    assert office.pass_time(1) == 1

    assert len([text for text in visitor.told() if text.startswith("您还在吗")]) == 2 and visitor.owner == "agent:mei"


def test_an_agent_who_never_said_a_word_is_no_reason_to_end_the_talk(office: Office, mei: Principal) -> None:
    visitor = office.waiting()
    office.desk.take(mei, visitor.id)

    assert office.pass_time(10 * END_AFTER_S) == 0 and visitor.owner == "agent:mei"


def test_silence_also_ends_a_talk_whose_agent_is_gone(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    office.lose(mei)

    office.pass_time(WARN_AFTER_S)
    office.pass_time(END_AFTER_S - WARN_AFTER_S)

    assert visitor.transitions[-1] == "expire"


# Several look at once, and things change in between.


def test_what_changed_between_finding_and_acting_is_left_alone(
    office: Office, mei: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, waiting = office.talking_to(mei), office.waiting()
    office.clock.now += timedelta(seconds=WARN_AFTER_S)
    office._stay()
    found = office.keeper._find_due()
    assert {conversation_id for conversation_id, _ in found} == {silent.id, waiting.id}

    silent.say("我回来了")
    waiting.say("不等了")
    monkeypatch.setattr(office.keeper, "_find_due", lambda: found)

    assert office.keeper.look() == 0
    assert len(silent.told()) == 2 and waiting.transitions == ["request", "withdraw"]


def test_looking_twice_at_the_same_does_it_once(office: Office) -> None:
    office.agent("mei", takes_automatically=True)
    visitor = office.waiting()
    found = office.keeper._find_due()

    for _, act in found * 2:
        with office.database.session() as session:
            act(session, get_conversation_for_update(session, visitor.id))

    assert visitor.transitions == ["request", "assign"]


def test_one_conversation_that_fails_does_not_stop_the_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.agent("mei", takes_automatically=True)
    first, second = office.waiting(), office.waiting()
    take = office.handovers.take

    def fail_for_the_first(session, conversation, *rest):  # type: ignore[no-untyped-def]
        if conversation.id == first.id:
            raise OwnerChanged(first.id)
        take(session, conversation, *rest)

    monkeypatch.setattr(office.handovers, "take", fail_for_the_first)

    assert office.look() == 1
    assert (first.owner, second.owner) == ("queue", "agent:mei")


def test_a_keeper_that_is_told_looks_at_once_and_goes_on_after_an_error(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover_keeper, "LOOK_EVERY_S", 60)
    looked: list[int] = []

    def look() -> int:
        looked.append(1)
        if len(looked) == 1:
            raise RuntimeError("broken")
        return 0

    async def run() -> None:
        office.keeper.start()
        async with asyncio.timeout(10):
            while len(looked) < 3:
                office.keeper.look_soon()
                await asyncio.sleep(0.01)
        await office.keeper.stop()

    monkeypatch.setattr(office.keeper, "look", look)
    asyncio.run(run())


def test_a_quiet_desk_costs_hardly_any_queries(office: Office, mei: Principal) -> None:
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", count)
    try:
        office.keeper.look()
    finally:
        event.remove(office.database.engine, "before_cursor_execute", count)

    assert len([each for each in statements if each.startswith("SELECT")]) <= 2
    with office.database.session() as session:
        assert list(handovers.list_waiting(session)) == []
