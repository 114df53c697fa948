"""Insert or replace rows by primary key: the statements whose form differs between our databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

Rows = Sequence[tuple[Any, ...]]
"""Each a value for every column in the table's order, of exactly its type; no two of equal key."""

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
    _write_many(connection, table, rows, adding=False)


def add_many(connection: Connection, table: Table[Any], rows: Rows) -> None:
    """Insert rows, adding their values to those of the row whose primary key exists."""
    _write_many(connection, table, rows, adding=True)


def _write_many(connection: Connection, table: Table[Any], rows: Rows, *, adding: bool) -> None:
    if not rows:
        return
    statement = _statement(connection.dialect.name, table, adding)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement, list(rows))
    else:
        # One statement with an array for each column: the server answers once, not once for each row.
        connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))


@cache
def _statement(dialect_name: str, table: Table[Any], adding: bool) -> str:
    """In SQL, with a positional parameter for each column."""
    insert = _insert(dialect_name, table)
    names = [column.name for column in table.c]
    if dialect_name == "postgresql":
        arrays = (bindparam(column.name, type_=postgresql.ARRAY(column.type)) for column in table.c)
        given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
        insert = insert.from_select(names, select(*(given.c[name] for name in names)))
    excluded = insert.excluded
    changed = {
        column.name: table.c[column.name] + excluded[column.name] if adding else excluded[column.name]
        for column in _values(table)
    }
    statement = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
    compiled: Any = statement.compile(dialect=_POSITIONAL[dialect_name](), column_keys=names)
    assert list(compiled.positiontup) == names
    return str(compiled)


def _insert(dialect_name: str, table: Table[Any]) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect_name == "sqlite" else postgresql.insert(table)


def _values(table: Table[Any]) -> list[Column[Any]]:
    return [column for column in table.c if not column.primary_key]
