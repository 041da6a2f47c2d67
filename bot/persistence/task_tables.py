"""The tables of what people add to the reform tasks. The tasks themselves are content, loaded anew at each start."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.persistence.tables import Base


class TaskAdditionRow(Base):
    """What the admin knows about a task beyond the report. Empty = still not stated."""

    __tablename__ = "task_addition"

    task_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    lead_unit: Mapped[str] = mapped_column(Text, server_default="")
    leader: Mapped[str] = mapped_column(String(64), server_default="")
    team: Mapped[list[Any]]
    """Names of units or people who work on it."""
    due_on: Mapped[date | None]
    """A day, where the report has none or only a year."""
    started_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16), server_default="")
    """计划, 推进中 or 已完成, when that changed since the report."""
    source: Mapped[str] = mapped_column(Text, server_default="")
    """Where this is known from."""
    version: Mapped[int]
    updated_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class TaskProgressRow(Base):
    """A value of a task's metric on a day, with its evidence. Corrections are new rows; a withdrawn one stays to be seen."""

    __tablename__ = "task_progress"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    task_id: Mapped[str] = mapped_column(String(32), index=True)
    on_day: Mapped[date]
    value: Mapped[str] = mapped_column(String(32), server_default="")
    """A decimal number in the task's unit; "" = words only."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    evidence: Mapped[str] = mapped_column(Text)
    """A document's number, a link, or where it is kept."""
    author: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]


class TaskChangeRow(Base):
    """Who changed what of a task's additions, from what to what."""

    __tablename__ = "task_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    task_id: Mapped[str] = mapped_column(String(32), index=True)
    changes: Mapped[dict[str, Any]]
    """Field -> [before, after]."""
    by: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(16))
    """desk or import."""
    at: Mapped[datetime]


class TaskImportRow(Base):
    """Changes read from a file, shown and not applied yet. Whoever uploaded it may apply it once, within its time."""

    __tablename__ = "task_import"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), index=True)
    changes: Mapped[list[Any]]
    """For each task: its id, the version that was looked at, and the new values by field."""
    expires_at: Mapped[datetime]
