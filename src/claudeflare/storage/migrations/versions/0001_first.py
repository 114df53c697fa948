"""Accounts with their secrets and learned state, requests with their details, single values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Text in an index: ordered by its bytes on both databases, whatever language the server sorts by."""


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", key, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", key, nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name_key", name=op.f("uq_accounts_name_key")),
    )
    op.create_table(
        "metadata",
        sa.Column("key", key, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_metadata")),
    )
    op.create_table(
        "open_requests",
        sa.Column("id", key, nullable=False),
        sa.Column("boot_id", key, nullable=False),
        sa.Column("opened", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_requests")),
    )
    op.create_index(op.f("ix_open_requests_boot_id"), "open_requests", ["boot_id"])
    op.create_table(
        "requests",
        sa.Column("id", key, nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("model", key, nullable=True),
        sa.Column("served_model", sa.String(), nullable=True),
        sa.Column("streaming", sa.Boolean(), nullable=False),
        sa.Column("account_id", key, nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("client_key", key, nullable=True),
        sa.Column("session", key, nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("terminal_state", key, nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("error_type", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("first_byte_ms", sa.Double(), nullable=True),
        sa.Column("first_content_ms", sa.Double(), nullable=True),
        sa.Column("overhead_ms", sa.Double(), nullable=False),
        sa.Column("queued_ms", sa.Double(), nullable=False),
        sa.Column("failover_attempts", sa.Integer(), nullable=False),
        sa.Column("request_bytes", sa.BigInteger(), nullable=False),
        sa.Column("response_bytes", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_5m_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_1h_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("thinking_tokens", sa.BigInteger(), nullable=True),
        sa.Column("web_searches", sa.BigInteger(), nullable=True),
        sa.Column("usage_estimated", sa.Boolean(), nullable=False),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("price_version", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_account_id_started_at_id"), "requests", ["account_id", "started_at", "id"])
    op.create_index(op.f("ix_requests_client_key_started_at_id"), "requests", ["client_key", "started_at", "id"])
    op.create_index(op.f("ix_requests_model_started_at_id"), "requests", ["model", "started_at", "id"])
    op.create_index(op.f("ix_requests_session_started_at_id"), "requests", ["session", "started_at", "id"])
    op.create_index(op.f("ix_requests_started_at_id"), "requests", ["started_at", "id"])
    op.create_index(op.f("ix_requests_status_started_at_id"), "requests", ["status", "started_at", "id"])
    op.create_index(op.f("ix_requests_success_started_at_id"), "requests", ["success", "started_at", "id"])
    op.create_index(
        op.f("ix_requests_terminal_state_started_at_id"), "requests", ["terminal_state", "started_at", "id"]
    )
    op.create_table(
        "account_secrets",
        sa.Column("account_id", key, nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_secrets_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_secrets")),
    )
    op.create_table(
        "attention",
        sa.Column("account_id", key, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_attention_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_attention")),
    )
    op.create_table(
        "benches",
        sa.Column("account_id", key, nullable=False),
        sa.Column("model_class", key, nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("guess", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_benches_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "model_class", name=op.f("pk_benches")),
    )
    op.create_table(
        "bindings",
        sa.Column("session", key, nullable=False),
        sa.Column("account_id", key, nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_bindings_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_bindings")),
    )
    op.create_index(op.f("ix_bindings_account_id"), "bindings", ["account_id"])
    op.create_index(op.f("ix_bindings_expires_at"), "bindings", ["expires_at"])
    op.create_table(
        "organizations",
        sa.Column("account_id", key, nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_organizations_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "request_details",
        sa.Column("request_id", key, nullable=False),
        sa.Column("finished", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_request_details_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_details")),
    )


def downgrade() -> None:
    op.drop_table("request_details")
    op.drop_table("organizations")
    op.drop_table("bindings")
    op.drop_table("benches")
    op.drop_table("attention")
    op.drop_table("account_secrets")
    op.drop_table("requests")
    op.drop_table("open_requests")
    op.drop_table("metadata")
    op.drop_table("accounts")
