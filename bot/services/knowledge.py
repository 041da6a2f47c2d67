"""Loading the knowledge files into the database, and the knowledge base of a day out of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from bot.business.task import Task
from bot.persistence import knowledge as store
from bot.persistence.database import Database
from bot.persistence.tables import ArticleRow, ReportNoteRow, TaskRow
from knowledge.articles import Article, parse_article, read_articles
from knowledge.base import KnowledgeBase, VersionedArticle, assign_questions, rows_on
from knowledge.report import Report, ReportNote, read_report
from knowledge.spelling import TermSpeller
from knowledge.terms import dictionary_terms, read_term_groups
from knowledge.words import cutter_for


@dataclass(frozen=True)
class LoadResult:
    added: int
    changed: int
    withdrawn: int
    unchanged: int


def load_knowledge(database: Database, folder: Path, now: datetime) -> LoadResult:
    """Bring the database to what the files say; a changed article becomes a new version. Raises KnowledgeInvalid."""
    read = read_articles(folder / "articles")
    report = read_report(folder / "report")
    added = changed = withdrawn = 0
    with database.session() as session:
        current = {row.article_id: row for row in store.list_current_articles(session)}
        for article, text in read:
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            known = current.pop(article.id, None)
            if known is not None and known.content_sha256 == sha256:
                continue
            version = store.add_article_version(session, article.id, article.topic, text, sha256, now)
            added, changed = added + (version == 1), changed + (version > 1)
        for article_id in current:
            store.withdraw_article(session, article_id)
            withdrawn += 1
        store.replace_report(
            session,
            [_task_row(task, report.phrasings.get(task.id, ())) for task in report.tasks],
            [ReportNoteRow(**{k: list(v) if isinstance(v, tuple) else v for k, v in asdict(n).items()}) for n in report.notes],
        )
    return LoadResult(added, changed, withdrawn, len(read) - added - changed)


@dataclass(frozen=True)
class Edition:
    """What there is on one day: the base that answers, and by id every loaded text, also those that do not hold on the day."""

    day: date
    base: KnowledgeBase
    articles: Mapping[str, VersionedArticle]
    tasks: Mapping[str, Task]
    notes: Mapping[str, ReportNote]

    def find_successor(self, article_id: str) -> Article | None:
        """Return the article that names this one as superseded."""
        return next((v.article for v in self.articles.values() if v.article.supersedes == article_id), None)


class Knowledge:
    """The knowledge of today, rebuilt when the day or the loaded texts change."""

    def __init__(self, database: Database, folder: Path, today: Callable[[], date]) -> None:
        self._database = database
        self._folder = folder
        self._today = today
        self._lock = threading.Lock()
        self._built: Edition | None = None

    def base(self) -> KnowledgeBase:
        """Return the base that holds today. Cheap, but for the first call of a day."""
        return self.edition().base

    def edition(self) -> Edition:
        """Return today's base with the texts behind it. Cheap, but for the first call of a day."""
        day = self._today()
        with self._lock:
            if self._built is None or self._built.day != day:
                self._built = self._build(day)
            return self._built

    def forget(self) -> None:
        """Build anew at the next call, because texts were loaded."""
        with self._lock:
            self._built = None

    def _build(self, day: date) -> Edition:
        with self._database.session() as session:
            articles = [_versioned(row) for row in store.list_current_articles(session)]
            report = _stored_report(store.list_tasks(session), store.list_notes(session))
        terms = dictionary_terms(read_term_groups(self._folder))
        cutter = cutter_for(terms)
        rows = assign_questions(rows_on(day, articles, report), (v.article for v in articles), cutter)
        return Edition(
            day=day,
            base=KnowledgeBase(rows, cutter, TermSpeller(terms)),
            articles={versioned.article.id: versioned for versioned in articles},
            tasks={task.id: task for task in report.tasks},
            notes={note.id: note for note in report.notes},
        )


def _versioned(row: ArticleRow) -> VersionedArticle:
    return VersionedArticle(parse_article(row.content, f"{row.article_id}.md"), row.version)


_STEPS = {"ZH-24": ("4", "3")}
"""The one target with three steps: keep fifth (floor), strive for fourth, aim at third."""


def _task_row(task: Task, phrasings: tuple[str, ...]) -> TaskRow:
    middle, stretch = _STEPS.get(task.id, (None, None))
    return TaskRow(**asdict(task), phrasings=list(phrasings), target_mid=middle, target_stretch=stretch)


def _stored_report(tasks: Sequence[TaskRow], notes: Sequence[ReportNoteRow]) -> Report:
    names = Task.__dataclass_fields__
    return Report(
        tasks=tuple(Task(**{name: getattr(row, name) for name in names}) for row in tasks),
        phrasings={row.id: tuple(row.phrasings) for row in tasks},
        notes=tuple(
            ReportNote(
                id=row.id,
                topic=row.topic,
                subjects=tuple(row.subjects),
                heading=row.heading,
                phrasings=tuple(row.phrasings),
                text=row.text,
                paragraphs=tuple(row.paragraphs),
                tasks=tuple(row.tasks),
            )
            for row in notes
        ),
    )
