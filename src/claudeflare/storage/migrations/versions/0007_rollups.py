"""Rollups, which analytics read; what the prompt cache saved, per request; requests by agent.

What is on record by now is counted into the rollups step by step while the server runs: see `storage.rollup_recount`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")

SUMS = (
    *("requests", "successes", "failovers", "waits", "queued_us", "duration_us", "overhead_us"),
    *("input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens", "output_tokens"),
    *("thinking_tokens", "cost_nanos", "priced", "unpriced", "saved_nanos", "streamed_tokens", "streamed_us"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE requests ALTER COLUMN agent_id TYPE VARCHAR COLLATE "C"')
    condition = sa.text("agent_id IS NOT NULL")
    index = op.f("ix_requests_agent_id_started_at_id")
    keys = ["agent_id", "started_at", "id"]
    op.create_index(index, "requests", keys, sqlite_where=condition, postgresql_where=condition)
    op.add_column("requests", sa.Column("cache_saved_usd", sa.Double(), nullable=True))
    op.create_table(
        "segments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("account_id", key, nullable=True),
        sa.Column("model", key, nullable=True),
        sa.Column("client_key", key, nullable=True),
        sa.Column("agent", key, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("terminal_state", key, nullable=True),
        sa.Column("error_type", key, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
    )
    sums = [sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS]
    for table, columns in (
        ("rollups", sums),
        ("rollup_latencies", [sa.Column("bins", sa.LargeBinary(), nullable=False)]),
    ):
        op.create_table(
            table,
            sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("kind", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("segment", sa.BigInteger(), autoincrement=False, nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("level", "kind", "start", "segment", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    # Records that began before this moment are still to be counted: all there are.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM (SELECT id FROM requests LIMIT 1) AS one")):
        op.execute("INSERT INTO metadata (key, value) VALUES ('rollups_counted_from', 'inf')")


def downgrade() -> None:
    for table in ("rollup_latencies", "rollups", "segments"):
        op.drop_table(table)
    op.drop_column("requests", "cache_saved_usd")
    op.drop_index(op.f("ix_requests_agent_id_started_at_id"), "requests")
    op.execute("DELETE FROM metadata WHERE key LIKE 'rollups%'")
