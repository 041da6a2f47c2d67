"""Keeping what users send beside text, before the platform forgets it, and turning speech into words if somebody can."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.business.payload import event_payload
from bot.errors import ConversationNotFound, PlatformError, RecognitionFailed
from bot.persistence import attachments, messages
from bot.persistence.database import Database
from bot.persistence.tables import AttachmentRow, MessageRow

logger = logging.getLogger(__name__)
MEDIA = event_payload("media")
"""The payload of a message that has an attachment, until it is settled what became of it."""
MAX_BYTES = 10_000_000
TRY_AGAIN_AFTER_S = 0.5
TOO_LARGE = 40006
"""WeChat's number for a file beyond the limit; ours too, since we stop reading there."""


@dataclass(frozen=True)
class Media:
    """A downloaded file."""

    content: bytes
    content_type: str


FetchMedia = Callable[[str], Awaitable[Media]]
"""Downloads by the platform's id, at most MAX_BYTES. Raises PlatformError."""


class Recogniser(Protocol):
    """Turns speech into words."""

    async def recognise(self, speech: Media) -> str:
        """Return the words, "" when there are none. Raises RecognitionFailed."""
        ...


class Attachments:
    """Downloads of attachments. `fetch` None = no platform is connected that has any."""

    def __init__(self, database: Database, fetch: FetchMedia | None, recogniser: Recogniser | None = None) -> None:
        self._database = database
        self._fetch = fetch
        self._recogniser = recogniser

    async def settle(self, message: MessageRow) -> tuple[str, str | None]:
        """Return the text and payload that the message has for the bot; an attachment is downloaded for that."""
        if message.payload != MEDIA:
            return message.text, message.payload
        attachment = await asyncio.to_thread(self._find, message.id)
        if attachment is None:
            return message.text, event_payload("unsupported")
        if attachment.words:
            return attachment.words, None
        media = await self._content(attachment)
        if attachment.kind == "voice" and media and (words := await self._words_in(media)):
            await asyncio.to_thread(self._write_down, message, words)
            return words, None
        return message.text, event_payload(_event(attachment))

    def read(self, conversation_id: str, attachment_id: str) -> Media:
        """Return a stored attachment of the conversation. Raises ConversationNotFound when it has none such."""
        with self._database.session() as session:
            row = attachments.find_attachment(session, conversation_id, attachment_id)
            content = attachments.find_content(session, row.id) if row else None
            if row is None or content is None:
                raise ConversationNotFound(conversation_id)
            return Media(content, row.content_type or "application/octet-stream")

    async def _content(self, attachment: AttachmentRow) -> Media | None:
        if attachment.state == "stored":  # an earlier attempt to answer got so far
            return await asyncio.to_thread(self.read, attachment.conversation_id, attachment.id)
        return await self._keep(attachment) if attachment.media_id else None

    async def _keep(self, attachment: AttachmentRow) -> Media | None:
        """Download and store; the attachment's state says what became of it."""
        media = await self._download(attachment)
        if media is None:
            await asyncio.sleep(TRY_AGAIN_AFTER_S)
            media = await self._download(attachment) if attachment.state == "failed" else None
        await asyncio.to_thread(self._store, attachment, media)
        return media

    async def _download(self, attachment: AttachmentRow) -> Media | None:
        attachment.state = "failed"
        if self._fetch is None:
            return None
        try:
            return await self._fetch(attachment.media_id or "")
        except PlatformError as error:
            logger.warning("an attachment could not be downloaded: %s %s", type(error).__name__, error.code)
            attachment.state = "too_large" if error.code == TOO_LARGE else "failed"
            return None

    async def _words_in(self, speech: Media) -> str:
        if self._recogniser is None:
            return ""
        try:
            return await self._recogniser.recognise(speech)
        except RecognitionFailed as error:
            logger.warning("speech was not recognised: %s", error)
            return ""

    def _find(self, message_id: str) -> AttachmentRow | None:
        with self._database.session() as session:
            return attachments.find_attachment_of(session, message_id)

    def _store(self, attachment: AttachmentRow, media: Media | None) -> None:
        with self._database.session() as session:
            row = session.merge(attachment)
            if media is not None:
                attachments.keep_content(session, row, media.content, media.content_type)
                attachment.state = "stored"

    def _write_down(self, message: MessageRow, words: str) -> None:
        with self._database.session() as session:
            messages.get_message(session, message.id).text = f"{message.text}{words}"
            attachment = attachments.find_attachment_of(session, message.id)
            assert attachment is not None, "it was just read"
            attachment.words = words


def _event(attachment: AttachmentRow) -> str:
    if attachment.kind == "voice":
        return "voice_unheard"
    if attachment.media_id is None:
        return "file_unreachable"
    return {"stored": f"{attachment.kind}_stored", "too_large": "media_too_large"}.get(attachment.state, "media_lost")
