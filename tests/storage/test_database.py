from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.tables import single_values


def at_once(*acts: Callable[[], object]) -> None:
    """Each in a thread of its own, until all have ended well."""
    failures: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def count_up(database: Database, times: int) -> None:
    """Each step reads, then writes: unless a writer is alone from its beginning, some are lost, or fail."""
    query = select(single_values.c.value).where(single_values.c.key == "n")
    for _ in range(times):
        with database.write() as connection:
            value = int(connection.scalar(query) or 0) + 1
            connection.execute(single_values.update().where(single_values.c.key == "n").values(value=str(value)))


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


def test_what_a_reader_writes_is_not_kept(database: Database) -> None:
    with database.read() as connection:
        connection.execute(insert(single_values).values(key="a", value="1"))
    assert MetadataStore(database).get("a") is None


def test_writers_of_two_threads_never_lose_an_update(database: Database) -> None:
    MetadataStore(database).set("n", "0")
    at_once(lambda: count_up(database, 50), lambda: count_up(database, 50))
    assert MetadataStore(database).get("n") == "100"


def test_writers_of_two_processes_never_lose_an_update(database: Database, url: str) -> None:
    """Two objects share no lock of ours, like two processes."""
    other = Database(url)
    MetadataStore(database).set("n", "0")
    at_once(lambda: count_up(database, 30), lambda: count_up(other, 30))
    assert MetadataStore(database).get("n") == "60"
    other.dispose()


def test_a_lock_held_by_another_process(database: Database, url: str) -> None:
    impatient = Database(url, busy_seconds=0.0)
    with database.write():
        with pytest.raises(StorageError, match="locked by another process"):
            MetadataStore(impatient).set("a", "b")
        assert MetadataStore(impatient).get("a") is None
    MetadataStore(impatient).set("a", "b")
    impatient.dispose()


def test_a_migration_waits_for_the_writer_of_another_process(database: Database, url: str) -> None:
    other = Database(url)
    begun, order = threading.Event(), []

    def write() -> None:
        with database.write():
            begun.set()
            order.append("write")

    def migrate() -> None:
        begun.wait()
        with other.migration():
            order.append("migrate")

    at_once(write, migrate)
    assert order == ["write", "migrate"]
    other.dispose()


def test_a_write_inside_a_write_is_a_programming_error(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass
    with database.write():
        pass


def test_what_a_database_is_called(database: Database) -> None:
    assert repr(database) == f"<Database {database.place}>"
    assert (database.path is None) == database.place.startswith("postgresql://postgres@/")


@pytest.mark.parametrize("refused", ["mysql://host/x", "nonsense", "", "postgresql://u:hunter2@host:port/x"])
def test_other_urls_are_refused(refused: str) -> None:
    with pytest.raises(StorageError, match="Use sqlite:///PATH") as caught:
        Database(refused)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_with_an_at_sign_must_be_escaped() -> None:
    """Else its end would be taken for the host, and shown."""
    with pytest.raises(StorageError, match="more than one @") as caught:
        Database("postgresql://user:hunter2@hunter3@host/x")
    assert "hunter" not in str(caught.value)
