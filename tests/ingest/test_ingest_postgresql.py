"""What happens to records while the PostgreSQL server is gone: they wait in the journal, and none comes twice."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.errors import StorageError
from claudeflare.ingest.batch import Batch
from claudeflare.ingest.ingest import Ingest
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.writer import JournalWriter
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.requests import RequestStore
from harness.journal_frames import finished, opened
from harness.postgres import PostgresServer, postgres_server

PATIENCE = 20.0


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """This test's own, because it is stopped."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(server: PostgresServer) -> Iterator[Database]:
    with server.database() as url:
        opened = Database(url)
        migrate.upgrade(opened, None)
        yield opened
        opened.dispose()


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    directory = tmp_path / "journal"
    directory.mkdir()
    return directory


def ids(store: RequestStore) -> list[str]:
    return sorted(summary.id for summary in store.list(RequestFilter(), None, 1000)[0])


def test_the_journal_keeps_what_cannot_be_stored(journal: Path, server: PostgresServer, store: RequestStore) -> None:
    writer = JournalWriter(journal, 0, "boot")
    ingest = Ingest(JournalReader(journal), store, PriceTable())
    writer.append(finished("before"))
    assert ingest.drain() == 1
    server.stop()
    for number in range(20):
        writer.append(opened(f"r{number:02}"))
        writer.append(finished(f"r{number:02}"))
    for _ in range(2):
        with pytest.raises(StorageError, match="cannot be reached"):
            ingest.drain()
    writer.close()
    assert len(os.listdir(journal)) == 1
    server.start()
    assert ingest.drain() == 40
    assert ids(store) == ["before", *(f"r{number:02}" for number in range(20))]
    assert os.listdir(journal) == []


def test_it_goes_on_by_itself_when_the_server_is_back(
    journal: Path, server: PostgresServer, store: RequestStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    written, failed, stop = threading.Semaphore(0), threading.Event(), threading.Event()

    class Noticing(logging.Handler):
        def emit(self, _record: logging.LogRecord) -> None:
            failed.set()

    def tell(batch: Batch) -> None:
        written.release(len(batch.finished))

    notices = Noticing(logging.ERROR)
    logging.getLogger("claudeflare.ingest.batch_loop").addHandler(notices)
    writer = JournalWriter(journal, 0, "boot")
    ingest = Ingest(JournalReader(journal), store, PriceTable(), [tell])
    thread = threading.Thread(target=ingest.run, args=(stop, 0.01))
    thread.start()
    try:
        writer.append(finished("before"))
        assert written.acquire(timeout=PATIENCE)
        server.stop()
        writer.append(finished("meanwhile"))
        assert failed.wait(PATIENCE)
        server.start()
        assert written.acquire(timeout=PATIENCE)
        writer.append(finished("after"))
        assert written.acquire(timeout=PATIENCE)
    finally:
        stop.set()
        thread.join()
        writer.close()
        logging.getLogger("claudeflare.ingest.batch_loop").removeHandler(notices)
    assert ids(store) == ["after", "before", "meanwhile"]
    assert not written.acquire(blocking=False)
    assert "records stay in the journal until they can be stored: The database postgresql://" in caplog.text
    assert "records are stored again" in caplog.text


def test_what_was_stored_but_not_yet_deleted_is_not_stored_twice(journal: Path, store: RequestStore) -> None:
    writer = JournalWriter(journal, 0, "boot")
    writer.append(opened("open"))
    writer.append(finished("a"))
    writer.close()

    class Killed(Exception):
        pass

    class DiesBeforeCommit(JournalReader):
        def commit(self) -> None:
            raise Killed

    with pytest.raises(Killed):
        Ingest(DiesBeforeCommit(journal), store, PriceTable()).run_once()
    before = [store.get(request_id) for request_id in ("a", "open")]
    assert None not in before
    assert Ingest(JournalReader(journal), store, PriceTable()).drain() == 2
    assert [store.get(request_id) for request_id in ("a", "open")] == before
    assert os.listdir(journal) == []
