"""The live stream: the same messages as over HTTP, as they are said, with typing and a change of owner."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.business.ownership import BOT, QUEUE, Owner
from bot.persistence.conversations import change_owner
from bot.services.live import Happening
from tests.fixtures.databases import outage
from tests.fixtures.desk import Colleague, colleague, desk_services
from tests.fixtures.office import DeskAssistant
from tests.fixtures.running_app import RunningApp, serving, wait_until
from tests.fixtures.talk import Json, Talk

PATIENCE_S = 10
OWNED_BY_BOT = {"type": "owner", "owner": "bot", "agent_name": None, "is_closed": False}


class Stream:
    """One open stream, and everything that came over it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Json] = []

    def read_until(self, is_enough: Callable[[list[Json]], object]) -> list[Json]:
        while not is_enough(self.frames):
            self.frames.append(json.loads(self.socket.recv(PATIENCE_S)))
        return self.frames

    @property
    def messages(self) -> list[Json]:
        return [frame["message"] for frame in self.frames if frame["type"] == "message"]


@contextmanager
def stream_of(app: RunningApp, talk: Talk, after: int | str = 0, token: str | None = None) -> Iterator[Stream]:
    with connect(_address(app, talk)) as socket:
        socket.send(json.dumps({"type": "hello", "token": token or talk.token, "after": after}))
        yield Stream(socket)


def _address(app: RunningApp, talk: Talk) -> str:
    return f"{app.url.replace('http', 'ws')}/api/chat/conversations/{talk.id}/stream"


def _count(frames: list[Json]) -> int:
    return sum(frame["type"] == "message" for frame in frames)


def test_an_open_stream_tells_what_was_said_already_and_who_owns_the_conversation(app: RunningApp, talk: Talk) -> None:
    talk.ask("你好")

    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames and frames[-1]["type"] == "owner")

    assert stream.messages == talk.history()
    assert stream.frames[-1] == OWNED_BY_BOT


def test_a_message_comes_live_exactly_as_over_http_with_typing_around_the_answer(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames)
        talk.ask("信用修复怎么办")
        frames = stream.read_until(
            lambda frames: _count(frames) == 2 and {"type": "typing", "active": False, "who": "bot"} in frames
        )

    assert stream.messages == talk.history()
    assert [m["sender"] for m in stream.messages] == ["user", "bot"]
    assert {"type": "typing", "active": True, "who": "bot"} in frames


def test_the_token_may_come_in_the_header(app: RunningApp, talk: Talk) -> None:
    talk.ask("你好")

    with connect(f"{_address(app, talk)}?after=1", additional_headers=talk.headers) as socket:
        stream = Stream(socket)
        stream.read_until(_count)

    assert stream.messages == talk.history(after=1)


