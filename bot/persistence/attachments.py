"""Named queries on what users send beside text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.persistence.tables import AttachmentContentRow, AttachmentRow


def add_attachment(session: Session, attachment: AttachmentRow) -> None:
    session.add(attachment)


def find_attachment_of(session: Session, message_id: str) -> AttachmentRow | None:
    return session.scalar(select(AttachmentRow).where(AttachmentRow.message_id == message_id))


def find_attachment(session: Session, conversation_id: str, attachment_id: str) -> AttachmentRow | None:
    return session.scalar(
        select(AttachmentRow).where(AttachmentRow.id == attachment_id, AttachmentRow.conversation_id == conversation_id)
    )


def list_attachments(session: Session, message_ids: Sequence[str]) -> Sequence[AttachmentRow]:
    if not message_ids:
        return []
    return session.scalars(select(AttachmentRow).where(AttachmentRow.message_id.in_(message_ids))).all()


def find_content(session: Session, attachment_id: str) -> bytes | None:
    row = session.get(AttachmentContentRow, attachment_id)
    return row.content if row else None


def keep_content(session: Session, attachment: AttachmentRow, content: bytes, content_type: str) -> None:
    session.merge(AttachmentContentRow(attachment_id=attachment.id, content=content))
    attachment.state, attachment.content_type, attachment.size_bytes = "stored", content_type, len(content)


def list_stored_since(session: Session, conversation_id: str, since: datetime, limit: int) -> Sequence[AttachmentRow]:
    """Return the newest pictures, films and files of the conversation that came since then and were kept, oldest first."""
    newest = session.scalars(
        select(AttachmentRow)
        .where(
            AttachmentRow.conversation_id == conversation_id,
            AttachmentRow.created_at >= since,
            AttachmentRow.state == "stored",
            AttachmentRow.kind != "voice",
        )
        .order_by(AttachmentRow.created_at.desc(), AttachmentRow.id.desc())
        .limit(limit)
    ).all()
    return list(reversed(newest))
