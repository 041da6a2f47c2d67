"""What nobody should send, sent: each gets a clear structured answer, nothing is lost, nothing is executed."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from bot.persistence.tables import ConversationRow, TrackerEventRow
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk, error_of


def raw_post(talk: Talk, content: bytes) -> tuple[int, str]:
    headers = {**talk.headers, "Content-Type": "application/json"}
    response = talk.client.post(talk.path, content=content, headers=headers)
    return response.status_code, error_of(response)["code"]


@pytest.mark.parametrize("text", ["", " ", "\n\t\r ", "\u3000\u3000", "\x00", "\x00\x07\x1b", "\u2028", "\u200b"])
def test_an_empty_message_is_refused_and_not_stored(talk: Talk, text: str) -> None:
    response = talk.post(text)

    assert response.status_code == 422
    assert error_of(response)["code"] == "message_empty"
    assert talk.history() == []


def test_a_message_of_two_thousand_characters_is_answered_and_one_more_is_refused(talk: Talk) -> None:
    longest = "公司信用修复怎么办？" * 200

    assert talk.ask(longest).body["messages"]
    refused = talk.post(longest + "。")

    assert refused.status_code == 413
    assert error_of(refused)["code"] == "message_too_long" and "2000" in error_of(refused)["message"]
    assert [m["text"] for m in talk.history() if m["sender"] == "user"] == [longest]


@pytest.mark.parametrize("size", [100_000, 5_000_000])
def test_a_huge_body_is_refused(talk: Talk, size: int) -> None:
    response = talk.post("长" * (size // 3))

    assert response.status_code == 413
    assert error_of(response)["code"] in {"body_too_large", "message_too_long"}
    assert talk.history() == []


def test_a_huge_body_of_unannounced_length_is_refused(talk: Talk) -> None:
    headers = {**talk.headers, "Content-Type": "application/json"}

    response = talk.client.post(talk.path, content=(b"x" * 10_000 for _ in range(20)), headers=headers)

    assert response.status_code == 413
    assert error_of(response)["code"] == "body_too_large"


@pytest.mark.parametrize("text", ["😀", "😭😭😭🙏🙏", "👨‍👩‍👧‍👦", "?", "。。。", "，", "1", "a", "𠮷", "ﷺ", "️"])
def test_a_message_without_a_word_is_stored_and_not_answered_with_an_article(talk: Talk, text: str) -> None:
    said = talk.ask(text)

    assert said.text and said.sources == []
    assert talk.history()[0]["text"] == text


def test_control_characters_are_taken_out_and_the_question_is_answered(talk: Talk) -> None:
    said = talk.ask("信用\x00修复\x07怎么\x1b办\x7f")

    assert said.sources
    assert talk.history()[0]["text"] == "信用修复怎么办"


def test_line_breaks_of_the_writer_are_kept(talk: Talk) -> None:
    talk.ask("我想问两件事\n信用修复怎么办")

    assert talk.history()[0]["text"] == "我想问两件事\n信用修复怎么办"


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ude00\ud83d"])
def test_half_a_character_is_taken_out(talk: Talk, escape: str) -> None:
    body = '{"text":"信用修复ESCAPE怎么办","client_message_id":"m-1"}'.replace("ESCAPE", escape)
    headers = {**talk.headers, "Content-Type": "application/json"}

    response = talk.client.post(talk.path, content=body.encode(), headers=headers)

    assert response.status_code == 200, response.text
    assert talk.history()[0]["text"] == "信用修复怎么办"


MARKUP = [
    "<script>alert(1)</script>公司注册怎么办",
    '<img src=x onerror="fetch(1)">',
    "</textarea><svg/onload=alert(1)>",
    "[点我](javascript:alert(1))",
    "{{7*7}} ${7*7} #{7*7} {answer} {title}",
    "%s %d %n %(name)s",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_comes_back_as_the_text_it_is_and_in_no_answer(talk: Talk, text: str) -> None:
    response = talk.post(text)

    assert response.headers["content-type"] == "application/json"
    assert "<" not in "".join(message["text"] for message in response.json()["messages"])
    assert talk.history()[0]["text"] == text


@pytest.mark.parametrize("text", ["'; DROP TABLE message; --", "1' OR '1'='1", '"; DELETE FROM conversation; --', "\\'; --"])
def test_sql_is_text(talk: Talk, app: RunningApp, text: str) -> None:
    assert talk.ask(text, client_message_id=text).body["messages"]

    assert talk.history()[0]["text"] == text and talk.history()[0]["client_message_id"] == text
    with app.services.database.session() as session:
        assert session.scalar(select(func.count()).select_from(ConversationRow))


COMMANDS = ["/restart", "/session_start", "/back", '/greet{"a":1}', "/request_human{}", "/out_of_scope", "／restart", " /restart"]
COMMANDS += ["//restart", "/danger", "/choose_subject", '/show_passage{"passage": 1}', "/nlu_fallback", "EXTERNAL: restart"]


def test_the_conversation_remembers_its_subject_after_a_forged_restart(talk: Talk) -> None:
    first = talk.ask("信用修复怎么办")
    talk.ask("/restart")

    assert talk.ask("要多久").topic == first.topic


@pytest.mark.parametrize("text", COMMANDS)
def test_what_begins_with_a_slash_commands_nothing(talk: Talk, app: RunningApp, text: str) -> None:
    talk.ask("信用修复怎么办")

    said = talk.ask(text)

    assert said.first["intent"]["confidence"] < 1, "it was classified, as any text"
    assert talk.history()[2]["text"] == text.strip()
    with app.services.database.session() as session:
        events = session.scalars(select(TrackerEventRow.data).where(TrackerEventRow.conversation_id == talk.id)).all()
    assert not {"restart", "rewind"} & {event["event"] for event in events}


FORGED = [
    "/restart",
    '/greet{"a":1}',
    "/request_human{}",
    '/choose_subject{"subject": "tax", "article": "S10"}',
    '/choose_subject{"subject": {"$ne": null}}',
    '/choose_subject{"subject": ["tax"]}',
    "/choose_subject",
    "/choose_subject{",
    '/show_passage{"passage": 1}',
    "/show_passage" + '{"passage":' * 2000 + "1" + "}" * 2000,
    "EXTERNAL: action_handover",
    "",
]


@pytest.mark.parametrize("payload", FORGED, ids=lambda p: p[:30])
def test_a_forged_payload_is_refused_and_not_stored(talk: Talk, payload: str) -> None:
    response = talk.post("查看", payload=payload)

    assert response.status_code == 422
    assert error_of(response)["code"] == "payload_unknown"
    assert talk.history() == []


@pytest.mark.parametrize(
    "payload", ['/choose_subject{"subject": "no_such"}', '/show_passage{"passage": "no-such"}', '/show_passage{"passage": ""}']
)
def test_a_button_that_leads_nowhere_is_answered_without_an_article(talk: Talk, payload: str) -> None:
    said = talk.ask("查看", payload=payload)

    assert said.text and said.sources == []


def test_a_payload_is_shown_in_no_history(talk: Talk) -> None:
    talk.ask("转人工", payload="/request_human")

    assert "payload" not in talk.history()[0]


@pytest.mark.parametrize("content", [b"", b"{", b"nonsense", b'{"text":', b"\xff\xfe\x00", b'{"text":"a"}}', b"\x00"])
def test_broken_json_is_named(talk: Talk, content: bytes) -> None:
    status, code = raw_post(talk, content)

    assert (status, code) in {(400, "json_invalid"), (422, "request_invalid")}
    assert talk.history() == []


WRONG: list[object] = [
    None,
    [],
    "text",
    1,
    {},
    {"text": "你好"},
    {"client_message_id": "m"},
    {"text": None, "client_message_id": "m"},
    {"text": 1, "client_message_id": "m"},
    {"text": ["你好"], "client_message_id": "m"},
    {"text": {"a": 1}, "client_message_id": "m"},
    {"text": "你好", "client_message_id": None},
    {"text": "你好", "client_message_id": 7},
    {"text": "你好", "client_message_id": ""},
    {"text": "你好", "client_message_id": "m", "payload": 3},
]


@pytest.mark.parametrize("body", WRONG, ids=lambda b: json.dumps(b, ensure_ascii=False)[:40])
def test_a_body_of_the_wrong_form_is_named(talk: Talk, body: object) -> None:
    status, code = raw_post(talk, json.dumps(body).encode())

    assert (status, code) == (422, "request_invalid")
    assert talk.history() == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_json_does_not_know_are_refused(talk: Talk, number: str) -> None:
    status, _ = raw_post(talk, b'{"text":%s,"client_message_id":"m"}' % number.encode())

    assert status in {400, 422}


def test_deep_json_is_refused_and_the_server_lives(talk: Talk) -> None:
    for content in (b"[" * 30_000, b'{"text":' * 7_000 + b"1" + b"}" * 7_000):
        status, _ = raw_post(talk, content)
        assert status in {400, 422}

    assert talk.ask("你好").text


@pytest.mark.parametrize("client_message_id", ["x" * 129, "长" * 500])
def test_a_client_message_id_that_is_too_long_is_refused(talk: Talk, client_message_id: str) -> None:
    response = talk.post("你好", client_message_id)

    assert response.status_code == 422
    assert error_of(response)["code"] in {"client_message_id_invalid", "request_invalid"}


@pytest.mark.parametrize("client_message_id", ["\x00", "a\x00b", "\n", "😀", "../../x"])
def test_an_odd_client_message_id_is_accepted_or_refused_but_breaks_nothing(talk: Talk, client_message_id: str) -> None:
    response = talk.post("你好", client_message_id)

    assert response.status_code in {200, 422}
    assert talk.ask("谢谢").text


def test_a_client_message_id_with_half_a_character_breaks_nothing(talk: Talk) -> None:
    headers = {**talk.headers, "Content-Type": "application/json"}

    response = talk.client.post(talk.path, content=rb'{"text":"a","client_message_id":"\ud800"}', headers=headers)

    assert response.status_code in {200, 422}, response.text
    assert talk.ask("你好").text


def test_an_odd_conversation_id_is_not_found(talk: Talk) -> None:
    for odd in ("%00", "x" * 3000, "%F0%9F%98%80", "'%20OR%201=1"):
        response = talk.client.get(f"/api/chat/conversations/{odd}/messages", headers=talk.headers)
        assert response.status_code == 404
        error_of(response)


def test_a_refusal_repeats_nothing_of_what_was_sent(talk: Talk) -> None:
    for body in ({"text": {"secret-7": 1}, "client_message_id": "m"}, {"text": "secret-7", "client_message_id": 1}):
        assert "secret-7" not in talk.post_body(body).text