def test_after_a_break_exactly_what_was_missed_comes_and_nothing_twice(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as first:
        talk.ask("你好")
        first.read_until(lambda frames: _count(frames) == 2)
    talk.ask("信用修复怎么办")
    talk.ask("要什么材料")

    with stream_of(app, talk, after=first.messages[-1]["sequence"]) as second:
        second.read_until(lambda frames: _count(frames) == 4)
        talk.ask("谢谢")
        second.read_until(lambda frames: _count(frames) == 6)

    assert first.messages + second.messages == talk.history()


def test_after_may_be_the_id_of_the_last_message_known(app: RunningApp, talk: Talk) -> None:
    talk.ask("你好")
    talk.ask("谢谢")

    with stream_of(app, talk, after=talk.history()[1]["id"]) as stream:
        stream.read_until(lambda frames: _count(frames) == 2)

    assert stream.messages == talk.history(after=2)


def test_two_streams_of_one_conversation_get_the_same(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as phone, stream_of(app, talk) as desktop:
        talk.ask("你好")
        for stream in (phone, desktop):
            stream.read_until(lambda frames: _count(frames) == 2)

    assert phone.messages == desktop.messages == talk.history()


def test_a_stream_gets_nothing_of_other_conversations(app: RunningApp, talk: Talk) -> None:
    other = app.talk()

    with stream_of(app, talk) as stream:
        other.ask("信用修复怎么办")
        talk.ask("你好")
        stream.read_until(lambda frames: _count(frames) == 2)

    assert [m["text"] for m in stream.messages] == [m["text"] for m in talk.history()]


def test_a_change_of_owner_is_told(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames and frames[-1]["type"] == "owner")
        with app.services.database.session() as session:
            assert change_owner(session, talk.id, Owner(BOT, 1), Owner(QUEUE, 2))
        app.services.live.tell_from_thread(talk.id, Happening("owner"))
        stream.read_until(lambda frames: frames[-1] == {**OWNED_BY_BOT, "owner": "queue"})

    assert talk.owner() == "queue"


@pytest.mark.parametrize(
    "hello",
    [
        '{"type":"hello","token":"wrong"}',
        '{"type":"hello"}',
        '{"token":null}',
        "nonsense",
        "[]",
        "1",
        '"text"',
        '{"token":{"$ne":1}}',
        '{"token":"\\ud800"}',
        "[" * 5000,
    ],
)
def test_a_hello_without_the_right_token_closes_with_4401(app: RunningApp, talk: Talk, hello: str) -> None:
    with connect(_address(app, talk)) as socket:
        socket.send(hello)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_S)

    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_a_binary_hello_closes_the_stream_and_nothing_else(app: RunningApp, talk: Talk) -> None:
    with connect(_address(app, talk)) as socket:
        socket.send(b"\x00\x01")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_S)

    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    assert talk.ask("你好").text


