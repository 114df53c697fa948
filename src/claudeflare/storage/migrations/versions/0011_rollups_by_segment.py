"""Figures by account and model at once, and an index on longer stretches for choices of several things.

Stretches that are summed up by now have no such figures: the others know as much, and those of after the next midnight
are read. Both are of use to readers alone; ingest writes neither.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

DAY = 86_400


def upgrade() -> None:
    condition = sa.text("kind >= 7 AND level >= 3600")
    columns = ["level", "segment", "start", "requests"]
    op.create_index("ix_rollups_by_segment", "rollups", columns, sqlite_where=condition, postgresql_where=condition)
    folded_until = op.get_bind().scalar(sa.text("SELECT value FROM metadata WHERE key = 'rollups_folded_until'"))
    if folded_until is not None:
        midnight = -(-int(folded_until) // DAY) * DAY
        written = sa.text("INSERT INTO metadata (key, value) VALUES ('rollups_paired_from', :midnight)")
        op.get_bind().execute(written, {"midnight": str(midnight)})


def downgrade() -> None:
    op.drop_index("ix_rollups_by_segment", "rollups")
    for table in ("rollup_latencies", "rollups", "segments"):
        op.execute(f"DELETE FROM {table} WHERE kind = 8")  # noqa: S608
    op.execute("DELETE FROM metadata WHERE key = 'rollups_paired_from'")
