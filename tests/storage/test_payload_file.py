from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from payload_samples import payload
from sqlalchemy import inspect

from claudeflare.errors import StorageError
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.payload_file import open_payload_file, payload_database
from claudeflare.storage.payload_tables import payload_metadata
from claudeflare.storage.payloads import PayloadStore


def test_it_is_made_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "payloads.db"
    for _ in range(2):
        database = open_payload_file(path)
        with database.read() as connection:
            assert set(inspect(connection).get_table_names()) == set(payload_metadata.tables)
            assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        PayloadStore(database).store([payload("r1")])
        database.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "payloads.db"
    open_payload_file(path).dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="newer version"):
        open_payload_file(path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "payloads.db").write_bytes(b"nonsense" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        open_payload_file(tmp_path / "payloads.db")


def test_postgresql_has_them_beside_the_records(postgresql_url: str, tmp_path: Path) -> None:
    database = Database(postgresql_url)
    migrate.upgrade(database, None)
    assert payload_database(database, tmp_path / "payloads.db") is database
    assert not list(tmp_path.iterdir())
    database.dispose()


def test_with_sqlite_the_database_of_records_has_no_table_of_them(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    migrate.upgrade(database, None)
    with database.read() as connection:
        assert not set(inspect(connection).get_table_names()) & set(payload_metadata.tables)
    database.dispose()
