"""Pages on which a person reads an article, a task or a note of the report, as it stands on the day served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.business.task import ENVIRONMENTS, NO_RESULTS, Task, describe_target
from bot.business.task_record import TaskRecord
from bot.business.task_telling import added_facts
from bot.business.working_calendar import HANGZHOU
from bot.errors import StoreUnavailable
from bot.services.knowledge import Edition, Knowledge
from bot.services.task_answers import TaskAnswers
from bot.web.pages import missing, page, unavailable
from knowledge.articles import Article, Passage, SourceOfFact
from knowledge.base import REPORT_DATE, REPORT_TITLE, REPORT_URL
from knowledge.report import ReportNote

SECTIONS_WITHOUT_CONTENTS = 3
AUDIENCES = {"enterprise": "企业", "individual_business": "个体工商户", "individual": "个人"}
TRUST_LABELS = {"法": "法规文件", "检": "公开资料", "忆": "待核实", "?": "待核实"}
"""What a reader is told of a source's trust mark."""
UNCONFIRMED = {"忆", "?"}
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Section:
    """A passage with the sources it names."""

    passage: Passage
    sources: tuple[SourceOfFact, ...]

    @property
    def is_unconfirmed(self) -> bool:
        return any(source.trust in UNCONFIRMED for source in self.sources)


@router.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
def show_article(request: Request, article_id: str) -> Response:
    edition = _edition(request)
    if edition is None:
        return unavailable()
    found = edition.articles.get(article_id)
    if found is None:
        return missing("这篇文章")
    return page("article.html", version=found.version, **_article_values(found.article, edition))


@router.api_route("/tasks/{task_id}", methods=["GET", "HEAD"])
def show_task(request: Request, task_id: str) -> Response:
    """A source names a note of the report like a task; such a link leads on to the note."""
    edition = _edition(request)
    if edition is None:
        return unavailable()
    if task := edition.tasks.get(task_id):
        return _task_page(request, task)
    if task_id in edition.notes:
        return RedirectResponse(request.app.url_path_for("show_note", note_id=task_id), 308)
    return missing("这项任务")


@router.api_route("/notes/{note_id}", methods=["GET", "HEAD"])
def show_note(request: Request, note_id: str) -> Response:
    edition = _edition(request)
    if edition is None:
        return unavailable()
    note = edition.notes.get(note_id)
    return missing("这条报告资料") if note is None else page("note.html", **_note_values(note, edition))


def _edition(request: Request) -> Edition | None:
    """Return the texts of today; None while the store does not answer."""
    knowledge: Knowledge = request.app.state.knowledge
    try:
        return knowledge.edition()
    except StoreUnavailable:
        return None


def _article_values(article: Article, edition: Edition) -> dict[str, Any]:
    sections = [_section(article, passage) for passage in article.passages]
    aspects = [section for section in sections if section.passage.aspect is not None]
    return {
        "article": article,
        "audience": "、".join(AUDIENCES[audience] for audience in article.audience),
        "day": edition.day,
        "sections": aspects,
        "follow_ups": [section for section in sections if section.passage.aspect is None],
        "is_long": len(sections) > SECTIONS_WITHOUT_CONTENTS,
        "successor": edition.find_successor(article.id),
        "predecessor": _find_predecessor(article, edition),
        "trust_labels": TRUST_LABELS,
    }


def _find_predecessor(article: Article, edition: Edition) -> Article | None:
    found = edition.articles.get(article.supersedes) if article.supersedes else None
    return found.article if found else None


def _section(article: Article, passage: Passage) -> Section:
    return Section(passage, tuple(source for source in article.sources if source.id in passage.source_ids))


def _task_page(request: Request, task: Task) -> Response:
    """Return the page of a task: what the report says, and apart from it what was added."""
    tasks: TaskAnswers = request.app.state.task_answers
    try:
        record = tasks.find_record(task.id) or TaskRecord(task)
    except StoreUnavailable:
        return unavailable()
    return page(
        "task.html",
        environment=ENVIRONMENTS[task.environment],
        task=task,
        target=describe_target(task),
        no_results=NO_RESULTS,
        added=added_facts(record, tasks.today()) if record.was_touched else (),
        updated_on=record.updated_at.astimezone(HANGZHOU).date() if record.updated_at else None,
        has_progress=record.newest is not None,
        **_report_values(),
    )


def _note_values(note: ReportNote, edition: Edition) -> dict[str, Any]:
    tasks = [edition.tasks[task_id] for task_id in note.tasks if task_id in edition.tasks]
    return {"note": note, "tasks": tasks, **_report_values()}


def _report_values() -> dict[str, Any]:
    return {"report_title": REPORT_TITLE, "report_url": REPORT_URL, "report_date": REPORT_DATE}
