"""What desks get: the contract's shapes of conversations, messages and handovers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.business.ownership import AGENT_PREFIX
from bot.channels.widget import message_json
from bot.persistence.desk_lists import Card
from bot.persistence.tables import AttachmentRow, HandoverRow, MessageRow, NoteRow, OutboxRow, OwnershipChangeRow
from bot.services.desk_board import QueueState
from bot.services.desk_reading import Detail, Said
from bot.services.desk_settings import DeskSettings
from knowledge.base import Row

PREVIEW = 80
Names = Mapping[str, str]


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def entry_json(card: Card, names: Names, queue: QueueState, settings: DeskSettings) -> dict[str, Any]:
    conversation, message = card.conversation, card.last_message
    owner = conversation.owner.removeprefix(AGENT_PREFIX) if conversation.owner.startswith(AGENT_PREFIX) else None
    return {
        "conversation_id": conversation.id,
        "channel": conversation.channel,
        "owner": conversation.owner,
        "owner_version": conversation.owner_version,
        "owner_name": names.get(owner, owner) if owner else None,
        "is_closed": conversation.closed_at is not None,
        "visitor": visitor_name(conversation.id, conversation.channel),
        "handover": handover_json(card.handover, queue, settings) if card.handover else None,
        "last_message": _preview_json(message) if message else None,
        "last_at": iso(conversation.last_at),
        "unanswered_since": iso(conversation.unanswered_since),
        "tags": conversation.tags or [],
    }


def visitor_name(conversation_id: str, channel: str) -> str:
    """Return a short name that stays: nobody here has told us theirs."""
    return f"{'微信用户' if channel == 'wechat' else '访客'} {conversation_id[:4]}"


def handover_json(row: HandoverRow, queue: QueueState, settings: DeskSettings) -> dict[str, Any]:
    team = next((team for team in settings.teams if team.id == row.team), None)
    place = queue.places.get(row.conversation_id) if row.status == "waiting" else None
    return {
        "id": row.id,
        "status": row.status,
        "team": row.team,
        "team_title": team.title if team else row.team,
        "reason": row.reason,
        "priority": row.priority,
        "requested_at": iso(row.requested_at),
        "queued_at": iso(row.queued_at),
        "escalate_at": iso(row.escalate_at),
        "taken_by": row.taken_by,
        "taken_at": iso(row.taken_at),
        "first_reply_at": iso(row.first_reply_at),
        "ended_at": iso(row.ended_at),
        "subject": row.subject,
        "matter": (row.summary or {}).get("matter") or None,
        "language": row.language,
        "result": row.result,
        "closing_note": row.closing_note,
        "contact": row.contact,
        "survey": _survey_json(row) if row.survey_asked_at else None,
        "position": place.position if place else None,
        "recommended_to": queue.recommended.get(row.conversation_id) if row.status == "waiting" else None,
    }


def detail_json(detail: Detail, queue: QueueState, settings: DeskSettings) -> dict[str, Any]:
    newest = detail.handovers[0] if detail.handovers else None
    return {
        "entry": entry_json(detail.card, detail.names, queue, settings),
        "messages": said_json(detail.said, detail.names),
        "has_earlier": detail.has_earlier,
        "summary": newest.summary or None if newest else None,
        "notes": [note_json(note, detail.names.get(note.author, note.author)) for note in detail.notes],
        "handovers": [handover_json(row, queue, settings) for row in detail.handovers],
        "changes": [_change_json(change, detail.names) for change in detail.changes],
    }


def said_json(said: Said, names: Names) -> list[dict[str, Any]]:
    return [
        desk_message_json(message, names, said.deliveries.get(message.id), said.attachments.get(message.id))
        for message in said.messages
    ]


def desk_message_json(
    message: MessageRow, names: Names, delivery: OutboxRow | None, attachment: AttachmentRow | None
) -> dict[str, Any]:
    """Return the chat's message with who said it and whether it got through."""
    body = message_json(message, attachment, names)
    if attachment is not None and attachment.state == "stored":
        body["attachments"][0]["url"] = f"/api/desk/conversations/{message.conversation_id}/attachments/{attachment.id}"
    body["author"] = message.author
    body["delivery"] = delivery_json(delivery) if delivery else None
    if message.sender == "agent":
        body["client_message_id"] = (message.external_id or "").split(":", 2)[-1]
    return body


def delivery_json(row: OutboxRow) -> dict[str, Any]:
    return {"status": row.status, "error": row.last_error, "code": row.error_code}


def note_json(note: NoteRow, author_name: str) -> dict[str, Any]:
    return {"id": note.id, "author": note.author, "author_name": author_name, "text": note.text, "at": iso(note.at)}


def passage_json(row: Row) -> dict[str, Any]:
    source = row.source
    return {
        "row_id": row.id,
        "article_id": source.article_id,
        "task_id": source.task_id,
        "topic": row.topic,
        "title": row.title,
        "section": row.heading,
        "text": row.text,
        "document_no": source.document_no,
        "checked_on": source.checked_on.isoformat() if source.checked_on else None,
        "page_url": source.page_url,
    }


def _change_json(change: OwnershipChangeRow, names: Names) -> dict[str, Any]:
    who = change.by.removeprefix(AGENT_PREFIX)
    return {
        "transition": change.transition,
        "from_owner": change.from_owner,
        "to_owner": change.to_owner,
        "by": change.by,
        "by_name": names.get(who) if change.by.startswith(AGENT_PREFIX) else None,
        "at": iso(change.at),
        "detail": change.detail,
    }


def _preview_json(message: MessageRow) -> dict[str, Any]:
    return {
        "sender": message.sender,
        "text": message.text[:PREVIEW],
        "at": iso(message.at),
        "sequence": message.sequence,
    }


def _survey_json(row: HandoverRow) -> dict[str, Any]:
    return {"asked_at": iso(row.survey_asked_at), "score": row.survey_score, "comment": row.survey_comment}
