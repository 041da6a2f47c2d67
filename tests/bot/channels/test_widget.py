"""The chat over HTTP: the contract other programs rely on (design.md, section 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from bot.persistence.tables import MessageRow
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import CONVERSATIONS, Json, Talk, error_of

CONTRACT_FIELDS = {"id", "sender", "text", "at", "buttons", "sources", "band", "intent"}
ADDED_FIELDS = {"sequence", "client_message_id"}
SOURCE_FIELDS = {"article_id", "task_id", "topic", "title", "section", "document_no", "effective_from", "effective_to"}
SOURCE_FIELDS |= {"checked_on", "url", "page_url", "version"}
BANDS = {"answer", "confirm", "clarify", "refuse", "handover", None}


def test_a_conversation_starts_with_an_id_and_a_token_that_nobody_could_guess(client: httpx.Client) -> None:
    first, second = (client.post(CONVERSATIONS, json={}) for _ in range(2))

    assert first.status_code == 201
    assert set(first.json()) == {"conversation_id", "token"}
    assert first.json()["token"] != second.json()["token"] and len(first.json()["token"]) >= 32
    assert first.json()["conversation_id"] != second.json()["conversation_id"]


def test_a_conversation_starts_without_a_body_too(client: httpx.Client) -> None:
    assert client.post(CONVERSATIONS).status_code == 201


def test_a_message_is_answered_by_the_bot(talk: Talk) -> None:
    body = talk.ask("信用修复怎么办").body

    assert set(body) == {"messages", "owner"}
    assert body["owner"] == "bot"
    assert body["messages"] and all(message["sender"] == "bot" for message in body["messages"])


def test_messages_have_exactly_the_fields_of_the_contract(talk: Talk) -> None:
    for text in ("信用修复要什么材料", "补贴", "你好", "今天股票涨了吗", "转人工"):
        talk.ask(text)

    for message in talk.history():
        assert CONTRACT_FIELDS <= set(message) <= CONTRACT_FIELDS | ADDED_FIELDS
        assert_message(message)


def assert_message(message: Json) -> None:
    at = datetime.fromisoformat(message["at"])
    assert at.utcoffset() == timedelta(0)
    assert message["sender"] in {"user", "bot", "system"}
    assert isinstance(message["text"], str) and message["text"]
    assert message["band"] in BANDS
    for button in message["buttons"]:
        assert set(button) == {"title", "payload"} and button["title"] and button["payload"].startswith("/")
    for source in message["sources"]:
        assert set(source) <= SOURCE_FIELDS
        assert {"topic", "title", "section", "document_no", "checked_on"} <= set(source)
        assert ("article_id" in source) != ("task_id" in source)
    if message["sender"] == "bot":
        assert set(message["intent"]) == {"name", "confidence"} and 0 <= message["intent"]["confidence"] <= 1
    else:
        assert message["intent"] is None and message["sources"] == []
        assert message["sender"] == "system" or message["buttons"] == []


def test_the_same_client_message_id_gives_the_same_answer_and_is_stored_once(talk: Talk, app: RunningApp) -> None:
    first = talk.ask("公司注销要多久", "m-1")
    again = talk.ask("公司注销要多久", "m-1")

    assert again.body == first.body
    with app.services.database.session() as session:
        of_talk = select(func.count()).where(MessageRow.conversation_id == talk.id)
        assert session.scalar(of_talk.where(MessageRow.external_id == "m-1")) == 1
        assert session.scalar(of_talk) == 1 + len(first.body["messages"])


def test_the_first_text_under_a_client_message_id_counts(talk: Talk) -> None:
    first = talk.ask("公司注销要多久", "m-1")

    assert talk.ask("信用修复怎么办", "m-1").body == first.body
    assert [m["text"] for m in talk.history() if m["sender"] == "user"] == ["公司注销要多久"]


def test_two_conversations_may_use_the_same_client_message_id(client: httpx.Client) -> None:
    one, other = Talk.start(client), Talk.start(client)

    assert one.ask("你好", "m-1").body["messages"] and other.ask("谢谢", "m-1").body["messages"]
    assert [m["text"] for m in other.history() if m["sender"] == "user"] == ["谢谢"]


def test_the_history_is_everything_said_in_order(talk: Talk) -> None:
    asked = ["你好", "信用修复怎么办", "要什么材料"]
    answers = [talk.ask(text) for text in asked]

    history = talk.history()

    assert [m["text"] for m in history if m["sender"] == "user"] == asked
    assert [m for m in history if m["sender"] == "bot"] == [m for a in answers for m in a.body["messages"]]
    assert [m["sequence"] for m in history] == list(range(1, len(history) + 1))
    assert [m["at"] for m in history] == sorted(m["at"] for m in history)


def test_after_gives_only_what_came_later_by_number_or_by_id(talk: Talk) -> None:
    talk.ask("你好")
    talk.ask("谢谢")
    history = talk.history()

    assert talk.history(after=history[1]["sequence"]) == history[2:]
    assert talk.history(after=history[1]["id"]) == history[2:]
    assert talk.history(after=history[-1]["sequence"]) == []


@pytest.mark.parametrize("after", ["99999999999999999999999999", "2147483648", "9" * 5000])
def test_a_huge_after_gives_nothing_and_no_error(talk: Talk, after: str) -> None:
    talk.ask("你好")

    assert talk.history(after=after) == []


@pytest.mark.parametrize("after", ["", "-1", "1.5", "null", "不存在", "' OR 1=1 --", "²", "٣", "\x00"])
def test_an_after_that_names_nothing_gives_the_conversation_from_its_start(talk: Talk, after: str) -> None:
    talk.ask("你好")

    assert [m["sequence"] for m in talk.history(after=after)] == [1, 2]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic YWRtaW46YWRtaW4=", "Bearer " + "x" * 5000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_right_token_a_conversation_cannot_be_told_from_one_that_does_not_exist(
    talk: Talk, client: httpx.Client, method: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    body = {"text": "你好", "client_message_id": "m-1"} if method == "POST" else None

    known = client.request(method, talk.path, headers=headers, json=body)
    unknown = client.request(method, f"{CONVERSATIONS}/no-such-conversation/messages", headers=headers, json=body)

    assert known.status_code == unknown.status_code == 404
    assert error_of(known) == error_of(unknown)
    assert error_of(known)["code"] == "conversation_not_found"


def test_the_token_of_another_conversation_opens_nothing(client: httpx.Client) -> None:
    mine, yours = Talk.start(client), Talk.start(client)
    yours.ask("我的公司欠税了怎么办")

    intruder = Talk(client, yours.id, mine.token)
    assert intruder.post("你好").status_code == 404
    assert client.get(intruder.path, headers=intruder.headers).status_code == 404
    assert len(yours.history()) == 2


def test_a_broken_request_does_not_reveal_whether_the_conversation_exists(talk: Talk, client: httpx.Client) -> None:
    broken = {"content": b"{", "headers": {"Content-Type": "application/json", "Authorization": "Bearer wrong"}}

    known = client.post(talk.path, **broken)  # type: ignore[arg-type]
    unknown = client.post(f"{CONVERSATIONS}/none/messages", **broken)  # type: ignore[arg-type]

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


def test_an_unknown_address_and_a_wrong_method_are_structured_errors(talk: Talk, client: httpx.Client) -> None:
    assert error_of(client.get("/api/nothing"))["code"] == "not_found"
    assert error_of(client.delete(talk.path, headers=talk.headers))["code"] == "method_not_allowed"


def test_the_interface_describes_itself(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert {CONVERSATIONS, f"{CONVERSATIONS}/{{conversation_id}}/messages", "/api/session", "/readyz"} <= set(paths)
