"""What may be answered on one day: every valid passage of every article, every task, every note, and the search over them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bot.business.aspects import Aspect
from bot.business.task import ENVIRONMENTS, Task, describe_task
from knowledge.articles import Article, Passage
from knowledge.normalise import normalise
from knowledge.report import Report, ReportNote
from knowledge.search import FloatArray, LexicalIndex
from knowledge.spelling import TermSpeller
from knowledge.words import WordCutter

FIELD_WEIGHTS = {"question": 1.0, "title": 0.2, "text": 0.6}
"""Questions are written in the asker's words, so they count most. Tuned on utterances, not on the evaluation questions."""
REPORT_TITLE = "杭州市2023年营商环境报告"
TASKS_TITLE = "杭州市2023年营商环境改革任务数据库"
MAX_RELATED = 3
REPORT_DATE = date(2023, 12, 29)
TASKS_SUBJECT = "reform_targets"
REPORT_URL = "http://www.handmsg.com/page/2023/1229/28008573.shtml"


@dataclass(frozen=True)
class Source:
    """What a reply names so that a person can open it. Exactly one of article_id and task_id is set for an article
    or task; a note of the report has its id in task_id."""

    topic: str
    title: str
    section: str
    document_no: str
    article_id: str | None = None
    task_id: str | None = None
    version: int | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    checked_on: date | None = None
    url: str | None = None
    page_url: str | None = None
    """Where our own page shows it: a path of this server."""


@dataclass(frozen=True)
class Row:
    """One thing that can be answered with: a passage, a task or a note."""

    id: str
    topic: str
    subjects: tuple[str, ...]
    title: str
    heading: str
    aspect: Aspect | None
    phrasings: tuple[str, ...]
    text: str
    source: Source
    related: tuple[Source, ...] = ()
    """Further sources, named after the first."""

    @property
    def group(self) -> str:
        """The article the row belongs to, or the report."""
        return self.source.article_id or REPORT_TITLE


@dataclass(frozen=True)
class VersionedArticle:
    article: Article
    version: int


