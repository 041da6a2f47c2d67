"""Canned replies: one's own, and those that everybody shares."""

from __future__ import annotations

from typing import Any

import pytest

from bot.business.roles import Principal, Role
from bot.errors import CannedReplyNotFound, HandoverRefused, MessageRefused, PermissionDenied
from bot.persistence.tables import CannedReplyRow
from bot.services import canned_replies
from bot.services.canned_replies import CannedReplies, Wording
from bot.settings import MAX_TEXT_CHARACTERS
from tests.fixtures.office import Office, all_of

HELLO = Wording("您好", "问候", "{时间问候}，我是{坐席}。")


@pytest.fixture
def replies(office: Office) -> CannedReplies:
    return CannedReplies(office.database, office.clock)


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.person("mei")


@pytest.fixture
def lin(office: Office) -> Principal:
    return office.person("lin")


@pytest.fixture
def chief(office: Office) -> Principal:
    return office.person("chief", Role.SUPERVISOR)


def listed(replies: CannedReplies, who: Principal) -> list[tuple[str, str]]:
    return [(row.owner, row.shortcut) for row in replies.list_for(who)]


def wording(**changes: str) -> Wording:
    given: dict[str, Any] = {"shortcut": "您好", "title": "问候", "text": "好", **changes}
    return Wording(**given)


def test_everybody_reads_the_shared_ones_and_their_own(
    replies: CannedReplies, mei: Principal, lin: Principal, chief: Principal, office: Office
) -> None:
    replies.add(chief, wording(shortcut="b"), is_shared=True)
    replies.add(mei, wording(shortcut="a"), is_shared=False)
    replies.add(lin, wording(shortcut="c"), is_shared=False)

    assert listed(replies, mei) == [("mei", "a"), ("", "b")]
    assert listed(replies, office.person("reader", Role.READONLY)) == [("", "b")]


def test_a_reply_is_kept_as_it_was_written_with_its_placeholders(replies: CannedReplies, mei: Principal, office: Office) -> None:
    row = replies.add(mei, Wording(" /您好 ", " 问候 ", f" {HELLO.text}\n再见 "), is_shared=False)

    assert (row.shortcut, row.title, row.text) == ("您好", "问候", f"{HELLO.text}\n再见")
    assert (row.updated_by, row.updated_at) == ("mei", office.clock.now)


def test_a_shortcut_stands_for_one_reply_of_an_owner(
    replies: CannedReplies, mei: Principal, lin: Principal, chief: Principal
) -> None:
    replies.add(mei, HELLO, is_shared=False)
    replies.add(lin, HELLO, is_shared=False)
    replies.add(chief, HELLO, is_shared=True)

    with pytest.raises(HandoverRefused, match="shortcut_taken"):
        replies.add(mei, wording(shortcut="/您好"), is_shared=False)


def test_a_reply_is_changed_without_being_in_its_own_way(replies: CannedReplies, mei: Principal) -> None:
    row, other = replies.add(mei, HELLO, is_shared=False), replies.add(mei, wording(shortcut="再见"), is_shared=False)

    changed = replies.change(mei, row.id, wording(text="您好！"), is_shared=False)
    assert (changed.id, changed.text) == (row.id, "您好！")
    with pytest.raises(HandoverRefused, match="shortcut_taken"):
        replies.change(mei, other.id, HELLO, is_shared=False)
    assert [row.text for row in replies.list_for(mei)] == ["好", "您好！"]


def test_what_is_shared_is_a_supervisors_to_change(replies: CannedReplies, mei: Principal, chief: Principal) -> None:
    shared = replies.add(chief, HELLO, is_shared=True)
    own = replies.add(mei, HELLO, is_shared=False)

    for act in (
        lambda: replies.add(mei, wording(shortcut="新"), is_shared=True),
        lambda: replies.change(mei, shared.id, HELLO, is_shared=True),
        lambda: replies.change(mei, shared.id, HELLO, is_shared=False),
        lambda: replies.change(mei, own.id, HELLO, is_shared=True),
        lambda: replies.remove(mei, shared.id),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert listed(replies, chief) == [("", "您好")]


def test_a_supervisor_makes_their_own_reply_a_shared_one(replies: CannedReplies, mei: Principal, chief: Principal) -> None:
    row = replies.add(chief, HELLO, is_shared=False)

    replies.change(chief, row.id, HELLO, is_shared=True)

    assert listed(replies, mei) == [("", "您好")]


def test_anothers_reply_cannot_be_told_from_none(replies: CannedReplies, mei: Principal, lin: Principal) -> None:
    row = replies.add(lin, HELLO, is_shared=False)

    for reply_id in (row.id, row.id + 99, 2**63, -1):
        with pytest.raises(CannedReplyNotFound):
            replies.remove(mei, reply_id)
        with pytest.raises(CannedReplyNotFound):
            replies.change(mei, reply_id, HELLO, is_shared=False)
    assert listed(replies, lin) == [("lin", "您好")]


def test_a_reply_that_was_removed_is_gone_and_its_shortcut_free(replies: CannedReplies, mei: Principal) -> None:
    replies.remove(mei, replies.add(mei, HELLO, is_shared=False).id)

    assert listed(replies, mei) == []
    replies.add(mei, HELLO, is_shared=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shortcut": ""}, "shortcut_invalid"),
        ({"shortcut": "/"}, "shortcut_invalid"),
        ({"shortcut": "两 个"}, "shortcut_invalid"),
        ({"shortcut": "换\n行"}, "shortcut_invalid"),
        ({"shortcut": "长" * 33}, "shortcut_invalid"),
        ({"title": " "}, "title_invalid"),
        ({"title": "长" * 65}, "title_invalid"),
        ({"title": "换\n行"}, "title_invalid"),
    ],
)
def test_what_cannot_be_found_by_typing_is_refused(
    replies: CannedReplies, mei: Principal, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(HandoverRefused, match=reason):
        replies.add(mei, wording(**changes), is_shared=False)


@pytest.mark.parametrize("text", ["", " \n", "字" * (MAX_TEXT_CHARACTERS + 1)])
def test_a_reply_says_something_and_no_more_than_a_message_may(replies: CannedReplies, mei: Principal, text: str) -> None:
    with pytest.raises(MessageRefused):
        replies.add(mei, wording(text=text), is_shared=False)


def test_there_is_an_end_to_the_replies_of_one_person(
    replies: CannedReplies, mei: Principal, lin: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned_replies, "OWN_AT_MOST", 2)
    for shortcut in ("一", "二"):
        replies.add(mei, wording(shortcut=shortcut), is_shared=False)

    with pytest.raises(HandoverRefused, match="too_many_replies"):
        replies.add(mei, wording(shortcut="三"), is_shared=False)
    replies.add(lin, HELLO, is_shared=False)


def test_a_new_installation_begins_with_some_and_an_old_one_keeps_its_own(
    replies: CannedReplies, office: Office, chief: Principal
) -> None:
    given = office.settings.shared_replies

    replies.fill(given)
    assert {row.shortcut for row in all_of(office.database, CannedReplyRow)} == {reply.shortcut for reply in given}

    for row in list(replies.list_for(chief))[1:]:
        replies.remove(chief, row.id)
    replies.fill(given)
    assert len(replies.list_for(chief)) == 1
