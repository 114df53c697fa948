from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.journal.payloads import Payload
from claudeflare.retention import payload_retention
from claudeflare.retention.payload_retention import CHUNKS_AT_ONCE, INTERVAL_SECONDS, PAYLOADS_AT_ONCE, PayloadRetention
from claudeflare.retention.retention import DAY_SECONDS
from claudeflare.retention.retention_choice import RetentionChoice
from claudeflare.retention.rounds import PAUSE_SECONDS
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.free_space import FreeSpace
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.payload_file import open_payload_file
from claudeflare.storage.payloads import PayloadStore

NOW = 1_795_000_000.0


class Steps(threading.Event):
    """Waits take no time; at each, another writer has its turn."""

    def __init__(self, store: PayloadStore | None = None, allowed: int = 10_000) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._store = store
        self._allowed = allowed

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        if self._store is not None:
            self._store.store([body(f"between {len(self.waited)}", 0.0)])
        if len(self.waited) == self._allowed:
            self.set()
        return self.is_set()


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    records, payloads = Database(f"sqlite:///{tmp_path}/test.db"), open_payload_file(tmp_path / "payloads.db")
    migrate.upgrade(records, None)
    yield records, payloads
    records.dispose()
    payloads.dispose()


def retention(databases: tuple[Database, Database], **limits: int) -> PayloadRetention:
    records, payloads = databases
    choice = RetentionChoice(Settings(**limits), {}, MetadataStore(records))  # type: ignore[arg-type]
    return PayloadRetention(PayloadStore(payloads), FreeSpace(payloads), choice, lambda: NOW)


def body(request_id: str, age_days: float, content: bytes = b"{}") -> Payload:
    return Payload(id=request_id, at=NOW - age_days * DAY_SECONDS, part="request", body=content, size=len(content))


def noise(number: int, length: int = 100_000) -> bytes:
    return random.Random(number).randbytes(length)


def test_what_is_older_goes(databases: tuple[Database, Database], caplog: pytest.LogCaptureFixture) -> None:
    store = PayloadStore(databases[1])
    for number, (name, age) in enumerate([("new", 6.9), ("old", 7.1), ("ancient", 400.0)], 1):
        store.store([body(name, age, noise(number))])
    with caplog.at_level(logging.INFO):
        assert retention(databases).run_once(threading.Event()) == 2
    assert "2 payloads past their retention were deleted, 0 to save space" in caplog.text
    assert store.get("new")["request"].body == noise(1)
    assert not store.get("old")
    # With their chunks.
    assert store.totals().stored_bytes < 130_000
    assert retention(databases).run_once(threading.Event()) == 0


def test_payloads_do_not_outlive_records(databases: tuple[Database, Database]) -> None:
    PayloadStore(databases[1]).store([body("r1", 3.0)])
    assert retention(databases, request_retention_days=2, data_retention_days=7).run_once(threading.Event()) == 1


def test_no_days_keep_nothing(databases: tuple[Database, Database]) -> None:
    PayloadStore(databases[1]).store([body("r1", 0.0001)])
    assert retention(databases, data_retention_days=0).run_once(threading.Event()) == 1


def test_beyond_so_many_bytes_the_oldest_go(
    databases: tuple[Database, Database], caplog: pytest.LogCaptureFixture
) -> None:
    store = PayloadStore(databases[1])
    for number in range(4):
        store.store([body(f"{number}-{n}", 4.0 - number, noise(number) + b"%d" % n) for n in range(PAYLOADS_AT_ONCE)])
    limit = store.totals().stored_bytes * 6 // 10
    with caplog.at_level(logging.INFO):
        assert retention(databases, payload_max_bytes=limit).run_once(threading.Event()) == 2 * PAYLOADS_AT_ONCE
    assert "200 to save space" in caplog.text
    assert store.totals().stored_bytes <= limit
    assert [bool(store.get(f"{number}-0")) for number in range(4)] == [False, False, True, True]


def test_no_bytes_keep_nothing(databases: tuple[Database, Database]) -> None:
    store = PayloadStore(databases[1])
    store.store([body(f"r{n}", 1.0, noise(n)) for n in range(3)])
    assert retention(databases, payload_max_bytes=0).run_once(threading.Event()) == 3
    assert store.totals().stored_bytes == 0


def test_others_write_between_any_two_steps(databases: tuple[Database, Database]) -> None:
    store = PayloadStore(databases[1])
    store.store([body(f"r{n}", 30.0, noise(n, 20_000)) for n in range(2 * PAYLOADS_AT_ONCE + 1)])
    steps = Steps(store)
    assert retention(databases).run_once(steps) == 2 * PAYLOADS_AT_ONCE + 1
    # Each step deletes a bounded number of rows, and all that was stored meanwhile is there.
    assert len(steps.waited) > 2 + 4_000_000 // 2000 // CHUNKS_AT_ONCE
    assert all(wait == PAUSE_SECONDS for wait in steps.waited)
    assert store.totals().payloads == len(steps.waited)
    assert store.get("between 1")["request"].body == b"{}"


def test_it_stops_between_two_steps(databases: tuple[Database, Database]) -> None:
    PayloadStore(databases[1]).store([body(f"r{n}", 30.0) for n in range(3 * PAYLOADS_AT_ONCE)])
    assert retention(databases).run_once(Steps(allowed=1)) == PAYLOADS_AT_ONCE


def test_space_beyond_some_goes_back_to_the_disk(
    databases: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload_retention, "SPARE_BYTES", 2**20)
    PayloadStore(databases[1]).store([body("old", 30.0, random.Random(1).randbytes(4_000_000))])
    retention(databases).run_once(Steps())
    assert FreeSpace(databases[1]).free_bytes() <= 2**20
    databases[1].dispose()
    assert (tmp_path / "payloads.db").stat().st_size < 1_500_000


def test_it_runs_in_rounds(databases: tuple[Database, Database]) -> None:
    PayloadStore(databases[1]).store([body("old", 30.0)])
    steps = Steps(allowed=1)
    retention(databases).run(steps)
    assert steps.waited == [INTERVAL_SECONDS]
    assert PayloadStore(databases[1]).totals().payloads == 0
