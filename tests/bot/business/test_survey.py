"""Ratings as people type them, and texts with a number in them that are none."""

from __future__ import annotations

import pytest

from bot.business.survey import MAX_COMMENT, TITLES, Rating, parse_rating

RATINGS = {
    "5": Rating(5, ""),
    " 1 ": Rating(1, ""),
    "３": Rating(3, ""),
    "五": Rating(5, ""),
    "5分": Rating(5, ""),
    "五分": Rating(5, ""),
    "4星": Rating(4, ""),
    "五颗星": Rating(5, ""),
    "5分，很快": Rating(5, "很快"),
    "5分,办得很快": Rating(5, "办得很快"),
    "5分很快": Rating(5, "很快"),
    "5星好评": Rating(5, "好评"),
    "五星好评！": Rating(5, "好评！"),
    "给4星": Rating(4, ""),
    "我打3分": Rating(3, ""),
    "我给2分。等太久了": Rating(2, "等太久了"),
    "评价：1分 没解决": Rating(1, "没解决"),
    "4分不错": Rating(4, "不错"),
    "2分\n等了半天\n没人理": Rating(2, "等了半天\n没人理"),
    "5!": Rating(5, ""),
}
NO_RATINGS = [
    "",
    "0",
    "6",
    "0分",
    "6分",
    "10分",
    "15",
    "55",
    "5.5",
    "1,2",
    "12345",
    "2024",
    "满分",
    "不错",
    "很满意",
    "5分钟",
    "5分钟后到",
    "等了5分钟",
    "5点",
    "5号",
    "5万",
    "5个",
    "5天",
    "5元",
    "5%",
    "5楼",
    "第5条",
    "一分钱都没给",
    "五分之一",
    "三分之一",
    "三星手机",
    "三星手机商标被抢注怎么办",
    "一分公司注册要什么材料",
    "5分公司",
    "四分五裂",
    "一分为二可以吗",
    "五星级酒店",
    "5星级酒店补贴",
    "有5分吗",
    "我要投诉5号窗口",
    "信用分5分",
]


@pytest.mark.parametrize(("text", "rating"), RATINGS.items())
def test_a_rating_is_read_with_the_word_that_follows(text: str, rating: Rating) -> None:
    assert parse_rating(text) == rating


@pytest.mark.parametrize("text", NO_RATINGS)
def test_a_number_in_another_text_is_no_rating(text: str) -> None:
    assert parse_rating(text) is None


@pytest.mark.parametrize(("score", "title"), TITLES.items())
def test_the_title_of_each_button_means_its_score_and_says_nothing_more(score: int, title: str) -> None:
    assert parse_rating(title) == Rating(score, "")


def test_a_comment_is_cut_to_what_is_kept() -> None:
    rating = parse_rating("1分，" + "久" * 2_000)

    assert rating == Rating(1, "久" * MAX_COMMENT)
