"""The desk's live stream over a real WebSocket: cards and counts as they change, and what is said in open conversations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.business.roles import Role
from bot.persistence.tables import SessionRow, UserRow
from bot.services.live import Happening
from bot.web import desk_stream
from bot.web.desk_stream import MAX_FRAME, OPEN_AT_MOST
from tests.bot.channels.test_widget_stream import stream_of as widget_of
from tests.fixtures.databases import outage
from tests.fixtures.desk import Colleague, colleague, desk_services
from tests.fixtures.office import DeskAssistant
from tests.fixtures.people import add_person, cookie_header, session_of
from tests.fixtures.running_app import RunningApp, serving, wait_until
from tests.fixtures.talk import Json, Talk

PATIENCE_S = 10


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with serving(desk_services(tmp_path_factory.mktemp("desk"), DeskAssistant())) as running:
        yield running


@pytest.fixture
def mei(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="小梅", teams=["hotline"]) as person:
        yield person


@pytest.fixture
def lin(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="林工", teams=["hotline"]) as person:
        yield person


class Desk:
    """An open desk, and everything that came over its stream."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Json] = []

    def read_until(self, is_enough: Callable[[Json], object]) -> Json:
        """Return the first new frame that is so, after reading all before it."""
        while True:
            self.frames.append(json.loads(self.socket.recv(PATIENCE_S)))
            if is_enough(self.frames[-1]):
                return self.frames[-1]

    def next(self, kind: str, **fields: Any) -> Json:
        return self.read_until(lambda frame: frame["type"] == kind and fields.items() <= frame.items())

    def send(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def follow(self, talk: Talk, after: int = 0) -> None:
        """Open the conversation, and return when its frames come."""
        self.send("open", conversation_id=talk.id, after=after)
        self.next("message", conversation_id=talk.id)

    def settle(self) -> list[Json]:
        """Return all that came until now: a ping is answered after everything that was before it."""
        self.send("ping")
        self.next("pong")
        return self.frames

    def of(self, kind: str) -> list[Json]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def entry_of(self, talk: Talk, is_so: Callable[[Json], object] = lambda entry: True) -> Json:
        def fits(frame: Json) -> bool:
            return frame["type"] == "entry" and frame["entry"]["conversation_id"] == talk.id and bool(is_so(frame["entry"]))

        entry: Json = self.read_until(fits)["entry"]
        return entry


@contextmanager
def desk_of(app: RunningApp, who: Colleague | str, **headers: str) -> Iterator[Desk]:
    """Open a desk and wait until it is greeted."""
    cookie = cookie_header(session_of(app.services.database, who)) if isinstance(who, str) else dict(who.client.headers)
    wanted = {"Cookie": cookie.get("Cookie") or cookie["cookie"], **headers}
    with connect(f"{app.url.replace('http', 'ws')}/api/desk/stream", additional_headers=wanted) as socket:
        desk = Desk(socket)
        desk.next("hello")
        yield desk


def waiting(app: RunningApp) -> Talk:
    talk = app.talk()
    talk.ask("转人工")
    assert talk.owner() == "queue"
    return talk


def taken(app: RunningApp, by: Colleague) -> Talk:
    talk = waiting(app)
    by.do(talk.id, "take")
    return talk


# Coming in.


def test_a_desk_is_greeted_with_counts_its_presence_and_the_time(app: RunningApp, mei: Colleague) -> None:
    with desk_of(app, mei) as desk:
        (hello,) = desk.of("hello")

    assert set(hello["counts"]) == {"queue", "mine", "unattended"}
    assert hello["presence"] == {"state": "ready", "takes_automatically": False}
    assert datetime.fromisoformat(hello["now"]).utcoffset() is not None


def close_code(app: RunningApp, headers: dict[str, str]) -> int | None:
    """Return with which code the stream is closed, 0 when it was not even accepted."""
    try:
        with connect(f"{app.url.replace('http', 'ws')}/api/desk/stream", additional_headers=headers) as socket:
            socket.recv(PATIENCE_S)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except InvalidStatus:
        return 0
    return None


@pytest.mark.parametrize(
    "headers", [{}, {"Cookie": "yingshang_session=guessed"}, {"Cookie": "yingshang_session="}, {"Cookie": "x"}]
)
def test_who_is_not_signed_in_is_closed_with_4401(app: RunningApp, headers: dict[str, str]) -> None:
    assert close_code(app, headers) == 4401


def test_who_must_change_their_password_first_is_closed_with_4401(app: RunningApp) -> None:
    name = add_person(app.services.database, "one-time", must_change_password=True)

    assert close_code(app, cookie_header(session_of(app.services.database, name))) == 4401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_foreign_page_is_closed_with_4403_also_with_a_good_cookie(
    app: RunningApp, mei: Colleague, headers: dict[str, str]
) -> None:
    assert close_code(app, {"Cookie": mei.client.headers["cookie"], **headers}) == 4403


def test_our_own_page_is_let_in(app: RunningApp, mei: Colleague) -> None:
    with desk_of(app, mei, Origin=app.url, **{"Sec-Fetch-Site": "same-origin"}) as desk:
        assert desk.settle()


@pytest.mark.parametrize("what", ["session", "disabled"])
def test_a_desk_is_closed_when_its_session_ends_or_its_account_is_disabled(
    app: RunningApp, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(desk_stream, "HEARTBEAT_S", 0.05)
    name = add_person(app.services.database, f"ends-{what}")

    with desk_of(app, name) as desk, pytest.raises(ConnectionClosed) as closed:
        with app.services.database.session() as session:
            if what == "session":
                session.execute(delete(SessionRow).where(SessionRow.username == name))
            else:
                session.get_one(UserRow, name).disabled = True
        desk.next("never")

    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_an_open_desk_keeps_its_agent_there(app: RunningApp, mei: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_stream, "HEARTBEAT_S", 0.05)
    seen: list[str] = []
    monkeypatch.setattr(app.services.desk.presences, "note_seen", seen.append)

    with desk_of(app, mei):
        wait_until(lambda: seen.count(mei.username) >= 3, "the agent is noted as there again and again")


# Lists.


def test_who_asks_for_a_person_appears_at_every_desk_of_the_team_with_the_counts(
    app: RunningApp, mei: Colleague, lin: Colleague
) -> None:
    with desk_of(app, mei) as one, desk_of(app, lin) as other:
        before = one.of("hello")[0]["counts"]["queue"]
        talk = waiting(app)

        for desk in (one, other):
            entry = desk.entry_of(talk, lambda entry: entry["handover"] and entry["handover"]["position"])
            assert entry["owner"] == "queue" and entry["handover"]["status"] == "waiting"
        wait_until(lambda: mei.get("/conversations")["counts"]["queue"] == before + 1, "the counts follow")
        one.settle()
        assert one.of("counts")[-1]["counts"]["queue"] == before + 1

        mei.do(talk.id, "take")
        taken = other.entry_of(talk, lambda entry: entry["owner"] != "queue")
        assert taken["owner_name"] == "小梅"
    mei.do(talk.id, "close", result="solved", survey=False)


def test_a_desk_of_another_team_hears_nothing_of_it(app: RunningApp, mei: Colleague) -> None:
    with colleague(app, teams=["ip"]) as hao, desk_of(app, hao) as other, desk_of(app, mei) as desk:
        talk = taken(app, mei)
        mei.say(talk.id, "您好")
        desk.entry_of(talk, lambda entry: (entry["last_message"] or {}).get("text") == "您好")

        told = other.settle()

    handed_over = [
        f for f in told if f["type"] == "entry" and f["entry"]["conversation_id"] == talk.id and f["entry"]["handover"]
    ]
    assert handed_over == [] and all(frame["counts"]["queue"] == 0 for frame in other.of("counts"))
    mei.do(talk.id, "close", result="solved", survey=False)


def test_ones_own_presence_is_told_in_every_tab(app: RunningApp, mei: Colleague) -> None:
    with desk_of(app, mei) as one, desk_of(app, mei) as other:
        mei.come("away", takes_automatically=True)

        for desk in (one, other):
            frame = desk.next("presence", presence={"state": "away", "takes_automatically": True})
            assert frame["username"] == mei.username


# An open conversation.


def test_what_is_said_comes_in_order_exactly_as_over_http(app: RunningApp, mei: Colleague) -> None:
    talk = taken(app, mei)

    with desk_of(app, mei) as desk:
        desk.follow(talk)
        for number in range(5):
            talk.ask(f"第{number}句")
            mei.say(talk.id, f"答{number}")
        desk.read_until(lambda frame: frame["type"] == "message" and frame["message"]["text"] == "答4")

    said = [frame["message"] for frame in desk.of("message")]
    assert [m["sequence"] for m in said] == list(range(1, len(said) + 1))
    stable = [{k: v for k, v in m.items() if k != "delivery"} for m in said]
    assert stable == [{k: v for k, v in m.items() if k != "delivery"} for m in mei.detail(talk.id)["messages"]]
    mei.do(talk.id, "close", result="solved", survey=False)


def test_after_a_break_exactly_what_was_missed_comes(app: RunningApp, mei: Colleague) -> None:
    talk = taken(app, mei)
    with desk_of(app, mei) as desk:
        desk.follow(talk)
        wait_until(lambda: len([f for f in desk.settle() if f["type"] == "message"]) == 4, "all so far was told")
    last = desk.of("message")[-1]["message"]["sequence"]
    talk.ask("断线时说的")
    mei.say(talk.id, "也是断线时说的")

    with desk_of(app, mei) as again:
        again.send("open", conversation_id=talk.id, after=last)
        again.read_until(lambda frame: frame["type"] == "message" and frame["message"]["sender"] == "agent")

    assert [f["message"]["text"] for f in again.of("message")] == ["断线时说的", "也是断线时说的"]
    mei.do(talk.id, "close", result="solved", survey=False)


@pytest.mark.parametrize("after", [None, "x", -1, 2**31, 1.5, [], "1"])
def test_a_number_that_is_none_means_from_the_beginning(app: RunningApp, mei: Colleague, after: object) -> None:
    talk = app.talk()
    talk.ask("你好")

    with desk_of(app, mei) as desk:
        desk.send("open", conversation_id=talk.id, after=after)
        assert desk.next("message")["message"]["sequence"] == 1


def test_only_what_is_open_is_told_word_for_word(app: RunningApp, mei: Colleague) -> None:
    talk, other = taken(app, mei), taken(app, mei)

    with desk_of(app, mei) as desk:
        desk.follow(talk)
        desk.follow(other)
        desk.send("leave", conversation_id=other.id)
        desk.settle()
        desk.frames.clear()
        other.ask("没人看着")
        talk.ask("有人看着")
        desk.next("message", conversation_id=talk.id)
        told = desk.settle()

    assert {f["conversation_id"] for f in told if f["type"] == "message"} == {talk.id}
    for each in (talk, other):
        mei.do(each.id, "close", result="solved", survey=False)


def test_typing_is_told_to_the_others_and_not_to_oneself(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = taken(app, mei)

    with desk_of(app, mei) as own, desk_of(app, lin) as other, widget_of(app, talk) as widget:
        for desk in (own, other):
            desk.follow(talk)
        widget.read_until(lambda frames: any(f["type"] == "owner" for f in frames))

        own.send("typing", conversation_id=talk.id, active=True)
        assert other.next("typing")["who"] == "agent"
        widget.read_until(lambda frames: {"type": "typing", "active": True, "who": "agent"} in frames)

        widget.socket.send(json.dumps({"type": "typing", "active": True}))
        assert own.next("typing") == {"type": "typing", "conversation_id": talk.id, "who": "user", "active": True}
        assert [f["who"] for f in own.of("typing")] == ["user"]
    mei.do(talk.id, "close", result="solved", survey=False)


def test_who_only_reads_types_nothing_into_a_talk(app: RunningApp, mei: Colleague) -> None:
    talk = taken(app, mei)

    with colleague(app, Role.READONLY) as reader, desk_of(app, reader) as watching, desk_of(app, mei) as desk:
        for each in (watching, desk):
            each.follow(talk)
        watching.send("typing", conversation_id=talk.id, active=True)
        watching.settle()
        app.services.live.tell_from_thread(talk.id, Happening("typing", active=True, who="user"))
        assert desk.next("typing")["who"] == "user"
    mei.do(talk.id, "close", result="solved", survey=False)


def test_the_bot_types_too(app: RunningApp, mei: Colleague) -> None:
    talk = app.talk()
    talk.ask("你好")

    with desk_of(app, mei) as desk:
        desk.follow(talk)
        talk.ask("信用修复怎么办")
        assert desk.next("typing") == {"type": "typing", "conversation_id": talk.id, "who": "bot", "active": True}
        assert desk.next("typing", active=False)["who"] == "bot"


def test_notes_come_live_to_colleagues(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = waiting(app)

    with desk_of(app, lin) as desk:
        desk.follow(talk)
        note = mei.post(f"/conversations/{talk.id}/notes", {"text": "来过三次"})["note"]
        assert desk.next("note") == {"type": "note", "conversation_id": talk.id, "note": note}
    mei.do(talk.id, "close", result="spam", survey=False)


def test_what_became_of_a_message_comes_live(app: RunningApp, mei: Colleague) -> None:
    talk = taken(app, mei)

    with desk_of(app, mei) as desk:
        desk.follow(talk)
        message = mei.say(talk.id, "您好")
        delivered = desk.next("delivery", message_id=message["id"], delivery={"status": "delivered", "error": None, "code": None})
    assert delivered["conversation_id"] == talk.id
    mei.do(talk.id, "close", result="solved", survey=False)


# What may not be, and what is no frame.


def test_a_conversation_that_one_may_not_see_is_not_opened(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app)

    with colleague(app, teams=["ip"]) as hao, desk_of(app, hao) as desk:
        for conversation_id in (talk.id, "no-such-conversation"):
            desk.send("open", conversation_id=conversation_id, after=0)
            assert desk.next("error")["code"] == "conversation_not_found"
        desk.send("typing", conversation_id=talk.id, active=True)
        talk.ask("秘密")
        assert not [f for f in desk.settle() if f["type"] == "message"]
    mei.do(talk.id, "close", result="spam", survey=False)


@pytest.mark.parametrize(
    "frame",
    ["", "nonsense", "[]", "1", "null", '"open"', "[" * 5_000, "x" * (MAX_FRAME + 1), "{", b"\x00\x01", '{"type":'],
    ids=lambda frame: repr(frame[:12]),
)
def test_what_is_no_frame_is_said_to_be_none_and_the_stream_goes_on(app: RunningApp, mei: Colleague, frame: str | bytes) -> None:
    with desk_of(app, mei) as desk:
        desk.socket.send(frame)
        assert desk.next("error")["code"] == "frame_invalid"
        assert desk.settle()


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"type": None},
        {"type": "fly"},
        {"type": ["open"]},
        {"type": {"a": 1}},
        {"type": "open"},
        {"type": "open", "conversation_id": 1},
        {"type": "open", "conversation_id": ["x"]},
        {"type": "open", "conversation_id": "\ud800"},
        {"type": "open", "conversation_id": "\x00"},
        {"type": "leave", "conversation_id": {}},
        {"type": "leave", "conversation_id": "never opened"},
        {"type": "typing"},
        {"type": "typing", "conversation_id": ["x"]},
        {"type": "typing", "conversation_id": {"a": 1}, "active": "yes"},
    ],
    ids=str,
)
def test_a_frame_that_makes_no_sense_harms_nothing(app: RunningApp, mei: Colleague, frame: Json) -> None:
    with desk_of(app, mei) as desk:
        desk.socket.send(json.dumps(frame))
        assert desk.settle()


def test_of_many_open_conversations_the_one_opened_first_is_left(app: RunningApp, mei: Colleague) -> None:
    talks = [app.talk() for _ in range(OPEN_AT_MOST + 1)]
    for talk in talks:
        talk.ask("你好")

    with desk_of(app, mei) as desk:
        for talk in talks:
            desk.follow(talk)
        desk.settle()
        desk.frames.clear()
        talks[0].ask("没人看着")
        talks[1].ask("有人看着")
        desk.next("message", conversation_id=talks[1].id)
        told = desk.settle()

    assert {f["conversation_id"] for f in told if f["type"] == "message"} == {talks[1].id}


def test_a_stream_survives_an_outage_of_the_store(app: RunningApp, mei: Colleague) -> None:
    talk = taken(app, mei)

    with desk_of(app, mei) as desk:
        desk.follow(talk)
        with outage(app.services.database) as failed:
            for happening in (Happening("delivery", about="x"), Happening("note", about="1"), Happening("message")):
                failed.clear()
                app.services.live.tell_from_thread(talk.id, happening)
                wait_until(lambda: failed, "the stream looks at the store")
            desk.send("open", conversation_id=app.url, after=0)
            assert desk.next("error")["code"] == "temporarily_unavailable"
        talk.ask("恢复了")
        desk.read_until(lambda frame: frame["type"] == "message" and frame["message"]["text"] == "恢复了")
    mei.do(talk.id, "close", result="solved", survey=False)
