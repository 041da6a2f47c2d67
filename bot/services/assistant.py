"""The one interface by which services see the dialogue engine. Rasa stands behind it today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class InboundText:
    """What the user said. `payload` is set when a button was pressed, whose title the text then is."""

    conversation_id: str
    message_id: str
    text: str
    payload: str | None = None
    meanwhile: Sequence[HeardTurn] = ()
    """What a person and the user said to each other since the engine was last asked, in order."""


@dataclass(frozen=True)
class HeardTurn:
    """Something said while the engine was not asked."""

    sender: str
    """user or agent; or system, of whose notice only the row is for the engine: that is what it is to go on with."""
    text: str
    row_id: str | None = None
    """The row of the knowledge base that the agent sent along."""


@dataclass(frozen=True)
class ReplyMessage:
    text: str
    buttons: Sequence[Mapping[str, str]] = ()
    sources: Sequence[Mapping[str, Any]] = ()
    band: str | None = None


@dataclass(frozen=True)
class Reply:
    """What the engine answers, and what explains it later: model id, intent, confidence."""

    messages: Sequence[ReplyMessage]
    intent: str
    confidence: float
    model_id: str
    handover_reason: str | None = None
    """Set when a person was asked for."""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Assistant(Protocol):
    @property
    def is_ready(self) -> bool: ...

    async def reply_to(self, message: InboundText) -> Reply:
        """Return the reply. The caller lets one message of a conversation through at a time.

        Raises ModelUnavailable without a model and StoreUnavailable when the database does not answer; then nothing of the
        turn is remembered and the message may be tried again.
        """
        ...
