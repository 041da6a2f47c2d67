"""Messages that come together: of one conversation in order, of several side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import pytest

from tests.fixtures.assistants import SlowAssistant
from tests.fixtures.running_app import RunningApp, services_without_model, serving, wait_until, with_assistant
from tests.fixtures.talk import Talk

QUESTIONS = [
    "信用修复怎么办",
    "要什么材料",
    "公司注销多久",
    "商标异议多久",
    "你好",
    "谢谢",
    "社保怎么交",
    "怎么注册公司",
    "要钱吗",
    "再见",
]


def test_ten_messages_at_once_of_one_conversation_are_all_answered_one_after_the_other(talk: Talk) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda pair: talk.ask(pair[1], f"m-{pair[0]}"), enumerate(QUESTIONS)))

    history = talk.history()
    assert sorted(m["text"] for m in history if m["sender"] == "user") == sorted(QUESTIONS)
    assert [m["sender"] for m in history] == ["user", "bot"] * 10, "each answer follows its question"
    answered = {m["client_message_id"]: history[i + 1] for i, m in enumerate(history) if m["sender"] == "user"}
    assert [answered[f"m-{i}"] for i in range(10)] == [said.first for said in answers]


def test_ten_conversations_at_once_do_not_mix(app: RunningApp) -> None:
    talks = [app.talk() for _ in QUESTIONS]

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda pair: pair[0].ask(pair[1]), zip(talks, QUESTIONS, strict=True)))

    for talk, question, said in zip(talks, QUESTIONS, answers, strict=True):
        assert [m["text"] for m in talk.history()] == [question, said.first["text"]]


def test_the_same_message_sent_five_times_at_once_counts_once(talk: Talk) -> None:
    with ThreadPoolExecutor(5) as pool:
        bodies = list(pool.map(lambda _: talk.ask("信用修复怎么办", "m-1").body, range(5)))

    assert all(body == bodies[0] for body in bodies)
    assert len(talk.history()) == 2


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[RunningApp, SlowAssistant]]:
    assistant = SlowAssistant()
    with serving(with_assistant(services_without_model(tmp_path), assistant)) as running:
        yield running, assistant


def test_a_message_waits_for_the_one_before_it_and_is_not_shown_to_the_bot_earlier(
    slow: tuple[RunningApp, SlowAssistant],
) -> None:
    app, assistant = slow
    talk = app.talk()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(talk.ask, "第一条")
        wait_until(lambda: assistant.seen == ["第一条"], "the bot sees the first message")
        second = pool.submit(talk.ask, "第二条")
        wait_until(lambda: talk.id in app.services.chat._locks._locks, "the second message waits")
        assert assistant.seen == ["第一条"]
        assistant.may_answer.set()

        assert [first.result().text, second.result().text] == ["到：第一条", "到：第二条"]
    assert [m["text"] for m in talk.history()] == ["第一条", "到：第一条", "第二条", "到：第二条"]


def test_other_conversations_do_not_wait(slow: tuple[RunningApp, SlowAssistant]) -> None:
    app, assistant = slow
    one, other = app.talk(), app.talk()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(one.ask, "一"), pool.submit(other.ask, "二")]
        wait_until(lambda: sorted(assistant.seen) == ["一", "二"], "the bot sees both")
        assistant.may_answer.set()
        assert [a.result().text for a in answers] == ["到：一", "到：二"]


def test_the_second_of_two_messages_sent_at_once_is_answered_right_after_the_first(app: RunningApp) -> None:
    """Stock Rasa polls its lock once a second. Measured against how long one message takes on this machine."""
    alone, together = [], []
    for round_ in range(5):
        talk = app.talk()
        started = perf_counter()
        talk.ask("信用修复要什么材料")
        alone.append(perf_counter() - started)
        with ThreadPoolExecutor(2) as pool:
            started = perf_counter()
            both = [pool.submit(talk.ask, text, f"{round_}-{text}") for text in ("要多久", "要钱吗")]
            for answer in both:
                answer.result()
            together.append(perf_counter() - started)

    assert min(together) < 4 * min(alone) + 0.1
