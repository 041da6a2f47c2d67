"""What agents and supervisors do with conversations: who may, what the user hears, what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.business.roles import Principal, Role
from bot.errors import (
    AccountNotFound,
    ConversationNotFound,
    HandoverRefused,
    MessageRefused,
    OwnedByOther,
    PermissionDenied,
)
from bot.persistence import desk_lists
from bot.persistence.database import Database
from bot.services.desk import MAX_HINT, MAX_NOTE, MAX_TAG, MAX_TAGS, PASSAGES_AT_MOST
from bot.settings import MAX_TEXT_CHARACTERS
from knowledge.base import Row, Source
from tests.fixtures.office import Office, empty


def passage(number: int) -> Row:
    source = Source("A1", "商标异议", "期限？", "《商标法》", article_id="A1-x", version=1, checked_on=date(2026, 11, 22))
    return Row(f"A1-x#{number}", "A1", ("trademark_register",), "商标异议", "要多久？", None, (), "三个月内提出。", source)


@pytest.fixture
def office(office_database: Database) -> Office:
    empty(office_database)
    return Office(office_database, rows={row.id: row for row in map(passage, range(5))})


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.agent("mei", display_name="小梅", teams=["hotline"])


@pytest.fixture
def lin(office: Office) -> Principal:
    return office.agent("lin", display_name="林工", teams=["hotline"])


@pytest.fixture
def chief(office: Office) -> Principal:
    return office.agent("chief", Role.SUPERVISOR, display_name="组长", teams=["hotline"])


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(HandoverRefused) as refusal:
        act()
    return refusal.value.reason


# Taking.


def test_who_takes_a_waiting_chat_has_it_and_the_user_hears_their_name(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    office.desk.take(mei, visitor.id)

    assert visitor.owner == "agent:mei" and visitor.transitions == ["request", "take"]
    assert visitor.last_notice == "工作人员“小梅”已接入，为您服务。您前面说的都能看到，不用重复。"
    assert (visitor.handover.status, visitor.handover.taken_by, visitor.handover.taken_at) == ("active", "mei", office.clock.now)
    assert visitor.changes[-1].by == "agent:mei"


def test_taking_what_one_has_already_changes_nothing(office: Office, mei: Principal) -> None:
    visitor = office.waiting()
    office.desk.take(mei, visitor.id)
    office.desk.take(mei, visitor.id)

    assert visitor.transitions == ["request", "take"]


def test_who_comes_second_is_told_who_was_faster(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.waiting()
    office.desk.take(mei, visitor.id)

    with pytest.raises(OwnedByOther) as other:
        office.desk.take(lin, visitor.id)

    assert other.value.name == "小梅" and visitor.owner == "agent:mei"


def test_nobody_takes_more_than_they_can_carry(office: Office, lin: Principal) -> None:
    busy = office.agent("busy", capacity=1)
    office.talking_to(busy)
    visitor = office.waiting()

    assert refused(lambda: office.desk.take(busy, visitor.id)) == "at_capacity"
    assert visitor.owner == "queue"


def test_an_agent_may_go_into_a_talk_with_the_bot(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    visitor.say("注销怎么办")

    office.desk.take(mei, visitor.id)

    assert visitor.transitions == ["step_in"] and visitor.handover.reason == "step_in"
    assert visitor.last_notice == "工作人员“小梅”已接入，接下来由人工为您服务。"
    assert visitor.say("你好") == []


def test_stepping_in_goes_on_with_a_request_that_nobody_was_there_for(office: Office) -> None:
    visitor = office.waiting()
    visitor.say("13800001111")
    mei = office.agent("mei")

    office.desk.take(mei, visitor.id)

    assert [row.result for row in visitor.handovers] == [None, "followed_up"]
    assert visitor.handover.contact and visitor.handover.contact["phone"] == "13800001111"


def test_an_account_without_a_name_of_its_own_is_called_by_its_user_name(office: Office) -> None:
    visitor = office.talking_to(office.agent("wang"))

    assert "“wang”" in visitor.told()[-1]


# Who may.


def test_a_conversation_of_another_team_cannot_be_told_from_none(office: Office, mei: Principal) -> None:
    stranger = office.agent("hao", teams=["ip"])
    visitor = office.waiting()

    for act in (office.desk.take, lambda who, where: office.desk.say(who, where, "好", "1")):
        for where in (visitor.id, "no-such-conversation", "\x00"):
            with pytest.raises(ConversationNotFound):
                act(stranger, where)


def test_who_had_a_conversation_once_still_finds_it(office: Office, mei: Principal, chief: Principal) -> None:
    hao = office.agent("hao", teams=["ip"])
    visitor = office.talking_to(mei)
    office.desk.assign(chief, visitor.id, "hao")
    office.desk.return_to_bot(hao, visitor.id, "", None)

    office.desk.note(hao, visitor.id, "记一下")

    assert visitor.owner == "bot"


def test_an_account_without_teams_helps_everywhere(office: Office, mei: Principal) -> None:
    everywhere = office.agent("everywhere")

    office.desk.take(everywhere, office.waiting().id)


def test_who_only_reads_may_do_nothing(office: Office, mei: Principal) -> None:
    reader, visitor = office.person("reader", Role.READONLY), office.waiting()
    desk = office.desk

    acts: list[Callable[[], Any]] = [
        lambda: desk.take(reader, visitor.id),
        lambda: desk.assign(reader, visitor.id, "mei"),
        lambda: desk.say(reader, visitor.id, "好", "1"),
        lambda: desk.note(reader, visitor.id, "好"),
        lambda: desk.tag(reader, visitor.id, ["好"]),
        lambda: desk.close(reader, visitor.id, "solved", "", with_survey=False),
        lambda: desk.mark_done(reader, visitor.id, ""),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert visitor.owner == "queue"


# Assigning.


def test_a_supervisor_gives_a_waiting_chat_to_an_agent_beyond_their_capacity(office: Office, chief: Principal) -> None:
    busy = office.agent("busy", capacity=1)
    office.talking_to(busy)
    visitor = office.waiting()

    office.desk.assign(chief, visitor.id, "busy")

    assert visitor.owner == "agent:busy" and visitor.transitions == ["request", "assign"]
    assert visitor.changes[-1].by == "agent:chief" and "“busy”已接入" in visitor.last_notice


def test_a_supervisor_gives_an_agents_chat_to_another(office: Office, mei: Principal, lin: Principal, chief: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.assign(chief, visitor.id, "lin")
    office.desk.assign(chief, visitor.id, "lin")

    assert visitor.owner == "agent:lin" and visitor.transitions == ["request", "take", "reassign"]
    assert visitor.last_notice == "已为您转给工作人员“林工”，前面说过的不用重复。"


def test_a_supervisor_takes_over_an_agents_chat(office: Office, mei: Principal, chief: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.assign(chief, visitor.id, "chief")

    assert visitor.owner == "agent:chief" and visitor.transitions[-1] == "reassign"


def test_a_supervisor_gives_a_talk_with_the_bot_to_an_agent(office: Office, mei: Principal, chief: Principal) -> None:
    visitor = office.visitor()
    visitor.say("注销怎么办")

    office.desk.assign(chief, visitor.id, "mei")

    assert visitor.owner == "agent:mei" and visitor.transitions == ["step_in"]


def test_a_supervisor_may_assign_a_waiting_chat_to_themselves(office: Office, chief: Principal) -> None:
    visitor = office.waiting()

    office.desk.assign(chief, visitor.id, "chief")

    assert visitor.owner == "agent:chief"


def test_an_agent_may_not_assign(office: Office, mei: Principal) -> None:
    with pytest.raises(PermissionDenied):
        office.desk.assign(mei, office.waiting().id, "mei")


@pytest.mark.parametrize("name", ["nobody", "reader", "gone", "\x00"])
def test_nobody_can_be_given_a_chat_who_may_not_talk(office: Office, chief: Principal, name: str) -> None:
    office.person("reader", Role.READONLY)
    office.person("gone", disabled=True)

    with pytest.raises(AccountNotFound):
        office.desk.assign(chief, office.waiting().id, name)


# Passing on.


def test_an_agent_passes_a_chat_to_a_colleague_with_a_note(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.transfer(mei, visitor.id, "lin", " 懂商标的\x07同事\n请看 ")

    assert visitor.owner == "agent:lin" and visitor.transitions[-1] == "transfer"
    assert visitor.changes[-1].detail == {"note": "懂商标的同事\n请看"}
    assert visitor.last_notice == "已为您转给工作人员“林工”，前面说过的不用重复。"


def test_after_passing_a_chat_on_one_cannot_speak_in_it(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.talking_to(mei)
    office.desk.transfer(mei, visitor.id, "lin", "")

    with pytest.raises(OwnedByOther):
        office.desk.say(mei, visitor.id, "还在吗", "x")
    assert visitor.told("agent") == ["您好"]


def test_a_colleague_must_be_there_and_have_room(office: Office, mei: Principal, lin: Principal) -> None:
    office.talking_to(office.agent("busy", capacity=1))
    office.person("away")
    visitor = office.talking_to(mei)

    for name in ("busy", "away"):
        assert refused(lambda name=name: office.desk.transfer(mei, visitor.id, name, "")) == "agent_unavailable"  # type: ignore[misc]
    assert refused(lambda: office.desk.transfer(mei, visitor.id, "mei", "")) == "already_theirs"
    with pytest.raises(AccountNotFound):
        office.desk.transfer(mei, visitor.id, "nobody", "")
    assert visitor.owner == "agent:mei"


def test_an_agent_passes_a_chat_to_another_teams_queue(office: Office, mei: Principal) -> None:
    hao = office.agent("hao", teams=["ip"])
    visitor = office.talking_to(mei)

    office.desk.transfer_to_team(mei, visitor.id, "ip", "商标的事")

    assert visitor.owner == "queue" and visitor.transitions[-1] == "transfer_team" and visitor.handover.team == "ip"
    assert visitor.last_notice.startswith("已为您转到知识产权组，您排在第1位，前面说过的不用重复。")
    office.desk.take(hao, visitor.id)
    assert visitor.owner == "agent:hao" and len(visitor.handovers) == 1


def test_a_team_in_which_nobody_else_is_there_cannot_be_given_a_chat(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    for team, reason in (("ip", "team_unavailable"), ("hotline", "team_unavailable"), ("sales", "team_unknown")):
        assert refused(lambda team=team: office.desk.transfer_to_team(mei, visitor.id, team, "")) == reason  # type: ignore[misc]
    assert visitor.owner == "agent:mei" and visitor.transitions == ["request", "take"]


def test_what_waits_belongs_to_nobody_who_could_pass_it_on(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.waiting()

    assert refused(lambda: office.desk.transfer(mei, visitor.id, "lin", "")) == "not_yours"
    assert refused(lambda: office.desk.return_to_bot(mei, visitor.id, "", None)) == "not_yours"


def test_an_agents_chat_is_not_another_agents_to_pass_on(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.talking_to(mei)

    acts: list[Callable[[], Any]] = [
        lambda: office.desk.transfer(lin, visitor.id, "lin", ""),
        lambda: office.desk.transfer_to_team(lin, visitor.id, "hotline", ""),
        lambda: office.desk.return_to_bot(lin, visitor.id, "", None),
        lambda: office.desk.close(lin, visitor.id, "solved", "", with_survey=True),
        lambda: office.desk.say(lin, visitor.id, "好", "1"),
    ]
    for act in acts:
        with pytest.raises(OwnedByOther):
            act()
    assert visitor.owner == "agent:mei"


# Back to the bot.


def test_a_chat_that_is_given_back_is_the_bots_with_a_hint_and_a_passage(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.return_to_bot(mei, visitor.id, "可以问我要什么材料", "A1-x#1")

    assert visitor.owner == "bot" and visitor.transitions[-1] == "return" and visitor.conversation.closed_at is None
    assert visitor.last_notice == "人工服务到这里，小助接着为您服务，刚才谈到的我都知道。接下来：可以问我要什么材料"
    assert visitor.said[-1].buttons == [{"title": "要多久", "payload": '/show_passage{"passage": "A1-x#1"}'}]
    assert (visitor.handover.status, visitor.handover.result) == ("ended", "returned")
    assert visitor.say("谢谢") == ["到：谢谢"]
    told = [(turn.sender, turn.row_id) for turn in office.assistant.heard[-1].meanwhile]
    assert told == [("agent", None), ("system", "A1-x#1")], "and the bot knows what it is to go on with"


def test_a_hint_is_cut_and_an_unknown_passage_offers_nothing(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.return_to_bot(mei, visitor.id, "提" * 1_000, "no-such-row")

    assert visitor.last_notice.count("提") == MAX_HINT and visitor.last_buttons == []


# The end.


def test_a_talk_ends_with_its_result_a_note_and_a_survey(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.close(mei, visitor.id, "forwarded", "转市场监管局", with_survey=True)

    assert visitor.owner == "bot" and visitor.transitions[-1] == "close" and visitor.conversation.closed_at == office.clock.now
    assert (visitor.handover.result, visitor.handover.closing_note) == ("forwarded", "转市场监管局")
    assert visitor.last_notice.startswith("这次人工服务结束了") and "打个分（1–5）" in visitor.last_notice
    assert visitor.handover.survey_asked_at == office.clock.now


def test_without_a_survey_nobody_is_asked(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.close(mei, visitor.id, "spam", "", with_survey=False)

    assert visitor.last_buttons == [] and visitor.handover.survey_asked_at is None
    assert visitor.say("5分") == ["到：5分"]


def test_a_chat_that_waits_may_be_ended_and_nobody_is_asked_how_the_talk_was(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    office.desk.close(mei, visitor.id, "spam", "", with_survey=True)

    assert visitor.transitions == ["request", "close"] and visitor.last_buttons == []


def test_a_supervisor_ends_an_agents_talk(office: Office, mei: Principal, chief: Principal) -> None:
    visitor = office.talking_to(mei)

    office.desk.close(chief, visitor.id, "no_reply", "", with_survey=False)

    assert visitor.changes[-1].by == "agent:chief"


def test_only_what_a_person_or_the_queue_has_can_be_ended_and_with_a_known_result(office: Office, mei: Principal) -> None:
    visitor = office.visitor()
    visitor.say("你好")

    assert refused(lambda: office.desk.close(mei, visitor.id, "solved", "", with_survey=True)) == "not_yours"
    assert refused(lambda: office.desk.close(mei, visitor.id, "great", "", with_survey=True)) == "result_unknown"


# Speaking.


def test_what_an_agent_says_is_stored_and_sent_with_its_author(office: Office, mei: Principal) -> None:
    visitor = office.waiting()
    office.desk.take(mei, visitor.id)
    visitor.say("在吗")
    office.clock.now = office.clock.now.replace(minute=30)

    message = office.desk.say(mei, visitor.id, " 在的 ", "a1")

    assert (message.text, message.sender, message.author) == ("在的", "agent", "mei")
    assert visitor.conversation.unanswered_since is None and visitor.handover.first_reply_at == office.clock.now


def test_the_same_id_again_is_the_same_message_even_after_the_chat_is_gone(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)
    message = office.desk.say(mei, visitor.id, "在的", "a1")

    assert office.desk.say(mei, visitor.id, "在的", "a1").id == message.id
    office.desk.return_to_bot(mei, visitor.id, "", None)
    assert office.desk.say(mei, visitor.id, "在的", "a1").id == message.id
    assert visitor.told("agent") == ["您好", "在的"]


def test_an_unknown_passage_is_left_out(office: Office, mei: Principal) -> None:
    message = office.desk.say(mei, office.talking_to(mei).id, "请看", "a1", ["no-such-row"])

    assert message.sources == []


def test_two_agents_may_use_the_same_id(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.talking_to(mei)
    office.desk.say(mei, visitor.id, "一", "same")
    office.desk.transfer(mei, visitor.id, "lin", "")
    office.desk.say(lin, visitor.id, "二", "same")

    assert visitor.told("agent") == ["您好", "一", "二"]


def test_passages_go_along_as_sources_a_few_at_most(office: Office, mei: Principal) -> None:
    visitor = office.talking_to(mei)

    message = office.desk.say(mei, visitor.id, "请看", "a1", ["A1-x#1", "A1-x#1", "A1-x#2", "A1-x#3", "A1-x#4"])

    sources = message.sources or []
    assert [source["row_id"] for source in sources] == ["A1-x#1", "A1-x#2", "A1-x#3"] and len(sources) == PASSAGES_AT_MOST
    assert sources[0]["title"] == "商标异议" and sources[0]["checked_on"] == "2026-11-22"
    office.desk.return_to_bot(mei, visitor.id, "", None)
    visitor.say("那要多久")
    assert [turn.row_id for turn in office.assistant.heard[-1].meanwhile] == [None, "A1-x#1"]


@pytest.mark.parametrize(
    ("text", "client_id"),
    [("", "1"), (" \n", "1"), ("字" * (MAX_TEXT_CHARACTERS + 1), "1"), ("好", ""), ("好", "x" * 101), ("好", "\x00")],
)
def test_what_cannot_be_a_message_is_refused(office: Office, mei: Principal, text: str, client_id: str) -> None:
    visitor = office.talking_to(mei)

    with pytest.raises(MessageRefused):
        office.desk.say(mei, visitor.id, text, client_id)


def test_nobody_speaks_where_the_bot_or_the_queue_has_the_chat(office: Office, mei: Principal) -> None:
    waiting, with_bot = office.waiting(), office.visitor()
    with_bot.say("你好")

    for visitor in (waiting, with_bot):
        assert refused(lambda visitor=visitor: office.desk.say(mei, visitor.id, "好", "1")) == "not_yours"  # type: ignore[misc]


# Beside the talk.


def test_notes_are_kept_for_colleagues_and_the_user_never_sees_them(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.waiting()
    seen = len(visitor.said)

    office.desk.note(mei, visitor.id, "来过三次了")
    office.desk.note(lin, visitor.id, "态度要好")

    with office.database.session() as session:
        notes = desk_lists.list_notes(session, visitor.id)
    assert [(note.author, note.text) for note in notes] == [("lin", "态度要好"), ("mei", "来过三次了")]
    assert len(visitor.said) == seen
    with pytest.raises(MessageRefused):
        office.desk.note(mei, visitor.id, " ")


def test_tags_are_set_as_a_whole_each_once(office: Office, mei: Principal) -> None:
    visitor = office.waiting()

    office.desk.tag(mei, visitor.id, [" 信用修复 ", "需回访", "信用修复", ""])
    assert visitor.conversation.tags == ["信用修复", "需回访"]
    office.desk.tag(mei, visitor.id, [])
    assert visitor.conversation.tags == []


@pytest.mark.parametrize("tags", [[str(n) for n in range(MAX_TAGS + 1)], ["长" * (MAX_TAG + 1)], ["换\n行"]])
def test_tags_that_are_too_many_or_no_tags_are_refused(office: Office, mei: Principal, tags: list[str]) -> None:
    visitor = office.waiting()

    assert refused(lambda: office.desk.tag(mei, visitor.id, tags)) == "tags_invalid"


def test_a_request_that_nobody_was_there_for_is_marked_as_dealt_with(office: Office) -> None:
    visitor, mei = office.waiting(), office.agent("mei")

    office.desk.mark_done(mei, visitor.id, "已电话联系" + "长" * MAX_NOTE)

    row = visitor.handover
    assert (row.status, row.result, row.taken_by, row.ended_at) == ("ended", "done", "mei", office.clock.now)
    assert row.closing_note is not None and len(row.closing_note) == MAX_NOTE
    assert refused(lambda: office.desk.mark_done(mei, visitor.id, "")) == "not_unattended"
    assert visitor.say("5分") == ["到：5分"], "nobody asked them how it was"


def test_a_request_that_was_dealt_with_takes_no_more_numbers(office: Office) -> None:
    visitor, mei = office.waiting(), office.agent("mei")
    office.desk.mark_done(mei, visitor.id, "")

    assert visitor.say("13800001111") == ["到：13800001111"]


def test_every_change_is_written_down_in_order_without_gaps(office: Office, mei: Principal, lin: Principal) -> None:
    visitor = office.talking_to(mei)
    office.desk.transfer(mei, visitor.id, "lin", "")
    office.desk.return_to_bot(lin, visitor.id, "", None)
    visitor.say("转人工")
    visitor.say("不等了")

    changes = visitor.changes
    assert [change.version for change in changes] == [2, 3, 4, 5, 6, 7]
    assert [(change.from_owner, change.to_owner) for change in changes] == [
        ("bot", "queue"),
        ("queue", "agent:mei"),
        ("agent:mei", "agent:lin"),
        ("agent:lin", "bot"),
        ("bot", "queue"),
        ("queue", "bot"),
    ]
    assert [change.by for change in changes] == ["user", "agent:mei", "agent:mei", "agent:lin", "user", "user"]


def test_what_is_said_to_whoever_takes_over_is_kept_among_the_notes(
    office: Office, mei: Principal, lin: Principal, office_database: Database
) -> None:
    visitor = office.talking_to(mei)

    office.desk.transfer(mei, visitor.id, "lin", "已核对营业执照，差承诺书")

    with office_database.session() as session:
        (note,) = desk_lists.list_notes(session, visitor.id)
    assert (note.author, note.text) == ("mei", "转接说明：已核对营业执照，差承诺书")
