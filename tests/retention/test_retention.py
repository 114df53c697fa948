from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.errors import StorageError
from claudeflare.providers.usage import TokenCounts
from claudeflare.retention.retention import BATCH, DAY_SECONDS, INTERVAL_SECONDS, Retention
from claudeflare.retention.rounds import PAUSE_SECONDS
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from harness.journal_frames import finished
from harness.small_steps import Stop

NOW = 1_795_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RequestStore]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    yield RequestStore(database)
    database.dispose()


def record(store: RequestStore, *ages_in_days: float) -> None:
    records = [
        PricedRequest(finished=finished(f"{n} of {age}", started_at=NOW - age * DAY_SECONDS), tokens=TokenCounts())
        for n, age in enumerate(ages_in_days)
    ]
    store.write_batch(opened=[], finished=records, changed=[], shed={})


def test_what_is_older_goes_and_its_sums_stay(store: RequestStore) -> None:
    record(store, 0.0, 29.9, 30.1, 400.0)
    clock = Clock()
    retention = Retention(store, lambda: 30, clock)
    assert retention.run_once(threading.Event()) == 2
    assert store.count() == 2
    assert store.totals(None).requests == 4
    assert retention.run_once(threading.Event()) == 0
    clock.now += DAY_SECONDS
    assert retention.run_once(threading.Event()) == 1


def test_many_go_a_few_at_a_time(store: RequestStore, caplog: pytest.LogCaptureFixture) -> None:
    record(store, *[31.0] * (2 * BATCH + 1))
    stop = Stop(allowed=10)
    with caplog.at_level(logging.INFO):
        assert Retention(store, lambda: 30, Clock()).run_once(stop) == 2 * BATCH + 1
    assert stop.waited == [PAUSE_SECONDS] * 2
    assert "401 request records older than 30 days were deleted" in caplog.text


def test_it_stops_between_two_batches(store: RequestStore) -> None:
    record(store, *[31.0] * (2 * BATCH))
    assert Retention(store, lambda: 30, Clock()).run_once(Stop(allowed=1)) == BATCH
    assert store.count() == BATCH


def test_every_hour_from_the_start(store: RequestStore) -> None:
    record(store, 31.0, 29.99)
    clock = Clock()

    class HourPasses(Stop):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            clock.now += timeout
            return super().wait(timeout)

    stop = HourPasses(allowed=2)
    Retention(store, lambda: 30, clock).run(stop)
    assert stop.waited == [INTERVAL_SECONDS] * 2
    assert store.count() == 0


class Away:
    """A database that cannot be reached the first time."""

    def __init__(self, store: RequestStore) -> None:
        self._store = store
        self._asked = 0

    def delete_before(self, before: float, limit: int, *, keep_sums: bool) -> int:
        self._asked += 1
        if self._asked == 1:
            raise StorageError("The database is away.")
        return self._store.delete_before(before, limit, keep_sums=keep_sums)


def test_what_fails_is_tried_again_an_hour_later(store: RequestStore, caplog: pytest.LogCaptureFixture) -> None:
    record(store, 31.0)
    stop = Stop(allowed=2)
    Retention(Away(store), lambda: 30, Clock()).run(stop)
    assert store.count() == 0
    assert stop.waited == [INTERVAL_SECONDS] * 2
    assert "the next attempt is in an hour: The database is away." in caplog.text
