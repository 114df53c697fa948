"""From the payloads' journal to a store, and back to an empty directory."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from claudeflare.errors import StorageError
from claudeflare.ingest.payload_ingest import (
    BYTES_AT_ONCE,
    DRAIN_SECONDS,
    PAYLOADS_AT_ONCE,
    POLL_SECONDS,
    PayloadIngest,
)
from claudeflare.journal.payloads import Payload
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.records import Shed
from claudeflare.journal.writer import JournalWriter
from harness.payload_segments import payload


class Sink:
    """Keeps payloads by id and part, as the real store does, and each batch's size."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Payload] = {}
        self.batches: list[int] = []
        self.fails = False
        self.stored = threading.Event()

    def store(self, payloads: Sequence[Payload], /) -> None:
        if self.fails:
            raise StorageError("no room")
        for each in payloads:
            assert self.kept.setdefault((each.id, each.part), each) == each
        self.batches.append(len(payloads))
        self.stored.set()


def written(directory: Path, *payloads: Payload) -> JournalWriter:
    writer = JournalWriter(directory, 0, "boot", contents="payloads")
    assert all(writer.append(each) for each in payloads)
    return writer


def test_payloads_reach_the_store_and_their_segments_go(tmp_path: Path) -> None:
    sink = Sink()
    ingest = PayloadIngest(JournalReader(tmp_path), sink)
    assert ingest.drain() == 0
    sent = [payload("a"), payload("a", "response", b"\x00\xff"), payload("b")]
    writer = written(tmp_path, *sent)
    assert ingest.drain() == 3
    assert list(sink.kept.values()) == sent
    writer.close()
    assert ingest.drain() == 0
    assert os.listdir(tmp_path) == []
    assert sink.batches == [3]


def test_what_was_stored_and_not_let_go_is_stored_again_without_harm(tmp_path: Path) -> None:
    sink = Sink()
    writer = written(tmp_path, payload("a"))
    PayloadIngest(JournalReader(tmp_path), sink).drain()
    # Control died and another reads on: it has no memory of how far the first had come.
    assert writer.append(payload("b"))
    PayloadIngest(JournalReader(tmp_path), sink).drain()
    assert [request_id for request_id, _ in sink.kept] == ["a", "b"]
    writer.close()


def test_segments_stay_until_the_store_has_them(tmp_path: Path) -> None:
    sink = Sink()
    written(tmp_path, payload("a")).close()
    ingest = PayloadIngest(JournalReader(tmp_path), sink)
    sink.fails = True
    for _ in range(3):
        with pytest.raises(StorageError):
            ingest.drain()
    assert len(os.listdir(tmp_path)) == 1
    sink.fails = False
    assert ingest.drain() == 1
    assert os.listdir(tmp_path) == []


def test_batches_are_bounded_in_number_and_in_bytes(tmp_path: Path) -> None:
    sink = Sink()
    small = [payload(f"small-{number}") for number in range(PAYLOADS_AT_ONCE + 1)]
    large = [payload(f"large-{number}", body=os.urandom(3 * 1024 * 1024)) for number in range(12)]
    written(tmp_path, *small, *large).close()
    ingest = PayloadIngest(JournalReader(tmp_path), sink)
    assert ingest.drain() == len(small) + len(large)
    assert [each for each in sink.kept.values() if each.id.startswith("large")] == large
    assert sink.batches[0] == PAYLOADS_AT_ONCE
    # The read that crosses the bound is taken whole; one is as long as the longest frame at most.
    assert max(sink.batches[1:]) <= (BYTES_AT_ONCE + 16 * 1024 * 1024) // (3 * 1024 * 1024)
    assert len(sink.batches) > 2
    assert os.listdir(tmp_path) == []


def test_frames_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    sink = Sink()
    writer = JournalWriter(tmp_path, 0, "boot")
    assert writer.append(Shed(at=7.0, records=1))
    writer.close()
    assert PayloadIngest(JournalReader(tmp_path), sink).drain() == 1
    assert sink.batches == []
    assert os.listdir(tmp_path) == []


def test_the_end_does_not_wait_for_a_long_backlog(tmp_path: Path) -> None:
    sink = Sink()
    writer = written(tmp_path, *(payload(str(number)) for number in range(2 * PAYLOADS_AT_ONCE)))
    writer.close()
    now = iter([0.0, DRAIN_SECONDS])
    assert PayloadIngest(JournalReader(tmp_path), sink, lambda: next(now)).drain() == PAYLOADS_AT_ONCE
    assert len(os.listdir(tmp_path)) == 1


def test_running_outlasts_a_store_that_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Pauses(threading.Event):
        """Waits for nothing, and lets the store work again at the second wait."""

        waited: list[float]

        def __init__(self) -> None:
            super().__init__()
            self.waited = []

        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            self.waited.append(timeout)
            sink.fails = len(self.waited) < 2
            if len(self.waited) == 4:
                self.set()
            return self.is_set()

    sink = Sink()
    sink.fails = True
    stop = Pauses()
    written(tmp_path, payload("a")).close()
    with caplog.at_level(logging.WARNING):
        PayloadIngest(JournalReader(tmp_path), sink).run(stop)
    assert stop.waited == [0.5, 1.0, POLL_SECONDS, POLL_SECONDS]
    assert list(sink.kept) == [("a", "request")]
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "payloads stay in the journal until they can be stored",
        "payloads are stored again",
    ]
