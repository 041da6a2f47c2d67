"""The tables of enterprises, and of who may speak for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.persistence.tables import Base


class EnterpriseRow(Base):
    __tablename__ = "enterprise"

    credit_code: Mapped[str] = mapped_column(String(18), primary_key=True)
    """The 统一社会信用代码, in capitals, its check character right."""
    name: Mapped[str] = mapped_column(String(128), index=True)
    district: Mapped[str | None] = mapped_column(String(32))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class InvitationRow(Base):
    """A code that binds one person to one enterprise, once. Just its hash is stored."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_issued", "created_by", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprise.credit_code"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    """legal_representative or handler."""
    person_name: Mapped[str] = mapped_column(String(64), server_default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[str | None] = mapped_column(String(160))
    """The holder who used it."""
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64))


class BindingRow(Base):
    """A person, as known by a way of reaching us, may speak for an enterprise until it expires or is revoked."""

    __tablename__ = "binding"
    __table_args__ = (
        Index(
            "uq_binding_holder",
            "holder",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(160))
    """Who, by the way they reach us: wechat:<account>:<openid>, or conversation:<id> for a page. One live binding each."""
    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprise.credit_code"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    person_name: Mapped[str] = mapped_column(String(64), server_default="")
    method: Mapped[str] = mapped_column(String(16))
    """invitation or oidc."""
    proof: Mapped[str] = mapped_column(String(256))
    """The invitation's id, or issuer and subject of the sign-in."""
    consent: Mapped[str] = mapped_column(String(32))
    """Version of the words that were consented to."""
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(160))


class PendingBindingRow(Base):
    """Somebody has written a code in a chat and not yet said all that belongs to it. Just the code's hash is stored."""

    __tablename__ = "pending_binding"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    """None = still to be said. Otherwise it fits the code, and consent is waited for."""
    at: Mapped[datetime] = mapped_column(index=True)


class BindingFailureRow(Base):
    """Wrong codes of one holder, or for one enterprise; counted so that they cannot be guessed."""

    __tablename__ = "binding_failure"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class IdentitySignInRow(Base):
    """A sign-in at an identity provider that was begun: what comes back must fit it, once."""

    __tablename__ = "identity_sign_in"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    nonce: Mapped[str] = mapped_column(String(128))
    code_verifier: Mapped[str] = mapped_column(String(128))
    begun_at: Mapped[datetime] = mapped_column(index=True)
