from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business.credit_code import ALPHABET, is_credit_code

VALID = "91330100799655058B"  # Alibaba (China) Network, as its own imprint shows it
OTHER_VALID = ("91440300708461136T", "91110108551385082Q", "9144030071526726XG", "91110000802100433B")


@pytest.mark.parametrize("code", [VALID, *OTHER_VALID])
def test_a_code_with_the_right_check_character_is_accepted(code: str) -> None:
    assert is_credit_code(code)


def test_lower_case_and_blanks_around_a_code_do_not_matter() -> None:
    assert is_credit_code(f"  {VALID.lower()} ")


@pytest.mark.parametrize("last", sorted(set(ALPHABET) - {VALID[-1]}))
def test_every_other_last_character_is_refused(last: str) -> None:
    assert not is_credit_code(VALID[:-1] + last)


@given(position=st.integers(0, 16), char=st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_noticed_wherever_it_stands(position: int, char: str) -> None:
    mistyped = VALID[:position] + char + VALID[position + 1 :]

    assert is_credit_code(mistyped) == (mistyped == VALID)


@given(position=st.integers(0, 15))
def test_two_neighbours_in_the_wrong_order_are_noticed(position: int) -> None:
    swapped = VALID[:position] + VALID[position + 1] + VALID[position] + VALID[position + 2 :]

    assert is_credit_code(swapped) == (swapped == VALID)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_the_standard_leaves_out_are_refused(letter: str) -> None:
    assert not is_credit_code(VALID[:9] + letter + VALID[10:])


@pytest.mark.parametrize(
    "text", ["", " ", VALID[:-1], VALID + "0", "9133010079965505８B", "统一社会信用代码九一三三零一零零零零", "9133 01007996550"]
)
def test_what_has_another_length_or_other_characters_is_no_code(text: str) -> None:
    assert not is_credit_code(text)
