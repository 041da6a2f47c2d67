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
from tests.fixtures.running_app import RunningApp, wait_until
from tests.fixtures.talk import Json, Talk

PATIENCE_S = 10


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
    assert stream.frames[-1] == {"type": "owner", "owner": "bot"}


def test_a_message_comes_live_exactly_as_over_http_with_typing_around_the_answer(app: RunningApp, talk: Talk) -> None:
    with stream_of(app, talk) as stream:
        stream.read_until(lambda frames: frames)
        talk.ask("信用修复怎么办")
        frames = stream.read_until(lambda frames: _count(frames) == 2)

    assert stream.messages == talk.history()
    assert [m["sender"] for m in stream.messages] == ["user", "bot"]
    assert {"type": "typing", "active": True} in frames


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
        stream.read_until(lambda frames: frames[-1] == {"type": "owner", "owner": "queue"})

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
