"""Every row of a database as plain values, all of one moment, whichever of the two databases it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.migrate import head_revision, revision_of
from claudeflare.storage.payload_tables import payload_metadata
from claudeflare.storage.record_tables import record_metadata
from claudeflare.storage.tables import account_secrets

ROWS_AT_ONCE = 500
"""Few enough that a batch of the largest rows, pieces of bodies, is some tens of megabytes."""

LEFT_OUT = frozenset({"sessions"})
"""Tables that a copy must not have: browsers that are signed in here would be signed in where it is restored, also
those that have signed out since."""

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class DumpedTable:
    """One table and what reads it."""

    name: str
    columns: tuple[str, ...]
    _table: Table[Any]
    _connection: Connection

    def batches(self) -> Iterator[Rows]:
        """All rows, some hundreds at a time."""
        result = self._connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(*self._table.c))
        for rows in result.partitions():
            yield [tuple(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Dump:
    """A database as of one moment; good within the block that opened it."""

    tables: list[DumpedTable]
    """Those that others refer to come first."""
    key_ids: list[str]
    """Keys that its secrets are sealed with."""


@contextmanager
def dumped(database: Database) -> Iterator[Dump]:
    """The records. Raises `StorageError` when another version's schema is in there."""
    with database.read() as connection:
        _take_time(connection)
        revision = revision_of(connection)
        if revision != head_revision():
            raise StorageError(
                f"The database {database.place} has the schema of another version ({revision or 'none'}, this one's is"
                f" {head_revision()}). Run the version that the server is of, or start this one's server once."
            )
        key_ids = sorted(connection.scalars(select(account_secrets.c.key_id).distinct()))
        yield Dump(_tables(connection, record_metadata), key_ids)


@contextmanager
def dumped_payloads(database: Database) -> Iterator[Dump]:
    """The captured bodies; `database` is what has their tables."""
    with database.read() as connection:
        _take_time(connection)
        yield Dump(_tables(connection, payload_metadata), [])


def _tables(connection: Connection, described: MetaData) -> list[DumpedTable]:
    return [
        DumpedTable(str(table.name), tuple(str(column.name) for column in table.c), table, connection)
        for table in described.sorted_tables
        if table.name not in LEFT_OUT
    ]


def _take_time(connection: Connection) -> None:
    """PostgreSQL ends statements and transactions that take long; this one does."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
