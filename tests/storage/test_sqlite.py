from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_every_connection_is_set_up(database: Database) -> None:
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "auto_vacuum") == 2
    assert pragma(database, "synchronous") == 1
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "journal_size_limit") == 67108864


def test_the_file_and_its_logs_are_private(tmp_path: Path, database: Database) -> None:
    MetadataStore(database).set("key", "value")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"test.db": 0o600, "test.db-wal": 0o600, "test.db-shm": 0o600}


def test_foreign_keys_are_enforced_again_after_a_migration(database: Database) -> None:
    with database.migration() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    assert pragma(database, "foreign_keys") == 1


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing/x\.db.*directory exists and is writable"):
        Database(f"sqlite:///{tmp_path}/missing/x.db")


def test_a_directory_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="writable"):
        Database(f"sqlite:///{tmp_path}/x.db")


@pytest.mark.parametrize("memory", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_a_database_in_memory_is_refused(memory: str) -> None:
    with pytest.raises(StorageError, match="names no file"):
        Database(memory)
