from __future__ import annotations

from bot.business.aspects import FOLLOW_UP, LABELS, Aspect


def test_every_aspect_has_a_label_of_its_own_in_the_order_of_sections() -> None:
    assert list(LABELS) == list(Aspect)
    assert len(set(LABELS.values())) == len(Aspect)


def test_an_aspect_is_spelt_as_the_section_key_in_an_article() -> None:
    assert Aspect("time_limit") is Aspect.TIME_LIMIT
    assert str(Aspect.LEGAL_BASIS) == "legal_basis"


def test_an_article_opens_with_the_overview() -> None:
    assert next(iter(Aspect)) is Aspect.OVERVIEW


def test_follow_up_is_a_section_and_no_aspect() -> None:
    assert FOLLOW_UP not in set(Aspect)
