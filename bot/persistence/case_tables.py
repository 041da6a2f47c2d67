"""The tables of cases: what an enterprise wants done, who does it, until when, and all that happened."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.persistence.tables import Base


class CaseRow(Base):
    __tablename__ = "enterprise_case"
    __table_args__ = (
        Index("ix_case_list", "state", "last_at"),
        Index("ix_case_filed", "filed_at", "id"),
        Index("ix_case_of_enterprise", "credit_code", "filed_at"),
        Index("ix_case_of_department", "department", "state", "last_at"),
        Index(
            "ix_case_due",
            "due_on",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """YS, the day, six digits by chance: YS20261123483920. Knowing it opens nothing."""
    credit_code: Mapped[str | None] = mapped_column(ForeignKey("enterprise.credit_code"))
    """None = filed by somebody who has not shown whom they speak for; nobody can ask for it in the chat."""
    enterprise_name: Mapped[str] = mapped_column(String(128), server_default="")
    """As they said it; the enterprise's own name stands in its row."""
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    """Where it was filed, and where the enterprise is told."""
    source: Mapped[str] = mapped_column(String(16))
    """chat, desk or contact."""
    filed_by: Mapped[str] = mapped_column(String(160))
    """holder:<…>, agent:<user name> or system."""
    type: Mapped[str] = mapped_column(String(16))
    """consult, complaint, help or suggestion."""
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
    district: Mapped[str | None] = mapped_column(String(32))
    department: Mapped[str | None] = mapped_column(String(32))
    """Who is to answer; None = still with the desk."""
    assignee: Mapped[str | None] = mapped_column(String(64), index=True)
    """The agent who looks after it."""
    urgency: Mapped[str] = mapped_column(String(16))
    """normal or urgent."""
    title: Mapped[str] = mapped_column(String(128))
    what: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, server_default="")
    since: Mapped[str] = mapped_column(Text, server_default="")
    wish: Mapped[str] = mapped_column(Text, server_default="")
    contact_name: Mapped[str] = mapped_column(String(64), server_default="")
    contact_phone: Mapped[str] = mapped_column(String(32), server_default="")
    search_text: Mapped[str] = mapped_column(Text, server_default="")
    """Number, names and matter in one normalised text, for the list's search."""
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    """Grows with each change; a change names the version it saw."""
    filed_at: Mapped[datetime]
    last_at: Mapped[datetime]
    due_on: Mapped[date]
    """The promised day, in working days from the filing."""
    due_provisional: Mapped[bool]
    """Whether it lies in a year whose holidays are not announced yet."""
    waiting_since: Mapped[datetime | None]
    """Since when it waits for the enterprise; that time does not count."""
    escalated_at: Mapped[datetime | None]
    escalation_level: Mapped[int] = mapped_column(server_default="0")
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(32))
    answer: Mapped[str | None] = mapped_column(Text)
    """The last answer the enterprise got."""
    reopened_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    """1 to 5."""
    rating_comment: Mapped[str | None] = mapped_column(Text)
    client_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    """What whoever filed calls it; filing the same twice is filing once."""


class CaseEventRow(Base):
    """One thing that happened to a case. They are only ever added."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("enterprise_case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """filed, state, edit, note, addition, link, rating, escalation."""
    transition: Mapped[str | None] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, server_default="")
    detail: Mapped[dict[str, Any] | None]
    by: Mapped[str] = mapped_column(String(160))
    by_name: Mapped[str] = mapped_column(String(64), server_default="")
    is_internal: Mapped[bool]
    """Whether the enterprise never sees it."""
    at: Mapped[datetime]


class CaseLinkRow(Base):
    """What a case has to do with: conversation, task, article, another case, a file of the chat, a work item."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "kind", "target"), Index("ix_case_link_target", "kind", "target"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("enterprise_case.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """conversation, task, article, case, attachment or work_item."""
    target: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text, server_default="")
    by: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
