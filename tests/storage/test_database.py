from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.tables import single_values


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


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(insert(single_values).values(key="a", value="1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert MetadataStore(database).get("a") is None


def test_reads_see_one_state_while_another_thread_writes(database: Database) -> None:
    store = MetadataStore(database)
    store.set("a", "old")
    with database.read() as connection:
        query = select(single_values.c.value).where(single_values.c.key == "a")
        assert connection.scalar(query) == "old"
        writer = threading.Thread(target=store.set, args=("a", "new"))
        writer.start()
        writer.join()
        assert connection.scalar(query) == "old"
    assert store.get("a") == "new"


def test_writers_of_two_threads_never_lose_an_update(database: Database) -> None:
    """Each reads, then writes: without the write lock from the start the second would overwrite or fail."""
    store = MetadataStore(database)
    store.set("n", "0")

    def count() -> None:
        for _ in range(50):
            with database.write() as connection:
                value = connection.scalar(select(single_values.c.value).where(single_values.c.key == "n"))
                connection.execute(
                    single_values.update().where(single_values.c.key == "n").values(value=str(int(value or 0) + 1))
                )

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("n") == "100"


def test_two_database_objects_on_one_file_wait_for_each_other(tmp_path: Path, database: Database) -> None:
    other = Database(f"sqlite:///{tmp_path}/test.db")
    stores = (MetadataStore(database), MetadataStore(other))
    threads = [
        threading.Thread(target=lambda store=store, n=n: [store.set(f"{n}-{i}", "x") for i in range(30)])
        for n, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert len(connection.execute(select(single_values)).all()) == 60
    other.dispose()


def test_a_write_inside_a_write_is_a_programming_error(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass
    with database.write():
        pass


def test_foreign_keys_are_enforced_again_after_a_block_without(database: Database) -> None:
    with database.write(foreign_keys=False) as connection:
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


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"This is no database, but long enough to be looked at.\n" * 100)
    with pytest.raises(StorageError, match=r"x\.db is not a database\. Restore it from a backup"):
        Database(f"sqlite:///{tmp_path}/x.db")


def test_a_damaged_database_says_so_when_read(tmp_path: Path, database: Database) -> None:
    with database.write() as connection:
        rows = [{"key": f"{n:05}", "value": "x" * 500} for n in range(2000)]
        connection.execute(insert(single_values), rows)
    database.dispose()
    path = tmp_path / "test.db"
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    damaged = Database(f"sqlite:///{path}")
    with pytest.raises(StorageError, match=r"test\.db is damaged\. Restore it"), damaged.read() as connection:
        connection.execute(select(single_values)).all()
    damaged.dispose()


def test_a_full_disk(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(StorageError, match="the disk is full"):
        MetadataStore(database).set("a", "x" * 1_000_000)
    assert MetadataStore(database).get("a") is None


def test_a_lock_held_by_another_process(tmp_path: Path, database: Database) -> None:
    impatient = Database(f"sqlite:///{tmp_path}/test.db", busy_seconds=0.0)
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked by another process"):
            MetadataStore(impatient).set("a", "b")
        assert MetadataStore(impatient).get("a") is None
    MetadataStore(impatient).set("a", "b")
    impatient.dispose()


def test_an_error_without_advice_is_quoted(database: Database) -> None:
    with pytest.raises(StorageError, match="no such table: nowhere"), database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="names no file"):
        Database(url)


@pytest.mark.parametrize("url", ["mysql://host/x", "nonsense", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(StorageError, match="Use sqlite:///PATH"):
        Database(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StorageError) as caught:
        Database("postgresql://user:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)
