"""Talks of several turns: the subject is kept, a new one is taken up, what is unclear is asked back."""

from __future__ import annotations

import pytest

from tests.fixtures.talk import Talk

CREDIT_REPAIR = {"C1", "C2", "C8"}
TRADEMARK = {"I3", "I4"}


def test_the_talk_of_five_turns_is_about_the_right_subject_and_aspect_each_time(talk: Talk) -> None:
    how = talk.ask("信用修复怎么办")
    materials = talk.ask("材料呢")
    fee = talk.ask("要钱吗")
    trademark = talk.ask("那商标被人抢注怎么办")
    period = talk.ask("多久")

    assert [how.topic in CREDIT_REPAIR, materials.topic, fee.topic] == [True, how.topic, how.topic]
    assert "材料" in materials.answer and "材料" in (materials.section or "")
    assert "免费" in fee.answer or "不收" in fee.answer
    assert trademark.topic in TRADEMARK
    assert period.topic == trademark.topic
    assert "个月" in period.answer or "日" in period.answer or "天" in period.answer


@pytest.mark.parametrize(
    ("opening", "topics"),
    [
        ("信用修复怎么办", CREDIT_REPAIR),
        ("公司注销怎么办", {"S5", "S6", "S7"}),
        ("食品经营许可证怎么办", {"S8"}),
        ("商标注册怎么办", {"I4"}),
        ("企业银行开户怎么办", {"S13"}),
    ],
)
@pytest.mark.parametrize("follow_up", ["那要多久", "去哪办", "要什么材料", "收费吗", "有什么条件"])
def test_a_follow_up_keeps_the_subject(talk: Talk, opening: str, topics: set[str], follow_up: str) -> None:
    first = talk.ask(opening)

    second = talk.ask(follow_up)

    assert first.topic in topics
    assert second.topic == first.topic
    assert second.sources[0].get("article_id") == first.sources[0].get("article_id")


def test_a_greeting_or_thanks_in_between_does_not_lose_the_subject(talk: Talk) -> None:
    first = talk.ask("信用修复怎么办")
    talk.ask("谢谢")
    talk.ask("你好")

    assert talk.ask("那要多久").topic == first.topic


@pytest.mark.parametrize(
    ("correction", "topics"),
    [
        ("不是这个，是商标被侵权", TRADEMARK),
        ("不对，我问的是公司注销", {"S5", "S6", "S7"}),
        ("不是，我要问食品经营许可", {"S8"}),
        ("错了，是经营异常名录", {"C3"}),
    ],
)
def test_a_correction_takes_up_what_was_meant(talk: Talk, correction: str, topics: set[str]) -> None:
    talk.ask("信用修复怎么办")

    said = talk.ask(correction)

    offered = {talk.press(button).topic for button in said.buttons} if not said.sources else set()
    assert said.topic in topics or offered & topics, said.text
    assert talk.history()[2]["text"] == correction, "what was written is stored as it was written"


def test_a_correction_to_one_ambiguous_word_never_stays_with_the_old_subject(talk: Talk) -> None:
    talk.ask("信用修复怎么办")

    said = talk.ask("不是这个，是商标")

    assert said.topic is None or said.topic in TRADEMARK


@pytest.mark.parametrize("text", ["要多久", "要什么材料", "多少钱", "去哪办", "需要什么条件"])
def test_an_aspect_without_a_subject_is_asked_back(talk: Talk, text: str) -> None:
    said = talk.ask(text)

    assert said.band in {"clarify", "confirm"} and said.sources == []


@pytest.mark.parametrize("text", ["补贴", "保证金", "执照", "黑名单", "我想问投诉"])
def test_a_word_of_several_meanings_is_asked_back_with_buttons_that_lead_apart(talk: Talk, text: str) -> None:
    said = talk.ask(text)

    assert said.band == "clarify" and said.sources == [] and 2 <= len(said.buttons) <= 3
    topics = [talk.press(button).topic for button in said.buttons]
    assert None not in topics and len(set(topics)) == len(topics)


def test_yes_takes_the_first_offer_and_no_asks_for_other_words(talk: Talk) -> None:
    offered = talk.ask("补贴")
    agreed = talk.ask("对")
    assert agreed.sources and agreed.topic == talk.press(offered.buttons[0]).topic

    talk.ask("执照")
    declined = talk.ask("都不是")
    assert declined.sources == [] and "/request_human" in {button["payload"] for button in declined.buttons}


def test_after_two_turns_that_failed_a_person_is_offered(talk: Talk) -> None:
    talk.ask("要多久")
    second = talk.ask("多少钱")

    assert "/request_human" in {button["payload"] for button in second.buttons}


def test_a_button_pressed_sets_the_subject_for_the_next_question(talk: Talk) -> None:
    chosen = talk.press(talk.ask("执照").buttons[2])

    assert talk.ask("要什么材料").sources[0]["article_id"] == chosen.sources[0]["article_id"]
