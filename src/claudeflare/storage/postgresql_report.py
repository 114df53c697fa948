"""Sizes and query plans of a PostgreSQL database, of the tables in the schema that is ours."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Connection

from claudeflare.storage.report_parts import IndexSize, Sizes, TableSize

INDEX_IN_PLAN: Final = re.compile(r"(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)")

COUNTED: Final = 50_000
"""Tables that seem to have fewer rows are counted; for others the server's estimate has to do."""

_TABLES: Final = """
    SELECT c.relname, c.reltuples, s.n_live_tup, s.n_dead_tup, pg_table_size(c.oid), pg_indexes_size(c.oid)
    FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
"""
_INDEXES: Final = """
    SELECT indexrelname, relname, pg_relation_size(indexrelid), idx_scan
    FROM pg_stat_user_indexes WHERE schemaname = current_schema()
"""


def sizes(connection: Connection, *, exact: bool) -> Sizes:
    """Of this database. Bytes are always exact."""
    tables: list[Any] = [*connection.exec_driver_sql(_TABLES)]
    return Sizes(
        kind="postgresql",
        bytes=int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()),
        free_bytes=0,
        log_bytes=None,
        tables=[_table(connection, *row, exact=exact) for row in tables],
        indexes=[
            IndexSize(name=name, table=table, bytes=size, exact=True, scans=scans)
            for name, table, size, scans in connection.exec_driver_sql(_INDEXES)
        ],
    )


def plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """PostgreSQL's words for how it would answer."""
    return [str(line) for line in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()]


def _table(connection: Connection, *row: Any, exact: bool) -> TableSize:
    name, estimate, alive, dead, size, index_size = row
    # The estimate is of the last VACUUM or ANALYZE, the count of rows alive of the statistics, which a crash resets.
    rows = max(round(estimate), alive or 0, 0)
    counted = exact or rows < COUNTED
    if counted:
        quoted = connection.dialect.identifier_preparer.quote(name)
        rows = int(connection.exec_driver_sql(f"SELECT count(*) FROM {quoted}").scalar_one())  # noqa: S608
    return TableSize(name=name, rows=rows, bytes=size, index_bytes=index_size, exact=counted, dead_rows=dead or 0)
