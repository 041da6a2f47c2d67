"""Which replies a text on a screen holds, as the storm's judge reads it."""

from __future__ import annotations

from benchmarks.wechat_storm.history import StoredReply
from benchmarks.wechat_storm.screens import Ledger, order_breaks


def ledger(**texts: str) -> Ledger:
    """Return a ledger with one reply for each message; the keys name the messages."""
    return Ledger(
        (asked, StoredReply(asked, number, text, "delivered", "api", None)) for number, (asked, text) in enumerate(texts.items())
    )


def shown(counted: Ledger) -> dict[str, int]:
    return {awaited.asked: awaited.shown for awaited in counted.awaited}


def test_a_text_with_link_and_options_is_the_reply_that_it_renders():
    counted = ledger(first="交清罚款后申请。")

    counted.tick('交清罚款后申请。\n<a href="https://a/b">查看全文：甲</a>\n\n请回复数字选择：\n1. 费用\n2. 材料', "first")

    assert shown(counted) == {"first": 1}


def test_two_replies_in_one_text_count_once_each():
    counted = ledger(first="带营业执照。", second="三个工作日。")

    counted.tick("带营业执照。\n\n三个工作日。", "second")

    assert shown(counted) == {"first": 1, "second": 1}


def test_the_same_words_belong_to_the_message_whose_answer_they_are():
    counted = ledger(first="不客气。", second="不客气。")

    counted.tick("不客气。", "second")

    assert shown(counted) == {"first": 0, "second": 1}


def test_words_shown_again_after_everything_was_shown_are_seen_twice():
    counted = ledger(first="不客气。")

    counted.tick("不客气。", "first")
    counted.tick("不客气。", None)

    assert shown(counted) == {"first": 2}


def test_a_long_reply_counts_when_its_last_part_has_come():
    counted = ledger(first="第一段。\n第二段。")

    counted.tick("第一段。", None)
    before = shown(counted)
    counted.tick("第二段。", None)

    assert (before, shown(counted)) == ({"first": 0}, {"first": 1})


def test_words_that_are_no_reply_are_named():
    counted = ledger(first="不客气。")

    assert counted.tick("您好，广告。", None) is None


def test_a_reply_that_came_after_a_later_one_breaks_the_order():
    assert order_breaks([1.0, 5.0, 3.0, 6.0], tolerance_s=0.05) == [1]


def test_replies_that_crossed_on_the_way_do_not_break_the_order():
    assert order_breaks([1.0, 3.02, 3.0], tolerance_s=0.05) == []
