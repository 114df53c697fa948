"""From journal to database and back to an empty directory, with the real journal and the real store."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from claudeflare.errors import StorageError
from claudeflare.ingest.batch import Batch
from claudeflare.ingest.batch_loop import LONGEST_BACKOFF_SECONDS
from claudeflare.ingest.ingest import GATHER_SECONDS, MUCH, POLL_SECONDS, Ingest
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.reader import FRAMES_AT_ONCE, JournalReader
from claudeflare.journal.records import Changed, Frame, Opened, Shed
from claudeflare.journal.writer import JournalWriter
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tables import open_requests
from harness.journal_frames import STARTED_AT, changed, finished, opened, whole

PRICES = PriceTable()
DIED_AT = STARTED_AT + 60


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", busy_seconds=0.0)
    migrate.upgrade(database, None)
    yield database
    database.dispose()


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    directory = tmp_path / "journal"
    directory.mkdir()
    return directory


def ingest_of(journal: Path, store: RequestStore) -> Ingest:
    return Ingest(JournalReader(journal), store, PRICES, clock=lambda: DIED_AT)


def live_writer(journal: Path, *frames: Frame) -> JournalWriter:
    writer = JournalWriter(journal, 0, "boot")
    assert all(writer.append(frame) for frame in frames)
    return writer


def state_of(store: RequestStore, request_id: str) -> str | None:
    found = store.get(request_id)
    return found and found[0].terminal_state


def test_requests_are_recorded_with_tokens_and_cost(journal: Path, store: RequestStore) -> None:
    writer = live_writer(journal, opened("a"), changed("s"), whole("a"), opened("b"), Shed(at=1.0, records=4))
    ingest = ingest_of(journal, store)
    assert ingest.run_once() == 5
    found = store.get("a")
    assert found is not None
    summary, record = found
    assert record == whole("a")
    assert summary.tokens.cache_read == 90_000
    assert summary.cost_usd == pytest.approx(0.03804)
    assert summary.price_version == PRICES.version
    assert store.get("b") is None
    assert store.shed_records() == {"boot-0": 4}
    assert ingest.run_once() == 0
    writer.append(finished("b"))
    assert ingest.run_once() == 1
    assert state_of(store, "b") == "complete"
    writer.close()


def test_an_amendment_in_a_later_batch_replaces_the_record(journal: Path, store: RequestStore) -> None:
    writer = live_writer(journal, finished("a"))
    ingest = ingest_of(journal, store)
    ingest.run_once()
    writer.append(finished("a", terminal_state="client_closed", amended=True))
    ingest.run_once()
    assert state_of(store, "a") == "client_closed"
    assert store.count() == 1
    writer.close()


def test_what_a_dead_gateway_left_open_ends_as_an_error(
    journal: Path, store: RequestStore, caplog: pytest.LogCaptureFixture
) -> None:
    writer = live_writer(journal, opened("a"), opened("b"), finished("b"))
    ingest = ingest_of(journal, store)
    ingest.run_once()
    assert state_of(store, "a") is None
    writer.close()
    assert ingest.run_once() == 0
    found = store.get("a")
    assert found is not None
    assert found[0].terminal_state == "error"
    assert found[0].duration_ms == 60_000
    assert state_of(store, "b") == "complete"
    assert os.listdir(journal) == []
    assert "gateway boot died with 1 requests running" in caplog.text
    assert ingest.run_once() == 0
    assert store.count() == 2


def open_rows(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(select(open_requests.c.id)))


def test_what_only_a_deleted_segment_told_is_in_the_database_by_then(
    journal: Path, database: Database, store: RequestStore
) -> None:
    writer = JournalWriter(journal, 0, "boot", segment_bytes=600)
    writer.append(opened("long"))
    ingest = ingest_of(journal, store)
    ingest.run_once()
    assert open_rows(database) == set()
    for number in range(20):
        writer.append(opened(f"r{number}"))
        ingest.run_once()
        writer.append(finished(f"r{number}"))
        ingest.run_once()
    assert len(os.listdir(journal)) == 1
    assert open_rows(database) == {"long"}
    writer.append(finished("long"))
    # Another process goes on from here: what the first had in mind is lost.
    ingest_of(journal, store).run_once()
    assert open_rows(database) == set()
    assert store.count() == 21
    writer.close()


def test_open_requests_survive_a_restart_of_control(journal: Path, store: RequestStore) -> None:
    writer = live_writer(journal, opened("a"), finished("b"))
    ingest_of(journal, store).drain()
    second = ingest_of(journal, store)
    second.drain()
    writer.close()
    second.drain()
    assert [state_of(store, request_id) for request_id in "ab"] == ["error", "complete"]


def test_a_live_gateways_open_requests_stay_open(journal: Path, store: RequestStore) -> None:
    writer = JournalWriter(journal, 0, "boot", segment_bytes=1)
    for request_id in "abc":
        writer.append(opened(request_id))
    ingest = ingest_of(journal, store)
    ingest.drain()
    assert len(os.listdir(journal)) == 1
    assert store.count() == 0
    writer.close()


def test_reading_everything_again_after_a_crash_changes_nothing(journal: Path, store: RequestStore) -> None:
    live_writer(journal, opened("a"), whole("a"), opened("b"), changed("s")).close()

    class Killed(Exception):
        pass

    class DiesBeforeCommit(JournalReader):
        def commit(self) -> None:
            raise Killed

    with pytest.raises(Killed):
        Ingest(DiesBeforeCommit(journal), store, PRICES, clock=lambda: DIED_AT).run_once()
    before = [store.get(request_id) for request_id in "ab"]
    assert None not in before
    assert ingest_of(journal, store).drain() == 4
    assert [store.get(request_id) for request_id in "ab"] == before
    assert store.count() == 2
    assert os.listdir(journal) == []


def test_a_database_that_fails_keeps_the_journal(journal: Path, database: Database, store: RequestStore) -> None:
    live_writer(journal, whole("a"), opened("b")).close()
    ingest = ingest_of(journal, store)
    assert database.path is not None
    other = Database(f"sqlite:///{database.path}")
    with other.write(), pytest.raises(StorageError):
        ingest.run_once()
    other.dispose()
    assert len(os.listdir(journal)) == 1
    assert ingest.run_once() == 2
    assert [state_of(store, request_id) for request_id in "ab"] == ["complete", "error"]
    assert os.listdir(journal) == []


def test_drain_takes_more_than_one_batch(journal: Path, store: RequestStore) -> None:
    count = FRAMES_AT_ONCE + 1
    live_writer(journal, *(finished(str(number)) for number in range(count))).close()
    assert ingest_of(journal, store).drain() == count
    assert store.count() == count
    assert os.listdir(journal) == []


def test_listeners_hear_of_a_batch_once_it_is_stored(journal: Path, store: RequestStore) -> None:
    live_writer(journal, whole("a"), changed("s")).close()
    heard: list[tuple[Batch, int]] = []
    ingest = Ingest(JournalReader(journal), store, PRICES, [lambda batch: heard.append((batch, store.count()))])
    ingest.drain()
    ingest.drain()
    [(batch, stored)] = heard
    assert [each.finished for each in batch.finished] == [whole("a")]
    assert batch.changed == [changed("s")]
    assert stored == 1


class FakeTime(threading.Event):
    """A stop event whose waits are noted, take no time, and end the run after a number of them."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        if len(self.waited) >= self._waits:
            self.set()
        return self.is_set()


