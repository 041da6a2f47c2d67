from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.payload import BUTTON_INTENTS, Payload, parse_desk_payload, parse_payload


def test_the_button_of_a_subject_names_the_subject() -> None:
    assert parse_payload('/choose_subject{"subject": "tax"}') == Payload("choose_subject", "subject", "tax")


def test_the_button_of_a_passage_names_the_passage() -> None:
    assert parse_payload('/show_passage{"passage": "C1-x#how"}') == Payload("show_passage", "passage", "C1-x#how")


def test_the_button_for_a_person_carries_nothing() -> None:
    assert parse_payload(" /request_human ") == Payload("request_human", None, None)
    assert parse_payload('/request_human{"subject": "tax"}') is None
    assert parse_payload("/request_human{}") is None


@pytest.mark.parametrize(
    "text", ["/restart", "/back", "/session_start", '/greet{"subject": "tax"}', "/complain", "/nlu_fallback", "/EXTERNAL: x"]
)
def test_no_other_intent_can_be_named_by_what_somebody_types(text: str) -> None:
    assert parse_payload(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "/choose_subject",
        "/choose_subject{}",
        "/choose_subject{",
        "/choose_subject{]}",
        '/choose_subject["tax"]',
        '/choose_subject{"subject": 7}',
        '/choose_subject{"subject": null}',
        '/choose_subject{"subject": ["tax"]}',
        '/choose_subject{"subject": {"a": "b"}}',
        '/choose_subject{"passage": "tax"}',
        '/choose_subject{"subject": "tax", "failures": "0"}',
        '/choose_subject@0.9{"subject": "tax"}',
        '/choose_subject{"subject": "tax"} 谢谢',
        '请问/choose_subject{"subject": "tax"}',
        '/choose_subject{"subject": "tax"}{"subject": "tax"}',
        "/",
        "//choose_subject",
        "",
    ],
)
def test_a_payload_that_none_of_our_buttons_sends_is_plain_text(text: str) -> None:
    assert parse_payload(text) is None


@pytest.mark.parametrize("depth", [500, 950, 100_000])
def test_a_deeply_nested_payload_is_plain_text_and_no_crash(depth: int) -> None:
    text = '/choose_subject{"subject": ' + "[" * depth + "]" * depth + "}"

    assert parse_payload(text) is None


@given(st.text(), st.sampled_from([i for i, entity in BUTTON_INTENTS.items() if entity]))
def test_any_text_a_button_carries_comes_back_as_it_was(value: str, intent: str) -> None:
    entity = BUTTON_INTENTS[intent][-1]

    payload = parse_payload(f"/{intent}{json.dumps({entity: value})}")

    assert payload == Payload(intent, entity, value)


@given(st.text())
def test_no_text_whatsoever_makes_the_parser_fail(text: str) -> None:
    assert parse_payload(text) is None or text.strip().startswith("/")
    parse_payload(f"/choose_subject{{{text}}}")


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/stop_waiting", Payload("stop_waiting", None, None)),
        ("/leave_contact", Payload("leave_contact", None, None)),
        ('/rate{"score": "5"}', Payload("rate", "score", "5")),
    ],
)
def test_the_buttons_of_notices_are_for_the_desk_and_not_for_the_bot(text: str, payload: Payload) -> None:
    assert parse_desk_payload(text) == payload
    assert parse_payload(text) is None


@pytest.mark.parametrize(
    "text", [None, "", "/request_human", "/stop_waiting{}", "/rate", '/rate{"score": 5}', '/rate{"stars": "5"}']
)
def test_what_no_button_of_a_notice_sends_is_not_for_the_desk(text: str | None) -> None:
    assert parse_desk_payload(text) is None
