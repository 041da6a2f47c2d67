"""The tables. Times are UTC and aware; JSON holds text as UTF-8."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime, TypeDecorator

LONG_AGO = "1970-01-01 00:00:00.000000"


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
    owner: Mapped[str] = mapped_column(String(80), index=True)
    owner_version: Mapped[int]
    last_sequence: Mapped[int]
    """Number of the last message; the next one gets one more."""
    created_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True, server_default=LONG_AGO)
    """When something was last said."""
    heard_sequence: Mapped[int] = mapped_column(server_default="0")
    """Number of the last message that the bot's memory holds. What was said after it, it is told later."""
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    """When a person, or silence, ended it. The user's next message opens it again."""
    tags: Mapped[list[Any] | None]
    unanswered_since: Mapped[datetime | None]
    """Time of the user's first message that a person, or the queue, has not answered yet."""


class MessageRow(Base):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        UniqueConstraint("conversation_id", "external_id"),
        Index(
            "ix_message_unanswered",
            "at",
            sqlite_where=text("handled_at IS NULL AND external_id IS NOT NULL"),
            postgresql_where=text("handled_at IS NULL AND external_id IS NOT NULL"),
        ),
        Index(
            "ix_message_not_answered",
            "at",
            "id",
            sqlite_where=text("sender = 'bot' AND band IN ('clarify', 'refuse')"),
            postgresql_where=text("sender = 'bot' AND band IN ('clarify', 'refuse')"),
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    sequence: Mapped[int]
    sender: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    channel: Mapped[str | None] = mapped_column(String(32))
    """The way an inbound message came, when it is not the conversation's own; its reply goes back the same way."""
    external_id: Mapped[str | None] = mapped_column(String(128))
    """The channel's own id of an inbound message: counts once. None = said by us."""
    payload: Mapped[str | None] = mapped_column(Text)
    """What the button sends whose title is the text."""
    handled_at: Mapped[datetime | None]
    """Inbound: when the reply to it was stored. None = still to be answered, also after a crash."""
    failures: Mapped[int] = mapped_column(server_default="0")
    """Inbound: how often it could not be answered."""
    reply_to: Mapped[str | None] = mapped_column(String(64))
    author: Mapped[str | None] = mapped_column(String(64))
    """User name of the agent who said it."""
    buttons: Mapped[list[Any] | None]
    sources: Mapped[list[Any] | None]
    band: Mapped[str | None] = mapped_column(String(16))
    intent: Mapped[dict[str, Any] | None]
    model_id: Mapped[str | None] = mapped_column(String(128))


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "status", "next_attempt_at"),
        Index(
            "ix_outbox_owed",
            "conversation_id",
            "id",
            sqlite_where=text("status IN ('pending', 'sending', 'held')"),
            postgresql_where=text("status IN ('pending', 'sending', 'held')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), unique=True)
    """Also the key by which a receiver recognises a second delivery."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    """pending, sending, delivered, failed, or held: for the user's next message, since this account may not send."""
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    """Of a sending row: when whoever sends is taken for dead."""
    parts_sent: Mapped[int] = mapped_column(server_default="0")
    """Of a text that the channel must split: how many parts have been sent."""
    route: Mapped[str | None] = mapped_column(String(16))
    """How it was delivered: passive = as the answer to a platform's call, api = sent by ourselves."""
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[int | None]
    """The platform's own number of the last failure."""


class ChannelUserRow(Base):
    """Who writes from a platform, and what we may still send them there."""

    __tablename__ = "channel_user"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), unique=True)
    is_subscribed: Mapped[bool]
    subscription_at: Mapped[datetime]
    """When the user did what `is_subscribed` was last learnt from, by the platform's clock."""
    message_left: Mapped[int]
    message_until: Mapped[datetime | None]
    event_left: Mapped[int]
    event_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class InboundCallRow(Base):
    """A platform's call about one message or event. Kept as long as the platform might repeat it."""

    __tablename__ = "inbound_call"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    """channel:account:user:external id; a repeated call has the same."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"), unique=True)
    """None = nothing to answer."""
    kind: Mapped[str] = mapped_column(String(32))
    received_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    """When we decided what to answer the call; until then its sender may be waiting."""
    answer: Mapped[str | None] = mapped_column(Text)
    """What the call was answered with; a repeated call gets the same. None = accepted, the reply comes another way."""


class CallbackNonceRow(Base):
    """A signed call that was seen. Kept as long as its time stamp is accepted."""

    __tablename__ = "callback_nonce"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(index=True)


class AttachmentRow(Base):
    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """image, voice, video or file."""
    media_id: Mapped[str | None] = mapped_column(String(512))
    """The platform's name for it, good for three days."""
    words: Mapped[str | None] = mapped_column(Text)
    """Of speech: what was recognised."""
    state: Mapped[str] = mapped_column(String(16))
    """pending, stored, failed or too_large."""
    content_type: Mapped[str | None] = mapped_column(String(128))
    size_bytes: Mapped[int | None]
    created_at: Mapped[datetime]


