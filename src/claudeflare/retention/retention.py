"""Deletes request records by age: a few at a time, so that nobody who writes waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.rounds import PAUSE_SECONDS as PAUSE_SECONDS
from claudeflare.retention.rounds import in_batches, run_rounds

log = logging.getLogger(__name__)

DAY_SECONDS: Final = 86_400
INTERVAL_SECONDS: Final = 3600.0
"""From one round to the next."""
BATCH: Final = 200
"""Records deleted in one transaction: some milliseconds, in which records of running traffic wait."""


class RecordStore(Protocol):
    """What retention needs of the database; `storage.requests.RequestStore` is the real one."""

    def delete_before(self, before: float, limit: int, *, keep_sums: bool) -> int:
        """Delete the oldest records that began before then; how many that were. Raises `StorageError`."""
        ...


class Retention:
    """Keeps records of so many days. Sums over what it deletes stay."""

    def __init__(self, requests: RecordStore, days: Callable[[], int], clock: Callable[[], float] = time.time) -> None:
        """`days` says how many now; `clock` gives UTC epoch seconds."""
        self._requests = requests
        self._days = days
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """Delete all that is too old by now, or as much as was possible until `stop`; how many records.

        Raises `StorageError`; what is deleted by then stays so.
        """
        days = self._days()
        before = self._clock() - days * DAY_SECONDS
        deleted = in_batches(lambda most: self._requests.delete_before(before, most, keep_sums=True), BATCH, stop)
        if deleted:
            log.info("%d request records older than %d days were deleted", deleted, days)
        return deleted

    def run(self, stop: threading.Event) -> None:
        """Now and every hour until `stop` is set. What fails is tried again the next hour."""
        run_rounds(self.run_once, "records past their retention", INTERVAL_SECONDS, stop)

    def __repr__(self) -> str:
        return f"<Retention of {self._requests!r}>"
