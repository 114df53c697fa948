"""Rows into PostgreSQL by COPY: a third of what an INSERT of as many costs the client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError


def copy_rows(connection: Connection, table: Table[Any], rows: Iterable[tuple[Any, ...]]) -> bool:
    """Insert rows, each with a value for every column in the table's order.

    False when one's primary key exists: the transaction has failed then and is good for a rollback alone.
    """
    quoted = connection.dialect.identifier_preparer
    columns = ", ".join(quoted.format_column(column) for column in table.c)
    statement = f"COPY {quoted.format_table(table)} ({columns}) FROM STDIN"
    # SQLAlchemy knows nothing of COPY: with the driver's own connection, and its errors made into SQLAlchemy's.
    driver: Any = connection.dialect.dbapi
    psycopg_connection: Any = connection.connection.driver_connection
    try:
        with psycopg_connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.errors.UniqueViolation:
        return False
    except driver.Error as error:
        raise DBAPIError.instance(
            statement, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    return True