class KnowledgeBase:
    """The rows that hold on one day, and search over them. Immutable; another day is another base."""

    def __init__(self, rows: Sequence[Row], cutter: WordCutter, speller: TermSpeller | None = None) -> None:
        self._speller = speller or TermSpeller(())
        self.rows = tuple(rows)
        self._by_id = {row.id: row for row in self.rows}
        self._position = {row.id: position for position, row in enumerate(self.rows)}
        self._positions: dict[str, list[int]] = defaultdict(list)
        self._groups: dict[str, list[Row]] = defaultdict(list)
        for position, row in enumerate(self.rows):
            self._groups[row.group].append(row)
            for subject in row.subjects:
                self._positions[subject].append(position)
        self._index = LexicalIndex(
            [{"question": "\n".join((row.heading, *row.phrasings)), "title": row.title, "text": row.text} for row in self.rows],
            FIELD_WEIGHTS,
            cutter,
        )

    @property
    def subjects(self) -> frozenset[str]:
        return frozenset(self._positions)

    def find_row(self, row_id: str) -> Row | None:
        return self._by_id.get(row_id)

    def find_task(self, number: str) -> Row | None:
        """Return the task of this number, however it is written: FZ-13, fz13, fz-1."""
        match = re.fullmatch(r"([a-z]{2})-?(\d{1,2})", number.strip().lower())
        return self._by_id.get(f"task:{match.group(1).upper()}-{int(match.group(2)):02d}") if match else None

    def list_group(self, group: str) -> list[Row]:
        """Return the rows of an article, in its order."""
        return list(self._groups.get(group, ()))

    def subject_of(self, group: str) -> str | None:
        """Return the first subject of an article, None when it does not hold today."""
        rows = self._groups.get(group, ())
        return rows[0].subjects[0] if rows else None

    def list_subject(self, subject: str) -> list[Row]:
        return [self.rows[position] for position in self._positions.get(subject, ())]

    def find_aspect(self, group: str, aspect: Aspect) -> Row | None:
        return next((row for row in self._groups.get(group, ()) if row.aspect is aspect), None)

    def scores(self, question: str) -> FloatArray:
        """Return a BM25 score per row, float32 (n_rows,)."""
        return self._index.scores(self._speller.mend(normalise(question)))

    def coverage(self, question: str) -> float:
        """Return which share (0-1) of the question's telling words the nearest stored question holds."""
        held, total = self._index.held(self._speller.mend(normalise(question)), ("question",))
        return float(held.max() / total) if total and len(held) else 0.0

    def is_about(self, row: Row, question: str) -> bool:
        """Whether the row's heading, phrasings or text hold enough of the question's words to be an answer to it."""
        held, total = self._held(row, question)
        return total == 0 or held >= ENOUGH_HELD or held / total >= ENOUGH_SHARE

    def is_beyond(self, question: str, row: Row) -> bool:
        """Whether the question says much that the row does not hold."""
        held, total = self._held(row, question)
        return total - held > MUCH_MISSING

    def _held(self, row: Row, question: str) -> tuple[float, float]:
        held, total = self._index.held(self._speller.mend(normalise(question)), ("question", "text"))
        return float(held[self._position[row.id]]), total

    def rank(
        self, scores: FloatArray, subjects: Sequence[str] = (), aspects: Sequence[Aspect] = (), limit: int = 5
    ) -> list[tuple[Row, float]]:
        """Return the best rows by these scores, best first, only those of the subjects (none = all); the first
        subject and asked aspects count extra."""
        known = [position for subject in subjects for position in self._positions.get(subject, ())]
        positions = np.unique(np.asarray(known if subjects else range(len(self.rows)), dtype=int))
        if not len(positions):
            return []
        boosted = scores[positions].copy()
        top = float(boosted.max())
        for i, position in enumerate(positions):
            row = self.rows[position]
            if row.aspect is not None and row.aspect in aspects:
                boosted[i] += (HOW_BONUS if row.aspect is Aspect.HOW else ASPECT_BONUS) * top
            if subjects and subjects[0] in row.subjects:
                boosted[i] += FIRST_SUBJECT_BONUS * top
        order = np.argsort(-boosted, kind="stable")[:limit]
        return [(self.rows[positions[i]], float(boosted[i])) for i in order]


ENOUGH_HELD = 7.0
ENOUGH_SHARE = 0.3
"""A row answers a question when it holds character pairs of this summed rarity (one or two telling ones), or this share."""
MUCH_MISSING = 25.0
"""A question with more than this rarity outside a row asks for something that the row does not say (about four pairs)."""
FIRST_SUBJECT_BONUS = 0.3
"""Of several subjects searched together, the first one's rows are lifted by this share of the best score."""
HOW_BONUS = 0.1
"""怎么办 stands in most questions and says little."""
ASPECT_BONUS = 0.5
"""An asked aspect lifts its section by this share of the best score: enough to win among equals, not against a follow-up that
asks the very question."""


def rows_on(day: date, articles: Iterable[VersionedArticle], report: Report) -> list[Row]:
    """Return the rows that hold on this day. An expired or not yet valid article is left out."""
    rows = [row for versioned in articles if versioned.article.validity.holds_on(day) for row in _article_rows(versioned)]
    by_id = {task.id: task for task in report.tasks}
    rows.extend(_note_row(note, by_id) for note in report.notes)
    named = {task.environment for task in report.tasks}
    rows.extend(_environment_row(environment, report.tasks) for environment in ENVIRONMENTS if environment in named)
    rows.extend(_task_row(task, report.phrasings.get(task.id, ())) for task in report.tasks)
    return rows


def assign_questions(rows: list[Row], articles: Iterable[Article], cutter: WordCutter) -> list[Row]:
    """Give each article's own questions to the passage they fit best, as further phrasings of it."""
    extra: dict[str, list[str]] = defaultdict(list)
    by_group: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_group[row.group].append(row)
    for article in articles:
        group = by_group.get(article.id)
        if not group or not article.questions:
            continue
        base = KnowledgeBase(group, cutter)
        for question in article.questions:
            best, _ = base.rank(base.scores(question), limit=1)[0]
            extra[best.id].append(question)
    return [replace(row, phrasings=(*row.phrasings, *extra[row.id])) if row.id in extra else row for row in rows]


