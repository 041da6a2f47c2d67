"""The tables of demand: what was asked for again and again, the work proposed for it, and who is told when it is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.persistence.tables import Base


class DemandClusterRow(Base):
    """Demands that are about the same thing, of one subject and district."""

    __tablename__ = "demand_cluster"
    __table_args__ = (Index("ix_demand_cluster_of", "subject", "district"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(64))
    district: Mapped[str] = mapped_column(String(32))
    """"" = not said."""
    size: Mapped[int]
    askers: Mapped[int]
    """How many different enterprises or users."""
    words: Mapped[list[Any]]
    """What its demands have in common, most telling first."""
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]


class DemandRow(Base):
    """A case, or a question that the assistant could not answer."""

    __tablename__ = "demand"
    __table_args__ = (UniqueConstraint("kind", "reference"), Index("ix_demand_of", "subject", "district"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    """case or question."""
    reference: Mapped[str] = mapped_column(String(64))
    """The case's or the message's id."""
    subject: Mapped[str] = mapped_column(String(64))
    district: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    asker: Mapped[str] = mapped_column(String(160))
    """The credit code, or the conversation, so that one asker counts once."""
    conversation_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("demand_cluster.id"), index=True)


class WorkItemRow(Base):
    """Work on a demand that many have: proposed by the assistant, decided on by a supervisor. One per cluster."""

    __tablename__ = "work_item"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("demand_cluster.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), index=True)
    """proposed, accepted, declined or done."""
    subject: Mapped[str] = mapped_column(String(64))
    district: Mapped[str] = mapped_column(String(32))
    department: Mapped[str | None] = mapped_column(String(32))
    task_id: Mapped[str | None] = mapped_column(String(32))
    """The reform task it belongs to."""
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """Why it was declined."""
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    """What was done, as everybody who asked is told."""
    version: Mapped[int]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]
    """When the last case of its cluster was given the outcome."""
    twin_id: Mapped[int | None]
    """Another work item about much the same: both were proposed before that showed."""


class WorkItemNoticeRow(Base):
    """Who is to be told that the work is done. Told in the transaction that sets told_at, so once."""

    __tablename__ = "work_item_notice"
    __table_args__ = (UniqueConstraint("work_item_id", "asker"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    work_item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id"))
    asker: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[str] = mapped_column(String(64))
    told_at: Mapped[datetime | None] = mapped_column(index=True)


class DemandPlaceRow(Base):
    """Up to where the cases and questions have been looked at. Moved on together with what was found."""

    __tablename__ = "demand_place"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(64))
    """Of the last one of that moment."""
