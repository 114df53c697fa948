"""Insert or replace rows by primary key: the statements whose form differs between our databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Final, Literal

from sqlalchemy import Boolean, Column, Connection, Dialect, LargeBinary, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

from claudeflare.storage.copied_rows import copy_rows

Rows = Sequence[tuple[Any, ...]]
"""Each a value for every column in the table's order, of exactly its type; no two of equal key."""

Columns = Sequence[Sequence[Any]]
"""The same turned by 90 degrees: for every column in the table's order its values, row by row."""

OnConflict = Literal["replace", "add", "keep"]
"""What becomes of a row whose primary key exists."""

STATEMENTS_KEPT: Final = 256
"""SQLite has one for every set of columns that are empty throughout: a dozen, as a rule."""

_POSITIONAL: dict[str, Callable[[], Dialect]] = {
    "sqlite": partial(sqlite.dialect, paramstyle="qmark"),
    "postgresql": partial(psycopg.dialect, paramstyle="format"),
}


def upsert(
    connection: Connection, table: Table[Any], rows: Sequence[dict[str, Any]], *, unless_older: str | None = None
) -> None:
    """Insert rows, replacing those whose primary key exists; of equal keys among `rows` the last wins.

    With `unless_older`, a column's name, an existing row stays when its value there is greater.
    """
    if not rows:
        return
    insert = _insert(connection.dialect.name, table)
    excluded = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: excluded[column.name] for column in _values(table)},
        where=None if unless_older is None else excluded[unless_older] >= table.c[unless_older],
    )
    connection.execute(statement, rows)


def upsert_many(connection: Connection, table: Table[Any], rows: Rows) -> None:
    """`upsert` of rows by the hundred: what SQLAlchemy does for each takes longer than storing it."""
    _write_many(connection, table, [*zip(*rows, strict=True)], "replace")


def add_many(connection: Connection, table: Table[Any], rows: Rows) -> None:
    """Insert rows, adding their values to those of the row whose primary key exists."""
    _write_many(connection, table, [*zip(*rows, strict=True)], "add")


def insert_missing(connection: Connection, table: Table[Any], rows: Rows) -> None:
    """Insert rows whose primary keys do not exist; the others stay as they are."""
    _write_many(connection, table, [*zip(*rows, strict=True)], "keep")


def upsert_columns(connection: Connection, table: Table[Any], columns: Columns) -> None:
    """`upsert_many` of rows that come as columns."""
    _write_many(connection, table, columns, "replace")


def insert_new(connection: Connection, table: Table[Any], columns: Columns) -> bool:
    """Insert rows none of whose primary keys exists.

    False when one does: then some may be inserted, and the transaction is good for a rollback alone.
    """
    if not columns or not columns[0]:
        return True
    if connection.dialect.name == "postgresql":
        return copy_rows(connection, table, zip(*columns, strict=True))
    return _write_many(connection, table, columns, "keep") == len(columns[0])


def _write_many(connection: Connection, table: Table[Any], columns: Columns, conflict: OnConflict) -> int:
    if not columns or not columns[0]:
        return 0
    if connection.dialect.name == "sqlite":
        given = {
            column.name: _bindable(column, values)
            for column, values in zip(table.c, columns, strict=True)
            if not _left_out(column, values)
        }
        statement = _statement("sqlite", table, conflict, tuple(given))
        return connection.exec_driver_sql(statement, [*zip(*given.values(), strict=True)]).rowcount
    # One statement with an array for each column: the server answers once, not once for each row.
    statement = _statement(connection.dialect.name, table, conflict, tuple(table.c.keys()))
    return connection.exec_driver_sql(statement, tuple(map(list, columns))).rowcount


def _left_out(column: Column[Any], values: Sequence[Any]) -> bool:
    """Whether the column is empty throughout: to bind None costs Python's driver as much as eight numbers."""
    unset = bool(column.nullable) and values[0] is None and column.server_default is None
    return unset and values.count(None) == len(values)


def _bindable(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """The same for the database, in the types that Python's driver takes without looking for an adapter."""
    if isinstance(column.type, Boolean):
        return [value if value is None else int(value) for value in values]
    if isinstance(column.type, LargeBinary):
        return [value if value is None else bytearray(value) for value in values]
    return values


@lru_cache(STATEMENTS_KEPT)
def _statement(dialect_name: str, table: Table[Any], conflict: OnConflict, names: tuple[str, ...]) -> str:
    """In SQL, with a positional parameter for each column of `names`."""
    insert = _insert(dialect_name, table)
    if dialect_name == "postgresql":
        arrays = (bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names)
        given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
        insert = insert.from_select(list(names), select(*(given.c[name] for name in names)))
    if conflict == "keep":
        statement = insert.on_conflict_do_nothing(index_elements=list(table.primary_key))
    else:
        excluded = insert.excluded
        changed = {
            column.name: table.c[column.name] + excluded[column.name] if conflict == "add" else excluded[column.name]
            for column in _values(table)
        }
        statement = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
    compiled: Any = statement.compile(dialect=_POSITIONAL[dialect_name](), column_keys=list(names))
    assert tuple(compiled.positiontup) == names
    return str(compiled)


def _insert(dialect_name: str, table: Table[Any]) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect_name == "sqlite" else postgresql.insert(table)


def _values(table: Table[Any]) -> list[Column[Any]]:
    return [column for column in table.c if not column.primary_key]
