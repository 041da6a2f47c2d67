"""Named queries on articles, tasks and report notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.persistence.tables import ArticleRow, ReportNoteRow, TaskRow


def list_current_articles(session: Session) -> Sequence[ArticleRow]:
    return session.scalars(select(ArticleRow).where(ArticleRow.is_current).order_by(ArticleRow.article_id)).all()


def add_article_version(session: Session, article_id: str, topic: str, content: str, content_sha256: str, now: datetime) -> int:
    """Add the text as the article's newest version, keep the older ones, return its number."""
    newest = session.scalar(select(func.max(ArticleRow.version)).where(ArticleRow.article_id == article_id)) or 0
    withdraw_article(session, article_id)
    session.add(
        ArticleRow(
            article_id=article_id,
            version=newest + 1,
            topic=topic,
            content=content,
            content_sha256=content_sha256,
            is_current=True,
            loaded_at=now,
        )
    )
    return newest + 1


def withdraw_article(session: Session, article_id: str) -> None:
    """Serve no version of the article any more; all are kept."""
    session.execute(update(ArticleRow).where(ArticleRow.article_id == article_id).values(is_current=False))


def list_tasks(session: Session) -> Sequence[TaskRow]:
    return session.scalars(select(TaskRow).order_by(TaskRow.id)).all()


def list_notes(session: Session) -> Sequence[ReportNoteRow]:
    return session.scalars(select(ReportNoteRow).order_by(ReportNoteRow.id)).all()


def replace_report(session: Session, tasks: Sequence[TaskRow], notes: Sequence[ReportNoteRow]) -> None:
    """Make the tables hold exactly these rows."""
    for row in [*tasks, *notes]:
        session.merge(row)
    session.execute(delete(TaskRow).where(TaskRow.id.not_in([task.id for task in tasks])))
    session.execute(delete(ReportNoteRow).where(ReportNoteRow.id.not_in([note.id for note in notes])))
