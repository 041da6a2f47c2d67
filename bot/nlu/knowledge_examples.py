"""What the knowledge base itself teaches the classifier: its questions, as utterances of their subject."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.business.aspects import LABELS
from knowledge.articles import Article, read_articles
from knowledge.report import read_report


def knowledge_examples(folder: str | None, intents: set[str]) -> Iterator[tuple[str, str]]:
    """Yield (question, subject) for each question of the knowledge base that belongs to exactly one of these intents."""
    if folder is None:
        return
    report = read_report(Path(folder) / "report")
    by_subject = [(article.subjects, _questions(article)) for article, _ in read_articles(Path(folder) / "articles")]
    by_subject += [(note.subjects, [note.heading, *note.phrasings]) for note in report.notes]
    by_subject += [(("reform_targets",), list(report.phrasings.get(task.id, ()))) for task in report.tasks]
    for subjects, questions in by_subject:
        if len(subjects) == 1 and subjects[0] in intents:
            yield from ((question, subjects[0]) for question in dict.fromkeys(questions))


def knowledge_fingerprint(folder: str) -> str:
    """Return a hash of every knowledge file, which the path in the config does not show."""
    digest = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*.*")):
        if path.suffix in {".md", ".yml", ".tsv"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _questions(article: Article) -> list[str]:
    asked = list(article.questions)
    for passage in article.passages:
        if passage.heading not in LABELS.values():
            asked.append(passage.heading)
        asked.extend(passage.phrasings)
    return asked
