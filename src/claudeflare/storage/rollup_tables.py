"""The tables of what requests add up to; part of `tables.metadata`. Kept true by whatever writes `requests`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Named, Table, TypedColumns, text

from claudeflare.analytics.segments import EVERY
from claudeflare.analytics.stretches import HOUR
from claudeflare.storage.tables import Key, metadata


class SegmentColumns(TypedColumns):
    """What figures are kept for; `analytics.segments.Segment`. A row stays when nothing refers to it any more."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    """`segment_id`."""
    kind: Named[int]
    success: Named[bool]
    account_id: Named[str | None] = Column(Key)
    model: Named[str | None] = Column(Key)
    client_key: Named[str | None] = Column(Key)
    agent: Named[str | None] = Column(Key)
    status: Named[int | None]
    terminal_state: Named[str | None] = Column(Key)
    error_type: Named[str | None] = Column(Key)


segments = Table("segments", metadata, SegmentColumns)


class RollupColumns(TypedColumns):
    """Sums over the requests of one segment that began in one stretch of time. They outlive records deleted by age.

    All are whole numbers, so that what is subtracted again leaves nothing behind.
    """

    level: Named[int] = Column(primary_key=True, autoincrement=False)
    """How long the stretch is, in seconds: 60, 900, 3600 or 86400."""
    kind: Named[int] = Column(primary_key=True, autoincrement=False)
    """The segment's. Here so that figures of one kind lie together."""
    start: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    """UTC epoch seconds."""
    segment: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    requests: Named[int] = Column(BigInteger)
    successes: Named[int] = Column(BigInteger)
    failovers: Named[int] = Column(BigInteger)
    """Accounts tried beyond each request's first."""
    waits: Named[int] = Column(BigInteger)
    """Requests that waited for an account."""
    queued_us: Named[int] = Column(BigInteger)
    duration_us: Named[int] = Column(BigInteger)
    overhead_us: Named[int] = Column(BigInteger)
    input_tokens: Named[int] = Column(BigInteger)
    cache_write_5m_tokens: Named[int] = Column(BigInteger)
    cache_write_1h_tokens: Named[int] = Column(BigInteger)
    cache_read_tokens: Named[int] = Column(BigInteger)
    output_tokens: Named[int] = Column(BigInteger)
    thinking_tokens: Named[int] = Column(BigInteger)
    cost_nanos: Named[int] = Column(BigInteger)
    """Billionths of a dollar, of the requests whose cost is known."""
    priced: Named[int] = Column(BigInteger)
    """Requests whose cost is known, 0 included."""
    unpriced: Named[int] = Column(BigInteger)
    """Requests with tokens and no known cost."""
    saved_nanos: Named[int] = Column(BigInteger)
    """What the prompt cache saved, billionths of a dollar; below 0 when writing it cost more than reading saved."""
    streamed_tokens: Named[int] = Column(BigInteger)
    """Output tokens of the streams that `streamed_us` is about."""
    streamed_us: Named[int] = Column(BigInteger)
    """From first byte to end, of streams with output."""


BY_SEGMENT: Final = f"rollups.kind >= {EVERY} AND rollups.level >= {HOUR}"
"""Condition of the index by segment: what choices of several things read most of. Ingest writes none of it."""
BY_SEGMENT_INDEX: Final = "ix_rollups_by_segment"

rollups = Table(
    "rollups",
    metadata,
    RollupColumns,
    # With the count in it, because the map of hours asks for nothing else. Without the kind, which a segment is of one
    # only: SQLite would take the condition for a range of it, and look no further.
    Index(
        BY_SEGMENT_INDEX,
        *("level", "segment", "start", "requests"),
        sqlite_where=text(BY_SEGMENT.replace("rollups.", "")),
        postgresql_where=text(BY_SEGMENT.replace("rollups.", "")),
    ),
    sqlite_with_rowid=False,
)


class RollupLatencyColumns(TypedColumns):
    """The histograms beside the sums, apart so that sums alone are read quickly."""

    level: Named[int] = Column(primary_key=True, autoincrement=False)
    kind: Named[int] = Column(primary_key=True, autoincrement=False)
    start: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    segment: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    bins: Named[bytes]
    """`analytics.histogram.pack`."""


rollup_latencies = Table("rollup_latencies", metadata, RollupLatencyColumns, sqlite_with_rowid=False)
