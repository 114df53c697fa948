"""Client keys, and what each has cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "client_keys",
        sa.Column("id", key, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", key, nullable=False),
        sa.Column("digest", key, nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.Column("limits", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_client_keys_digest")),
    )
    op.create_index(op.f("ix_client_keys_name_key"), "client_keys", ["name_key"])
    op.create_index(op.f("ix_client_keys_created_id"), "client_keys", ["created", "id"])
    op.create_table(
        "client_key_spend",
        sa.Column("name", key, nullable=False),
        sa.Column("quarter", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", key, nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("usd", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "quarter", "boot_id", name=op.f("pk_client_key_spend")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("client_key_spend")
    op.drop_table("client_keys")
