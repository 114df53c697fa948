"""JSON of `/api/maintenance/analysis`. Times are in milliseconds, moments ISO 8601 in UTC."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class TableAnalysis(Resource):
    """One table with its indexes. null: this database does not tell."""

    name: str
    rows: int
    bytes: int | None
    index_bytes: int | None
    exact: bool
    """False: rows and bytes are estimates, off by a tenth or two."""
    unused_bytes: int | None
    """In pages of the table and its indexes, holding nothing."""
    dead_rows: int | None
    """Deleted or replaced, and not cleared away yet by PostgreSQL's autovacuum."""


class IndexAnalysis(Resource):
    """One index."""

    name: str
    table: str
    bytes: int | None
    exact: bool
    scans: int | None
    """How often PostgreSQL used it since its statistics were last reset."""
    used_by: list[str]
    """Those of `reads` that would use it."""


class DatabaseAnalysis(Resource):
    """One database; with SQLite payloads have their own."""

    place: str
    kind: str
    """`sqlite` or `postgresql`."""
    bytes: int
    free_bytes: int
    """Whole pages of the file that are in use no more; `/api/maintenance/compact` gives them back."""
    log_bytes: int | None
    """Of the write-ahead log."""
    tables: list[TableAnalysis]
    indexes: list[IndexAnalysis]


class Files(Resource):
    """Files of one kind in the data directory."""

    name: str
    count: int
    bytes: int


class ReadStatement(Resource):
    """One statement of a read."""

    statement: str
    """Without values."""
    times: int
    ms: float
    """All executions together."""
    plan: list[str] | None
    """How the database finds its rows, in its own words; only with `plans`."""


class ReadAnalysis(Resource):
    """A question of dashboard or command line, asked just now."""

    name: str
    ms: float
    database_ms: float
    statements: list[ReadStatement]
    """Slowest first."""


class SlowStatement(Resource):
    """A statement that took longer than 100 ms at least once since the server was started."""

    statement: str
    """Without values."""
    times: int
    """How often it was so slow."""
    slowest_ms: float
    total_ms: float
    last_at: str


class RetentionForecast(Resource):
    """What retention would delete now under these limits."""

    request_days: int
    payload_days: int
    payload_max_bytes: int
    requests: int
    requests_exact: bool
    request_bytes: int | None
    """About."""
    payloads: int
    """Bodies that are too old."""
    payload_bytes: int
    """They take; about."""
    payload_excess_bytes: int
    """Of others, to come below `payloadMaxBytes`; about."""


class AnalysisResource(Resource):
    """Where space and time go."""

    at: str
    ms: float
    """How long this took."""
    databases: list[DatabaseAnalysis]
    files: list[Files]
    reads: list[ReadAnalysis]
    """Slowest first."""
    slow_statements: list[SlowStatement]
    """Slowest first; at most 20."""
    retention: RetentionForecast
    compaction_bytes: int
    """What compaction would give back to the disk now."""
