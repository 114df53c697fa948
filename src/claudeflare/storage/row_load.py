"""Rows of a dump into a database: tables made as they were then, filled, and brought to this version's form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.migrate import remake, revision_of, upgrade_within
from claudeflare.storage.row_dump import Rows
from claudeflare.storage.tables import accounts, requests


class RowTarget:
    """A database that is being filled, in one transaction."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    def fill(self, name: str, columns: Sequence[str], batches: Iterable[Rows]) -> Iterator[int]:
        """Put rows into one table instead of whatever is there; gives the size of each batch once it is in.

        Raises `StorageError` for a table or column that this database does not have.
        """
        table = self._table(name, columns)
        self._connection.execute(delete(table))
        for rows in batches:
            if rows:
                self._connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
            yield len(rows)
        self._count_on(table)

    def _count_on(self, table: Table[Any]) -> None:
        """PostgreSQL numbers new rows by itself, and knows nothing of numbers that were given."""
        if self._connection.dialect.name != "postgresql":
            return
        for column in table.primary_key.columns:
            name, key = table.name, column.name
            counter = self._connection.scalar(select(func.pg_get_serial_sequence(name, key)))
            if counter is not None:
                last = self._connection.scalar(select(func.max(column)))
                self._connection.execute(select(func.setval(counter, last or 1, last is not None)))

    def _table(self, name: str, columns: Sequence[str]) -> Table[Any]:
        if name not in inspect(self._connection).get_table_names():
            raise StorageError(f"The backup has a table {name}, which {self._place} has no place for.")
        # As it is now, in a schema that may be an older version's.
        table: Table[Any] = Table(name, MetaData(), autoload_with=self._connection, resolve_fks=False)
        unknown = set(columns) - set(table.c.keys())
        if unknown:
            raise StorageError(
                f"The backup has columns of {name} that {self._place} has no place for: {', '.join(sorted(unknown))}."
            )
        return table


def is_blank(database: Database) -> bool:
    """Whether it has neither accounts nor requests, or no tables of ours at all."""
    with database.read() as connection:
        if revision_of(connection) is None:
            return True
        return not any(connection.execute(select(table.c.id).limit(1)).first() for table in (accounts, requests))


@contextmanager
def records_replaced(database: Database, revision: str) -> Iterator[RowTarget]:
    """Empty tables of this revision instead of all there are, to be filled within the block.

    At its end they are brought to this version's form; then all of it is committed, or nothing. Raises `StorageError`
    when this version does not know the revision, or the database is a newer one's.
    """
    with database.migration() as connection:
        remake(connection, database, revision)
        with _sound():
            yield RowTarget(connection, database.place)
        upgrade_within(connection)


@contextmanager
def payloads_replaced(database: Database) -> Iterator[RowTarget]:
    """The tables of captured bodies, to be filled anew within the block: all of it, or nothing."""
    with database.migration() as connection, _sound():
        yield RowTarget(connection, database.place)


@contextmanager
def _sound() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # Without its words: they quote rows.
        raise StorageError("The backup's rows contradict each other; nothing was changed.") from error
