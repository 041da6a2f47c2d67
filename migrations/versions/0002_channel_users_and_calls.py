"""channel users and calls"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback_nonce",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("callback_nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_nonce_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "platform_account",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=True),
        sa.Column("renew_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cannot_send_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "sign_in_state",
        sa.Column("state_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256"),
    )
    with op.batch_alter_table("sign_in_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_state_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "channel_user",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("is_subscribed", sa.Boolean(), nullable=False),
        sa.Column("subscription_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_left", sa.Integer(), nullable=False),
        sa.Column("message_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_left", sa.Integer(), nullable=False),
        sa.Column("event_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "account", "user_id"),
        sa.UniqueConstraint("conversation_id"),
    )
    op.create_table(
        "conversation_key",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("is_ticket", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    with op.batch_alter_table("conversation_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_key_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_key_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_id", sa.String(length=512), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content_type", sa.String(length=128), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "inbound_call",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("inbound_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_call_received_at"), ["received_at"], unique=False)

    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
        ),
        sa.PrimaryKeyConstraint("attachment_id"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_index(batch_op.f("ix_message_unhandled"))
        batch_op.create_index(
            "ix_message_unanswered",
            ["at"],
            unique=False,
            sqlite_where=sa.text("handled_at IS NULL AND external_id IS NOT NULL"),
            postgresql_where=sa.text("handled_at IS NULL AND external_id IS NOT NULL"),
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parts_sent", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("route", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("error_code", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_outbox_owed",
            ["conversation_id", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('pending', 'sending', 'held')"),
            postgresql_where=sa.text("status IN ('pending', 'sending', 'held')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_owed",
            sqlite_where=sa.text("status IN ('pending', 'sending', 'held')"),
            postgresql_where=sa.text("status IN ('pending', 'sending', 'held')"),
        )
        batch_op.drop_column("error_code")
        batch_op.drop_column("delivered_at")
        batch_op.drop_column("route")
        batch_op.drop_column("parts_sent")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_unanswered",
            sqlite_where=sa.text("handled_at IS NULL AND external_id IS NOT NULL"),
            postgresql_where=sa.text("handled_at IS NULL AND external_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_message_unhandled"), ["handled_at", "sender"], unique=False)
        batch_op.drop_column("failures")
        batch_op.drop_column("channel")

    op.drop_table("attachment_content")
    with op.batch_alter_table("inbound_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbound_call_received_at"))

    op.drop_table("inbound_call")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_conversation_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("conversation_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_key_expires_at"))
        batch_op.drop_index(batch_op.f("ix_conversation_key_conversation_id"))

    op.drop_table("conversation_key")
    op.drop_table("channel_user")
    with op.batch_alter_table("sign_in_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_state_expires_at"))

    op.drop_table("sign_in_state")
    op.drop_table("platform_account")
    with op.batch_alter_table("callback_nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callback_nonce_seen_at"))

    op.drop_table("callback_nonce")
