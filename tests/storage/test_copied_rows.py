"""COPY into a real PostgreSQL; what it does to rows, `test_upsert` asks of both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from claudeflare.errors import StorageError
from claudeflare.storage.copied_rows import copy_rows
from claudeflare.storage.database import Database
from claudeflare.storage.tables import request_details, requests, single_values

ROW = (
    "a",
    1.5,
    "GET",
    "/",
    None,
    "",
    True,
    None,
    None,
    "{}",
    ",",
    '"',
    "\\",
    "NULL",
    200,
    "complete",
    False,
    None,
    "\n",
)
REST = (None, 1.0, None, 5e-324, 1e300, 0.0, 0, 2**31, 10**11, None, None, 0, 1, 2, None, None, False, None, None)


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


def test_rows_of_every_type_come_back(database: Database) -> None:
    with database.write() as connection:
        width = len(requests.c)
        row = (*ROW, *REST, *[None] * width)[:width]
        assert copy_rows(connection, requests, [row])
        assert copy_rows(connection, request_details, [("a", b"\x00\\\xff")])
        assert tuple(connection.execute(select(requests)).one()) == row
        assert connection.scalars(select(request_details.c.finished)).all() == [b"\x00\\\xff"]


def test_what_cannot_be_stored_is_a_storage_error(database: Database) -> None:
    with pytest.raises(StorageError, match="NUL"):
        write(database, "a\0")
    write(database, "a")


def test_a_lost_connection_is_a_storage_error(database: Database) -> None:
    def end_session(pid: int) -> None:
        with database.read() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")

    with pytest.raises(StorageError):
        write(database, "a", end_session)
    write(database, "a")


def write(database: Database, key: str, meanwhile: Callable[[int], None] = lambda pid: None) -> None:
    with database.write() as connection:
        meanwhile(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        assert copy_rows(connection, single_values, [(key, "1")])
