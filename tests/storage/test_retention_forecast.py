from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from payload_samples import payload
from sample_requests import priced, write

from claudeflare.storage.database import Database
from claudeflare.storage.payload_file import payload_database
from claudeflare.storage.payloads import PayloadStore
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.retention_forecast import payloads_to_go, records_to_go

HOUR = 3600.0
NEVER_FULL = 10**12


@pytest.fixture
def payload_rows(database: Database, tmp_path: Path) -> Iterator[Database]:
    """Where payloads go."""
    opened = payload_database(database, tmp_path / "payloads.db")
    yield opened
    opened.dispose()


def test_few_records_are_counted(database: Database) -> None:
    write(RequestStore(database), [priced(f"r{number}", number * 100.0) for number in range(10)])
    found = records_to_go(database, 450.0)
    assert (found.rows, found.exact) == (5, True)
    assert records_to_go(database, 0.0).rows == 0


def test_many_are_taken_from_the_sums_of_hours(database: Database) -> None:
    store = RequestStore(database)
    write(store, [priced(f"r{number}", number * HOUR / 4) for number in range(100)])
    found = records_to_go(database, 20 * HOUR, most_counted=10)
    assert (found.rows, found.exact) == (80, False)
    # What is gone by age is in the sums still, and not among what is to go.
    assert store.delete_before(10 * HOUR, 1000, keep_sums=True) == 40
    assert records_to_go(database, 20 * HOUR, most_counted=10).rows == 40


def test_nothing_goes_where_nothing_is(database: Database, payload_rows: Database) -> None:
    assert records_to_go(database, 1e12).rows == 0
    found = payloads_to_go(payload_rows, 1e12, 0)
    assert (found.rows, found.bytes, found.excess_bytes) == (0, 0, 0)


def test_the_forecast_comes_near_to_what_is_then_freed(payload_rows: Database) -> None:
    store, chance = PayloadStore(payload_rows), random.Random(7)
    for number in range(40):
        store.store([payload(f"r{number}", chance.randbytes(30_000), at=1_000_000 + number * HOUR)])
    before = 1_000_000 + 20 * HOUR - 1
    forecast = payloads_to_go(payload_rows, before, NEVER_FULL)
    stored = store.totals().stored_bytes
    assert forecast.rows == 20
    assert forecast.excess_bytes == 0
    assert payloads_to_go(payload_rows, before, 100_000).excess_bytes == stored - forecast.bytes - 100_000
    store.delete_before(before, 1000)
    while store.drop_unused(1000):
        pass
    assert stored - store.totals().stored_bytes == pytest.approx(forecast.bytes, rel=0.02)


def test_when_all_go_nothing_stays(payload_rows: Database) -> None:
    store = PayloadStore(payload_rows)
    store.store([payload("r1", random.Random(1).randbytes(50_000))])
    forecast = payloads_to_go(payload_rows, 1e12, 0)
    assert (forecast.rows, forecast.excess_bytes) == (1, pytest.approx(0, abs=50))
    assert forecast.bytes == pytest.approx(store.totals().stored_bytes, abs=50)
