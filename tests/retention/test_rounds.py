from __future__ import annotations

import logging
import threading

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.rounds import PAUSE_SECONDS, in_batches, run_rounds
from harness.small_steps import Backlog, Stop


def test_what_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def work(_stop: threading.Event) -> None:
        done.append(1)
        if len(done) == 1:
            raise StorageError("The database is away.")

    stop = Stop(2)
    with caplog.at_level(logging.ERROR):
        run_rounds(work, "payloads past their retention", 600.0, stop)
    assert len(done) == 2
    assert stop.waited == [600.0, 600.0]
    assert caplog.messages == [
        "payloads past their retention could not be deleted; the next attempt is in 10 minutes: The database is away."
    ]


def test_nothing_is_done_after_the_end() -> None:
    stop = threading.Event()
    stop.set()
    run_rounds(lambda _stop: pytest.fail("not to be called"), "payloads", 600.0, stop)


def test_batches_end_with_one_that_is_not_full() -> None:
    backlog, stop = Backlog(2 * 10 + 3), Stop(9)
    assert in_batches(lambda most: backlog.delete(0.0, most), 10, stop) == 23
    assert stop.waited == [PAUSE_SECONDS] * 2
    assert in_batches(lambda most: backlog.delete(0.0, most), 10, stop) == 0


def test_no_batch_is_begun_once_it_is_to_stop() -> None:
    backlog, stop = Backlog(50), Stop(2)
    assert in_batches(lambda most: backlog.delete(0.0, most), 10, stop) == 20
    assert in_batches(lambda most: backlog.delete(0.0, most), 10, stop) == 0
    assert backlog.left == 30
