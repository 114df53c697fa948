"""Insert or replace rows by primary key: the one statement whose form differs between our databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection, table: Table[Any], rows: Sequence[dict[str, Any]], *, unless_older: str | None = None
) -> None:
    """Insert rows, replacing those whose primary key exists; of equal keys among `rows` the last wins.

    With `unless_older`, a column's name, an existing row stays when its value there is greater.
    """
    if not rows:
        return
    insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    excluded = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: excluded[column.name] for column in table.c if not column.primary_key},
        where=None if unless_older is None else excluded[unless_older] >= table.c[unless_older],
    )
    connection.execute(statement, rows)