class AttachmentContentRow(Base):
    """Apart from its attachment, so that listing attachments does not read them."""

    __tablename__ = "attachment_content"

    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ConversationKeyRow(Base):
    """A further key to a conversation: that of a page opened from a platform. A ticket is one that is traded in once."""

    __tablename__ = "conversation_key"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    is_ticket: Mapped[bool]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInStateRow(Base):
    """A sign-in at a platform that was begun in some browser and not finished."""

    __tablename__ = "sign_in_state"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PlatformAccountRow(Base):
    """Our account on a platform: the access token that all processes share, and whether it may send."""

    __tablename__ = "platform_account"

    account: Mapped[str] = mapped_column(String(100), primary_key=True)
    sealed_token: Mapped[str | None] = mapped_column(Text)
    """Encrypted; see bot/services/access_tokens.py."""
    renew_at: Mapped[datetime | None]
    forced_at: Mapped[datetime | None]
    """When a new token was last asked for instead of the platform's current one."""
    cannot_send_since: Mapped[datetime | None]
    """When the platform last said that this account has no right to send."""


class HandoverRow(Base):
    """A person was asked for: from the request until a person has ended it, or nobody came."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_queue", "status", "team", "priority", "requested_at"),
        Index("ix_handover_of_team", "team", "requested_at"),
        Index(
            "uq_handover_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("status IN ('waiting', 'active')"),
            postgresql_where=text("status IN ('waiting', 'active')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    team: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(32))
    priority: Mapped[int]
    """0 comes first."""
    status: Mapped[str] = mapped_column(String(16))
    """waiting (the queue owns the chat), active (an agent does), unattended (nobody was there; the bot goes on), or ended."""
    subject: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    summary: Mapped[dict[str, Any]]
    requested_by: Mapped[str] = mapped_column(String(80))
    requested_at: Mapped[datetime] = mapped_column(index=True)
    queued_at: Mapped[datetime]
    """When this team's promise began."""
    escalate_at: Mapped[datetime | None]
    """When the promise ends; None = there is nothing more to try."""
    taken_by: Mapped[str | None] = mapped_column(String(64), index=True)
    """The agent who has it, or had it last."""
    taken_at: Mapped[datetime | None] = mapped_column(index=True)
    first_reply_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    """When the silent user was told that the chat is about to end."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(32))
    closing_note: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[dict[str, Any] | None]
    """What the user left where nobody was there: phone, text."""
    survey_asked_at: Mapped[datetime | None]
    survey_score: Mapped[int | None]
    """1 to 5."""
    survey_comment: Mapped[str | None] = mapped_column(Text)


class OwnershipChangeRow(Base):
    """A conversation changed hands. The versions of one conversation are without gaps."""

    __tablename__ = "ownership_change"
    __table_args__ = (UniqueConstraint("conversation_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    version: Mapped[int]
    """Of the owner it led to."""
    transition: Mapped[str] = mapped_column(String(32))
    from_owner: Mapped[str] = mapped_column(String(80))
    to_owner: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(80))
    """user, bot, system, or agent:<user name>."""
    handover_id: Mapped[int | None]
    detail: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]


class NoteRow(Base):
    """What agents tell each other about a conversation. The user never sees it."""

    __tablename__ = "conversation_note"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    author: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class AgentPresenceRow(Base):
    """Whether an agent is there."""

    __tablename__ = "agent_presence"

    username: Mapped[str] = mapped_column(ForeignKey("user_account.username"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    """ready, or away."""
    takes_automatically: Mapped[bool]
    """Whether waiting chats are given to the agent without being asked for."""
    ready_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When a desk of theirs was last connected."""
    last_assigned_at: Mapped[datetime | None]


class CannedReplyRow(Base):
    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("owner", "shortcut"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    owner: Mapped[str] = mapped_column(String(64))
    """User name, or "" for everybody's."""
    shortcut: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    updated_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class AccessLogRow(Base):
    """Who looked at what of somebody else's, and who tried in vain."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_recent", "username", "conversation_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(String(160))
    """An account, or the holder of a binding."""
    action: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[str | None] = mapped_column(String(64))
    about: Mapped[str | None] = mapped_column(String(128))
    """What else was looked at or tried: a case, an enterprise, a binding. What was asked for in vain is here as a hash."""
    outcome: Mapped[str] = mapped_column(String(16), server_default="allowed")
    """allowed or denied."""
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
    """agent, supervisor, admin, department or readonly."""
    department: Mapped[str | None] = mapped_column(String(32))
    """Whose cases an account of the role department sees and answers."""
    display_name: Mapped[str] = mapped_column(String(64), server_default="")
    """What users and colleagues see; "" = the user name."""
    teams: Mapped[list[Any] | None]
    skills: Mapped[list[Any] | None]
    """Subjects the agent knows best; none = all alike."""
    languages: Mapped[list[Any] | None]
    capacity: Mapped[int] = mapped_column(server_default="5")
    """How many chats at a time."""
    disabled: Mapped[bool]
    must_change_password: Mapped[bool]
    created_at: Mapped[datetime]


class SessionRow(Base):
    __tablename__ = "user_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("user_account.username"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInFailureRow(Base):
    """Wrong passwords for a name, whether there is such an account or not."""

    __tablename__ = "sign_in_failure"

    name_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
