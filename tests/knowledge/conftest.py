"""The real knowledge folder, read once."""

from __future__ import annotations

import pytest
from hypothesis import settings

from bot.settings import PROJECT
from knowledge.articles import Article, read_articles
from knowledge.report import Report, read_report
from knowledge.terms import dictionary_terms, read_term_groups
from knowledge.words import WordCutter, cutter_for

KNOWLEDGE = PROJECT / "knowledge"
settings.register_profile("no_deadline", deadline=None)  # the first call loads a dictionary
settings.load_profile("no_deadline")


@pytest.fixture(scope="session")
def articles() -> list[Article]:
    return [article for article, _ in read_articles(KNOWLEDGE / "articles")]


@pytest.fixture(scope="session")
def report() -> Report:
    return read_report(KNOWLEDGE / "report")


@pytest.fixture(scope="session")
def cutter() -> WordCutter:
    return cutter_for(dictionary_terms(read_term_groups(KNOWLEDGE)))