def test_the_stream_of_an_unknown_conversation_closes_with_4401(app: RunningApp, talk: Talk) -> None:
    unknown = Talk(talk.client, "no-such-conversation", talk.token)

    with stream_of(app, unknown) as stream, pytest.raises(ConnectionClosed) as closed:
        stream.socket.recv(PATIENCE_S)

    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_a_stream_opened_while_the_database_is_gone_is_closed_to_be_tried_again(app: RunningApp, talk: Talk) -> None:
    with outage(app.services.database), connect(_address(app, talk)) as socket:
        socket.send(json.dumps({"type": "hello", "token": talk.token}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_S)

    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013


def test_an_open_stream_survives_an_outage_and_tells_afterwards_what_was_said(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames)
        with outage(app.services.database) as failed:
            app.services.live.tell(talk.id, Happening("message"))
            wait_until(lambda: failed, "the stream looks at the store")
        talk.ask("你好")
        stream.read_until(lambda frames: _count(frames) == 2)

    assert stream.messages == talk.history()


def test_what_a_client_says_after_hello_is_not_taken_for_a_message(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.socket.send('{"type":"message","text":"/restart"}')
        stream.socket.send("x" * 10_000)
        talk.ask("你好")
        stream.read_until(lambda frames: _count(frames) == 2)

    assert len(talk.history()) == 2


def test_a_listener_that_left_is_forgotten(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames)
        assert talk.id in app.services.live._queues

    talk.ask("你好")
    app.services.live.tell(talk.id, Happening("message"))
    wait_until(lambda: talk.id not in app.services.live._queues, "the listener is gone")


# With people at the desk.


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The application at a time when people work."""
    with serving(desk_services(tmp_path_factory.mktemp("staffed"), DeskAssistant())) as running:
        yield running


@pytest.fixture
def mei(staffed: RunningApp) -> Iterator[Colleague]:
    with colleague(staffed, display_name="小梅", teams=["hotline"]) as person:
        yield person


def _has(frame: Json) -> Callable[[list[Json]], bool]:
    return lambda frames: any(frame.items() <= each.items() for each in frames)


def test_who_waits_is_told_where_they_are_and_when_that_changes(staffed: RunningApp, mei: Colleague) -> None:
    before, talk = staffed.talk(), staffed.talk()
    before.ask("转人工")

    with stream_of(staffed, talk) as stream:
        talk.ask("转人工")
        stream.read_until(_has({"type": "queue", "position": 2}))
        before.ask("不等了")
        stream.read_until(_has({"type": "queue", "position": 1}))

    places = [frame for frame in stream.frames if frame["type"] == "queue"]
    assert places == [{"type": "queue", "position": n, "expected_wait_s": None, "team": "综合服务组"} for n in (2, 1)]
    owners = [frame["owner"] for frame in stream.frames if frame["type"] == "owner"]
    assert owners == ["bot", "queue"]
    mei.do(talk.id, "close", result="spam", survey=False)


def test_who_comes_back_while_waiting_is_told_the_place_at_once(staffed: RunningApp, mei: Colleague) -> None:
    talk = staffed.talk()
    talk.ask("转人工")

    with stream_of(staffed, talk, after=talk.history()[-1]["sequence"]) as stream:
        stream.read_until(_has({"type": "queue", "position": 1}))

    assert [frame["type"] for frame in stream.frames] == ["owner", "queue"]
    mei.do(talk.id, "close", result="spam", survey=False)


def test_the_user_sees_who_takes_over_what_they_say_and_when_it_ends(staffed: RunningApp, mei: Colleague) -> None:
    talk = staffed.talk()

    with stream_of(staffed, talk) as stream:
        talk.ask("转人工")
        mei.do(talk.id, "take")
        stream.read_until(_has({"type": "owner", "owner": f"agent:{mei.username}", "agent_name": "小梅", "is_closed": False}))
        mei.say(talk.id, "您好")
        stream.read_until(lambda frames: stream.messages and stream.messages[-1]["sender"] == "agent")
        mei.do(talk.id, "close", result="solved", survey=True)
        stream.read_until(_has({"type": "owner", "owner": "bot", "is_closed": True}))
        talk.ask("还有一个问题")
        stream.read_until(lambda frames: OWNED_BY_BOT in frames[1:] and len(stream.messages) == len(talk.history()))

    said = next(message for message in stream.messages if message["sender"] == "agent")
    assert (said["text"], said["author_name"]) == ("您好", "小梅")
    assert stream.messages == talk.history()
    frames_after_taking = stream.frames[stream.frames.index(next(f for f in stream.frames if f.get("agent_name"))) :]
    assert not [frame for frame in frames_after_taking if frame["type"] == "queue"]


def test_the_users_own_typing_is_told_to_others_only(staffed: RunningApp, mei: Colleague) -> None:
    talk = staffed.talk()

    with stream_of(staffed, talk) as stream, staffed.services.live.listen(talk.id) as heard:
        stream.read_until(lambda frames: frames)
        stream.socket.send('{"type":"typing","active":true}')
        stream.socket.send('{"type":"typing","active":"yes"}')
        wait_until(lambda: heard.qsize() >= 2, "both are heard")
        talk.ask("你好")
        stream.read_until(lambda frames: _count(frames) == 2)

    told = [heard.get_nowait() for _ in range(2)]
    assert told == [Happening("typing", active=True, who="user"), Happening("typing", active=False, who="user")]
    assert {frame["who"] for frame in stream.frames if frame["type"] == "typing"} <= {"bot"}


@pytest.mark.parametrize("frame", ["[]", "1", "null", '{"type":["typing"]}', '{"type":"typing","active":{}}', "[" * 5_000, "{"])
def test_any_frame_after_hello_leaves_the_stream_open(staffed: RunningApp, mei: Colleague, frame: str) -> None:
    talk = staffed.talk()

    with stream_of(staffed, talk) as stream:
        stream.read_until(lambda frames: frames)
        stream.socket.send(frame)
        stream.socket.send(frame.encode())
        talk.ask("你好")
        stream.read_until(lambda frames: _count(frames) == 2)

    assert stream.messages == talk.history()