def _article_rows(versioned: VersionedArticle) -> Iterable[Row]:
    article = versioned.article
    for passage in article.passages:
        yield Row(
            id=passage.id,
            topic=article.topic,
            subjects=article.subjects,
            title=article.title,
            heading=passage.heading,
            aspect=passage.aspect,
            phrasings=passage.phrasings,
            text=passage.text,
            source=_article_source(versioned, passage),
        )


def _article_source(versioned: VersionedArticle, passage: Passage) -> Source:
    article = versioned.article
    return Source(
        topic=article.topic,
        title=article.title,
        section=passage.heading,
        document_no=article.document_no,
        article_id=article.id,
        version=versioned.version,
        effective_from=article.validity.starts,
        effective_to=article.validity.ends,
        checked_on=article.checked_on,
        url=article.url_for(passage),
        page_url=f"/articles/{article.id}#{passage.key}",
    )


def _report_source(topic: str, task_id: str, section: str, paragraph: str, page_url: str | None = None) -> Source:
    return Source(
        topic=topic,
        title=REPORT_TITLE,
        section=section,
        document_no=f"报告第{paragraph}段" if paragraph else REPORT_TITLE,
        task_id=task_id,
        effective_from=None,
        checked_on=REPORT_DATE,
        url=REPORT_URL,
        page_url=page_url,
    )


def _task_row(task: Task, phrasings: tuple[str, ...]) -> Row:
    return Row(
        id=f"task:{task.id}",
        topic="A7",
        subjects=(TASKS_SUBJECT,),
        title=REPORT_TITLE,
        heading=task.name,
        aspect=None,
        phrasings=(task.id, task.metric, *phrasings),
        text=describe_task(task),
        source=_report_source("A7", task.id, f"任务{task.id}", task.paragraph, f"/tasks/{task.id}"),
    )


def _environment_row(environment: str, tasks: Sequence[Task]) -> Row:
    """Return the row that lists an environment's tasks."""
    found = [task for task in tasks if task.environment == environment]
    name = ENVIRONMENTS[environment]
    listed = "；".join(f"{task.id} {task.name}" for task in found)
    prefix = found[0].id.split("-")[0]
    return Row(
        id=f"environment:{environment}",
        topic="A7",
        subjects=(TASKS_SUBJECT,),
        title=TASKS_TITLE,
        heading=f"{name}有哪些任务",
        aspect=None,
        phrasings=(f"{name}的任务清单", f"{environment}方面的任务", f"{prefix}开头的任务", f"{name}都要做什么"),
        text=f"2023年报告里{name}的任务，数据库收了{len(found)}条：{listed}。都是报告写的计划和目标，没有完成情况的数据。",
        source=replace(_report_source("A7", found[0].id, f"{name}任务清单", found[0].paragraph), title=TASKS_TITLE),
    )


def _note_row(note: ReportNote, tasks: dict[str, Task]) -> Row:
    of_note = _report_source(note.topic, note.id, note.heading, "、".join(note.paragraphs), f"/notes/{note.id}")
    related = tuple(
        _report_source("A7", task_id, f"任务{task_id} {tasks[task_id].name}", tasks[task_id].paragraph, f"/tasks/{task_id}")
        for task_id in note.tasks[:MAX_RELATED]
    )
    if TASKS_SUBJECT in note.subjects:  # counts and sums are rows of the task database first, of the report's text second
        of_database = replace(of_note, topic="A7", title=TASKS_TITLE)
        of_note, related = of_database, (of_note, *related)
    return Row(
        id=f"note:{note.id}",
        topic=of_note.topic,
        subjects=note.subjects,
        title=REPORT_TITLE,
        heading=note.heading,
        aspect=None,
        phrasings=note.phrasings,
        text=note.text,
        source=of_note,
        related=related,
    )
