"""What an agent reads first: only quotations, nothing made up."""

from __future__ import annotations

import pytest

from bot.business.summary import ASKED_AT_MOST, LONGEST_MATTER, SaidTurn, Summary, summarise

CODE = "91330106MA2H1AAA0E"


def user(text: str) -> SaidTurn:
    return SaidTurn("user", text)


def bot(title: str | None, section: str | None = None) -> SaidTurn:
    return SaidTurn("bot", "……", title, section)


def facts_of(*texts: str) -> dict[str, str]:
    return dict(summarise([user(text) for text in texts]).facts)


def test_a_talk_without_a_word_has_an_empty_summary() -> None:
    assert summarise([]) == Summary("", (), (), ())


def test_the_matter_is_what_was_asked_last_where_it_says_more() -> None:
    assert summarise([user("你好"), user("商标被抢注了怎么办"), user("要多久")]).matter == "商标被抢注了怎么办"
    assert summarise([user("商标被抢注了怎么办"), user("算了"), user("信用修复要什么材料")]).matter == "信用修复要什么材料"


def test_words_that_only_call_for_a_person_say_nothing_about_the_matter() -> None:
    told = summarise([user("信用修复"), user("转人工"), user("人工客服")], ignore=["转人工", "人工客服"])

    assert (told.matter, told.asked) == ("信用修复", ("信用修复",))


def test_a_long_matter_is_cut_and_says_so() -> None:
    matter = summarise([user("冤" * 500)]).matter

    assert matter == "冤" * LONGEST_MATTER + "…"


def test_the_last_questions_are_listed_each_once_in_order() -> None:
    told = summarise([user(text) for text in ("一问", "二问", "三问", "二问", "四问", "五问", "六问")])

    assert told.asked == ("二问", "三问", "四问", "五问", "六问") and len(told.asked) == ASKED_AT_MOST


def test_what_was_answered_is_named_newest_first_each_once_without_what_had_no_source() -> None:
    turns = [
        bot("注销"),
        bot("商标异议", "期限"),
        bot(None),
        bot("商标异议", "材料"),
        bot("商标异议", "期限"),
        bot("商标异议", "费用"),
    ]

    assert summarise(turns).answered == (("商标异议", "费用"), ("商标异议", "期限"), ("商标异议", "材料"))


def test_what_an_agent_said_is_neither_asked_nor_answered() -> None:
    told = summarise([SaidTurn("agent", "您好，处罚5000元", "标题"), SaidTurn("system", "已接入")])

    assert told == Summary("", (), (), ())


def test_facts_are_quoted_as_the_user_wrote_them() -> None:
    told = facts_of(
        f"我是杭州小鱼网络科技有限公司的，信用代码{CODE}", "杭市监罚处〔2026〕88号罚了3.5万元，12月1日到期", "电话138-0000-1111"
    )

    assert told == {
        "单位名称": "杭州小鱼网络科技有限公司",
        "统一社会信用代码": CODE,
        "文号": "杭市监罚处〔2026〕88号",
        "金额": "3.5万元",
        "日期": "12月1日",
        "电话": "13800001111",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我们公司叫杭州和平科技有限公司", "杭州和平科技有限公司"),
        ("名称是浙江给力股份有限公司，想变更", "浙江给力股份有限公司"),
        ("我在杭州诚信会计师事务所", "杭州诚信会计师事务所"),
    ],
)
def test_a_company_is_named_without_the_words_before_it(text: str, name: str) -> None:
    assert facts_of(text) == {"单位名称": name}


@pytest.mark.parametrize(
    "text",
    [
        "注册有限公司要什么材料",
        "请问有限公司和个体工商户有什么区别",
        "我想开一家有限公司",
        "我想找律师事务所",
        "怎么办信用修复",
        "91330106MA2H1AAA00",
        "补贴有多少",
    ],
)
def test_what_names_nothing_is_no_fact(text: str) -> None:
    assert facts_of(text) == {}


def test_a_day_counts_as_a_fact_only_where_something_ends_on_it() -> None:
    assert facts_of("明天就截止了") == {"日期": "明天"}
    assert facts_of("明天上班吗") == {}


def test_the_same_fact_said_twice_is_listed_once_and_the_list_stays_short() -> None:
    assert len(summarise([user("罚款500元"), user("500元太多了")]).facts) == 1
    assert len(summarise([user("，".join(f"{number}元" for number in range(100, 200)))]).facts) == 12
