"""Rows whose key is among many values, for little: SQLAlchemy's own `in_` takes longer than the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def rows_among(connection: Connection, statement: str, values: Sequence[Any]) -> Sequence[Any]:
    """The result of a SELECT that ends in its WHERE clause's column. Some hundred values at a time."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(f"{statement} = ANY(%s)", (list(values),)).all()
    # As bytearray: the one type of bytes that Python's driver binds without looking for an adapter.
    bound = tuple(bytearray(value) if isinstance(value, bytes) else value for value in values)
    return connection.exec_driver_sql(f"{statement} IN ({','.join('?' * len(bound))})", bound).all()