class FailingStore:
    """A database that is away for the first writes."""

    def __init__(self, store: RequestStore, failures: int) -> None:
        self._store = store
        self._failures = failures

    def write_batch(
        self,
        *,
        opened: Sequence[tuple[str, Opened]],
        finished: Sequence[PricedRequest],
        changed: Sequence[Changed],
        shed: Mapping[str, int],
    ) -> None:
        if self._failures:
            self._failures -= 1
            raise StorageError("The database is away.")
        self._store.write_batch(opened=opened, finished=finished, changed=changed, shed=shed)

    def end_open_requests(self, boot_id: str, ended_at: float) -> int:
        return self._store.end_open_requests(boot_id, ended_at)


def test_the_loop_rides_out_an_outage_and_tells_once(
    journal: Path, store: RequestStore, caplog: pytest.LogCaptureFixture
) -> None:
    live_writer(journal, whole("a")).close()
    stop = FakeTime(waits=9)
    Ingest(JournalReader(journal), FailingStore(store, failures=7), PRICES).run(stop, poll_seconds=0.2)
    assert stop.waited == [0.5, 1.0, 2.0, 4.0, 8.0, LONGEST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS, 0.2, 0.2]
    assert state_of(store, "a") == "complete"
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "records stay in the journal until they can be stored: The database is away."),
        (logging.WARNING, "records are stored again"),
    ]


def test_the_loop_rides_out_a_journal_that_cannot_be_listed(
    tmp_path: Path, store: RequestStore, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "in the way"
    directory.write_text("")
    Ingest(JournalReader(directory), store, PRICES).run(FakeTime(waits=3))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_full_batches_follow_one_another_without_a_pause(journal: Path, store: RequestStore) -> None:
    live_writer(journal, *(finished(str(number)) for number in range(FRAMES_AT_ONCE))).close()
    stop = FakeTime(waits=1)
    ingest_of(journal, store).run(stop)
    assert stop.waited == [0.2]
    assert store.count() == FRAMES_AT_ONCE
    assert os.listdir(journal) == []


def test_where_much_comes_more_is_gathered(journal: Path, store: RequestStore) -> None:
    writer = live_writer(journal, *(finished(str(number)) for number in range(MUCH)))
    stop = FakeTime(waits=2)
    ingest_of(journal, store).run(stop)
    assert stop.waited == [GATHER_SECONDS, POLL_SECONDS]
    writer.close()


def test_a_programming_error_is_not_taken_for_an_outage(journal: Path, store: RequestStore) -> None:
    live_writer(journal, whole("a")).close()

    def broken(batch: Batch) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Ingest(JournalReader(journal), store, PRICES, [broken]).run(FakeTime(waits=1))


def test_it_runs_in_a_thread_until_told_to_stop(journal: Path, store: RequestStore) -> None:
    stored, stop = threading.Event(), threading.Event()
    ingest = Ingest(JournalReader(journal), store, PRICES, [lambda batch: stored.set()])
    thread = threading.Thread(target=ingest.run, args=(stop, 0.001))
    thread.start()
    try:
        writer = live_writer(journal, whole("a"))
        assert stored.wait(timeout=30)
    finally:
        stop.set()
        thread.join()
    assert state_of(store, "a") == "complete"
    writer.close()
