"""Reading the items of a case out of what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.case import CaseType
from bot.business.case_form import CaseForm, Contact, chosen_type, contact_from, district_in, matter_from, type_of

DISTRICTS = ("上城区", "滨江区", "桐庐县", "建德市")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("13800138000", Contact("13800138000")),
        ("13800138000 王先生", Contact("13800138000", "王先生")),
        ("电话是0571-87654321，找李经理", Contact("0571-87654321", "李经理")),
        ("我叫张三，139 0013 9000", Contact("13900139000", "张三")),
        ("＋86 138 0013 8000", Contact("13800138000")),
        ("不想留", None),
        ("1380013", None),
        ("12345", None),
    ],
)
def test_number_and_name_are_told_apart(text: str, contact: Contact | None) -> None:
    assert contact_from(text) == contact


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("物业乱收电费", CaseType.COMPLAINT),
        ("建议多设几个停车位", CaseType.SUGGESTION),
        ("请帮我们协调一下贷款", CaseType.HELP),
        ("想了解人才补贴", CaseType.CONSULT),
        ("门口的路断了", None),
    ],
)
def test_the_type_is_told_by_the_matter_or_asked(text: str, kind: CaseType | None) -> None:
    assert type_of(text) is kind


@pytest.mark.parametrize(
    ("text", "kind"), [("投诉", CaseType.COMPLAINT), ("2", CaseType.COMPLAINT), ("提建议", CaseType.SUGGESTION)]
)
def test_a_type_is_chosen_by_name_or_number(text: str, kind: CaseType) -> None:
    assert chosen_type(text) is kind


@pytest.mark.parametrize(
    ("text", "district"),
    [("滨江长河路", "滨江区"), ("桐庐县城", "桐庐县"), ("在滨江区和上城区", None), ("园区门口", None), ("", None)],
)
def test_a_district_is_found_when_there_is_just_one(text: str, district: str | None) -> None:
    assert district_in(text, DISTRICTS) == district


@pytest.mark.parametrize("text", ["嗯", "。。。", "  ", "ok"])
def test_words_that_say_nothing_are_no_matter(text: str) -> None:
    assert matter_from(text) is None


def test_the_form_is_shown_with_numbers_and_with_what_was_left_out() -> None:
    shown = CaseForm("多收电费", "滨江区", "", None, Contact("13800138000", "王先生"), CaseType.COMPLAINT).shown()

    assert shown.splitlines() == [
        "1. 诉求：多收电费",
        "2. 地点：滨江区",
        "3. 开始时间：（没有填）",
        "4. 希望：（没有填）",
        "5. 联系方式：王先生 13800138000",
        "6. 类别：投诉",
    ]


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    matter_from(text), contact_from(text), type_of(text), chosen_type(text), district_in(text, DISTRICTS)
