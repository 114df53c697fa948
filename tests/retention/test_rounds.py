from __future__ import annotations

import logging
import threading

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.rounds import run_rounds


class Stop(threading.Event):
    """Waits take no time; the second is when it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        if len(self.waited) == 2:
            self.set()
        return self.is_set()


def test_what_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def work(_stop: threading.Event) -> None:
        done.append(1)
        if len(done) == 1:
            raise StorageError("The database is away.")

    stop = Stop()
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
