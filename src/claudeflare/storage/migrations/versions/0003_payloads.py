"""Payloads in chunks, for PostgreSQL. With SQLite they lie in a file of their own: `payload_file` makes it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    if is_sqlite():
        return
    op.create_table(
        "payloads",
        sa.Column("request_id", key, nullable=False),
        sa.Column("part", key, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("content_encoding", sa.String(), nullable=True),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("chunks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "part", name=op.f("pk_payloads")),
    )
    op.create_index(op.f("ix_payloads_at"), "payloads", ["at"])
    op.create_table(
        "payload_chunks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("last_used", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payload_chunks")),
        sa.UniqueConstraint("digest", name=op.f("uq_payload_chunks_digest")),
    )
    op.create_index(op.f("ix_payload_chunks_last_used"), "payload_chunks", ["last_used"])
    # In zstd already: PostgreSQL must not spend time on trying to compress it again.
    op.execute("ALTER TABLE payload_chunks ALTER COLUMN data SET STORAGE EXTERNAL")
    op.create_table(
        "payload_totals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payloads", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("dropped_before", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payload_totals")),
    )


def downgrade() -> None:
    if is_sqlite():
        return
    op.drop_table("payload_totals")
    op.drop_table("payload_chunks")
    op.drop_table("payloads")


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
