"""The tables. Times are UTC and aware; JSON holds text as UTF-8."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()}


class ConversationRow(Base):
    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    token_sha256: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(80))
    owner_version: Mapped[int]
    last_sequence: Mapped[int]
    """Number of the last message; the next one gets one more."""
    created_at: Mapped[datetime]


class MessageRow(Base):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        UniqueConstraint("conversation_id", "external_id"),
        Index("ix_message_unhandled", "handled_at", "sender"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    sequence: Mapped[int]
    sender: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    external_id: Mapped[str | None] = mapped_column(String(128))
    """The channel's own id of an inbound message: counts once."""
    payload: Mapped[str | None] = mapped_column(Text)
    """What the button sends whose title is the text."""
    handled_at: Mapped[datetime | None]
    """Inbound: when the reply to it was stored. None = still to be answered, also after a crash."""
    reply_to: Mapped[str | None] = mapped_column(String(64))
    buttons: Mapped[list[Any] | None]
    sources: Mapped[list[Any] | None]
    band: Mapped[str | None] = mapped_column(String(16))
    intent: Mapped[dict[str, Any] | None]
    model_id: Mapped[str | None] = mapped_column(String(128))


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "status", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), unique=True)
    """Also the key by which a receiver recognises a second delivery."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    """pending, delivered or failed."""
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)


class HandoverRequestRow(Base):
    __tablename__ = "handover_request"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class TrackerEventRow(Base):
    __tablename__ = "tracker_event"

    conversation_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    """The primary key makes a second writer fail instead of overwriting."""
    data: Mapped[dict[str, Any]]


class TrackerStateRow(Base):
    __tablename__ = "tracker_state"

    conversation_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    last_sequence: Mapped[int]
    slots: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class ArticleRow(Base):
    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(String(128), index=True)
    version: Mapped[int]
    topic: Mapped[str] = mapped_column(String(8))
    content: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    is_current: Mapped[bool] = mapped_column(index=True)
    loaded_at: Mapped[datetime]


class TaskRow(Base):
    __tablename__ = "task"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    environment: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(Text)
    metric: Mapped[str] = mapped_column(Text)
    target_value: Mapped[str] = mapped_column(String(32))
    unit: Mapped[str] = mapped_column(String(16))
    comparison: Mapped[str] = mapped_column(String(4))
    target_mid: Mapped[str | None] = mapped_column(String(32))
    target_stretch: Mapped[str | None] = mapped_column(String(32))
    """Higher steps of a target with several, such as keep fifth, strive for fourth, aim at third."""
    rank_goal: Mapped[str] = mapped_column(Text)
    deadline: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    lead_unit: Mapped[str] = mapped_column(Text)
    paragraph: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[str] = mapped_column(Text)
    phrasings: Mapped[list[Any]]


class ReportNoteRow(Base):
    __tablename__ = "report_note"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    topic: Mapped[str] = mapped_column(String(8))
    subjects: Mapped[list[Any]]
    heading: Mapped[str] = mapped_column(Text)
    phrasings: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(Text)
    paragraphs: Mapped[list[Any]]
    tasks: Mapped[list[Any]]


class UserRow(Base):
    __tablename__ = "user_account"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    role: Mapped[str] = mapped_column(String(16))
    disabled: Mapped[bool]
    must_change_password: Mapped[bool]
    created_at: Mapped[datetime]


class SessionRow(Base):
    __tablename__ = "user_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("user_account.username"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
