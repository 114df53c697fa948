"""A look at a database, sound, old, damaged or gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.errors import StorageError
from claudeflare.storage import migrate
from claudeflare.storage.checkup import DatabaseCondition, checkup, checkup_at
from claudeflare.storage.database import Database, sqlite_file

HEAD = migrate.head_revision()


def test_a_sound_one(database: Database) -> None:
    found = checkup(database, 5.0)
    assert (found.error, found.revision, found.needed_revision, found.known_revision) == (None, HEAD, HEAD, True)
    sqlite = database.path is not None
    assert found.engine.startswith("SQLite 3." if sqlite else "PostgreSQL 1")
    assert (found.sound, found.damage) == (True if sqlite else None, [])


def test_an_empty_one(empty: Database) -> None:
    assert checkup(empty, 5.0).revision is None


def test_one_of_a_newer_version(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    found = checkup(database, 5.0)
    assert (found.revision, found.known_revision) == ("9999", False)


def test_one_nobody_has_opened(url: str, database: Database) -> None:
    assert checkup_at(url, 5.0, 1.0) == checkup(database, 5.0)


def sqlite_database(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database, None)
    return database


def test_a_look_that_takes_too_long(tmp_path: Path) -> None:
    database = sqlite_database(tmp_path / "long.db")
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE long AS WITH RECURSIVE n(x) AS"
            " (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200000) SELECT x FROM n"
        )
        connection.exec_driver_sql("CREATE INDEX longer ON long (x)")
    found = checkup(database, 0.0)
    assert (found.sound, found.damage, found.error) == (None, [], None)
    # And nothing of the limit stays with the connection.
    assert checkup(database, 60.0).sound is True
    database.dispose()


def test_a_page_that_does_not_add_up(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    database = sqlite_database(path)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('one'), ('two')")
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_schema WHERE name = 't'").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    database.dispose()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size + 7] = 5  # bytes lost to fragmentation, of which there are none
    path.write_bytes(content)
    found = checkup_at(f"sqlite:///{path}", 5.0, 1.0)
    assert found is not None
    assert (found.sound, found.error) == (False, None)
    assert found.damage


@pytest.mark.parametrize("content", [b"nothing of the kind", b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.db"
    path.write_bytes(content)
    found = checkup_at(f"sqlite:///{path}", 5.0, 1.0)
    assert isinstance(found, DatabaseCondition)
    assert found.place == str(path)
    assert found.error is not None
    assert "Restore it from a backup" in found.error


def test_no_file_is_made(tmp_path: Path) -> None:
    assert checkup_at(f"sqlite:///{tmp_path}/none.db", 5.0, 1.0) is None
    assert list(tmp_path.iterdir()) == []


def test_urls(tmp_path: Path) -> None:
    assert sqlite_file(f"sqlite:///{tmp_path}/x.db") == tmp_path / "x.db"
    assert sqlite_file("postgresql://me@host/db") is None
    with pytest.raises(StorageError):
        sqlite_file("mysql://x")
    found = checkup_at("mysql://x", 5.0, 1.0)
    assert found is not None
    assert "is for mysql" in str(found.error)
