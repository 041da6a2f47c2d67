"""Telephone numbers in what people write, and only those."""

from __future__ import annotations

import pytest

from bot.business.contact import find_phone, masked

NUMBERS = {
    "13800000000": "13800000000",
    "我的手机13800001111，杭州某某科技有限公司": "13800001111",
    "138 0000 1111": "13800001111",
    "138-0000-1111": "13800001111",
    "+8613800001111": "13800001111",
    "+86 138 0000 1111": "13800001111",
    "86-13800001111": "13800001111",
    "手机１３８００００１１１１": "13800001111",
    "称呼：王女士\n电话：13800001111\n事项：信用修复": "13800001111",
    "先打0571-87654321，没人接再打13800001111": "0571-87654321",
    "0571 87654321": "0571-87654321",
    "057187654321": "057187654321",
    "010-12345678转王": "010-12345678",
    "010-12345678-123": "010-12345678-123",
    "19912345678王": "19912345678",
}
NO_NUMBERS = [
    "",
    "12345",
    "拨打12345没人接",
    "1380000111",
    "138000011112",
    "12800001111",
    "400-123-4567",
    "88886666",
    "9133010013800138000",
    "91330100138001380001",
    "91330106MA2H138001",
    "身份证330106199001011234",
    "330102199013800138",
    "订单号2026112213800000000",
    "银行卡6222021380013800138",
    "杭市监罚处〔2026〕13号",
    "2026-11-22 09:00",
    "一三八零零零零一一一一",
]


@pytest.mark.parametrize(("text", "phone"), NUMBERS.items())
def test_the_first_number_is_found_however_it_is_written(text: str, phone: str) -> None:
    assert find_phone(text) == phone


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_credit_codes_identity_cards_and_other_long_numbers_are_no_telephone_numbers(text: str) -> None:
    assert find_phone(text) is None


@pytest.mark.parametrize(("phone", "shown"), [("13800001111", "138****1111"), ("0571-87654321", "057****4321")])
def test_a_number_is_repeated_with_its_middle_hidden(phone: str, shown: str) -> None:
    assert masked(phone) == shown
