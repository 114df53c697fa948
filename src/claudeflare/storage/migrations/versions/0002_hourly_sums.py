"""Hourly sums over requests; indexes that leave out what nearly every request has in common."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")

SUMS = ("recorded", "requests", "successes", "duration_us", "tokens", "cost_usd", "priced", "unpriced")
STREAMED_SUMS = ("streamed_tokens", "streamed_us")
PARTIAL = {
    "client_key": "client_key IS NOT NULL",
    "status": "status <> 200",
    "terminal_state": "terminal_state <> 'complete'",
    "success": "NOT success",
}


def upgrade() -> None:
    op.create_table(
        "hourly_sums",
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("account_id", key, nullable=False),
        sa.Column("model", key, nullable=False),
        *(
            sa.Column(name, sa.Double() if name == "cost_usd" else sa.BigInteger(), nullable=False)
            for name in SUMS + STREAMED_SUMS
        ),
        sa.PrimaryKeyConstraint("hour", "account_id", "model", name=op.f("pk_hourly_sums")),
        sqlite_with_rowid=False,
    )
    fill()
    for column, where in PARTIAL.items():
        condition = sa.text("success = 0" if column == "success" and is_sqlite() else where)
        name, columns = op.f(f"ix_requests_{column}_started_at_id"), [column, "started_at", "id"]
        op.drop_index(name, "requests")
        op.create_index(name, "requests", columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for column in PARTIAL:
        name = op.f(f"ix_requests_{column}_started_at_id")
        op.drop_index(name, "requests")
        op.create_index(name, "requests", [column, "started_at", "id"])
    op.drop_table("hourly_sums")


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def fill() -> None:
    """Sum up the requests on record. What began before statistics were reset counts as recorded only."""
    reset_at = op.get_bind().scalar(sa.text("SELECT value FROM metadata WHERE key = 'statistics_since'"))
    counts = "1 = 1" if reset_at is None else f"started_at >= {float(reset_at)!r}"
    # Rounded down: SQLite's CAST cuts off, PostgreSQL's rounds.
    hour = "CAST(started_at / 3600 AS BIGINT)" if is_sqlite() else "CAST(floor(started_at / 3600) AS BIGINT)"
    kinds = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
    tokens = "(" + " + ".join(f"coalesce({kind}_tokens, 0)" for kind in kinds) + ")"
    streamed = "streaming AND output_tokens > 0 AND duration_ms > first_byte_ms"

    def total(value: str, where: str = "1 = 1") -> str:
        return f"coalesce(sum(CASE WHEN {counts} AND {where} THEN {value} END), 0)"

    def microseconds(milliseconds: str) -> str:
        # Within what a column holds, as everywhere.
        whole = f"round({milliseconds} * 1000)"
        return f"CAST(CASE WHEN {whole} < 0 THEN 0 WHEN {whole} > 1e11 THEN 1e11 ELSE {whole} END AS BIGINT)"

    sums = (
        "count(*)",
        total("1"),
        total("1", "success"),
        total(microseconds("duration_ms")),
        total(tokens),
        total("cost_usd"),
        total("1", "cost_usd IS NOT NULL"),
        total("1", f"cost_usd IS NULL AND {tokens} > 0"),
        total("output_tokens", streamed),
        total(microseconds("(duration_ms - first_byte_ms)"), streamed),
    )
    names = ["hour", "account_id", "model", *SUMS, *STREAMED_SUMS]
    values = (f"{hour} * 3600", "coalesce(account_id, '')", "coalesce(model, '')", *sums)
    summed_up: Any = sa.select(*map(sa.literal_column, values)).select_from(sa.table("requests"))
    by_key = summed_up.group_by(sa.text("1, 2, 3"))
    op.execute(sa.insert(sa.table("hourly_sums", *map(sa.column, names))).from_select(names, by_key))
