"""`check-knowledge`: what an editor runs before handing in an article."""

from __future__ import annotations

import argparse

from bot.bootstrap import KNOWLEDGE
from knowledge.ambiguities import read_ambiguities
from knowledge.articles import read_articles
from knowledge.report import read_report
from knowledge.terms import read_term_groups


def check_knowledge(options: argparse.Namespace) -> int:
    """Read every file; errors name file, field and reason."""
    folder = options.folder or KNOWLEDGE
    articles = read_articles(folder / "articles")
    report = read_report(folder / "report")
    read_term_groups(folder)
    read_ambiguities(folder)
    passages = sum(len(article.passages) for article, _ in articles)
    print(f"{len(articles)} articles, {passages} passages, {len(report.tasks)} tasks, {len(report.notes)} notes: all well")
    return 0
