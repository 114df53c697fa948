"""Deletes the history of limits with the records of its time: a few steps at a time, every hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.retention import DAY_SECONDS, INTERVAL_SECONDS
from claudeflare.retention.rounds import in_batches, run_rounds

MOST_DAYS: Final = 90
"""However long records are kept: an account in use has some hundred thousand steps in that time."""
BATCH: Final = 500
"""Deleted in one transaction."""


class OldSteps(Protocol):
    """What this needs of the database; `storage.limit_history.LimitHistory` is the real one."""

    def delete_before(self, before: float, limit: int) -> int:
        """Delete some that began before then; how many that were. Raises `StorageError`."""
        ...


class LimitRetention:
    """Keeps as many days as of requests, and at most `MOST_DAYS`."""

    def __init__(self, steps: OldSteps, days: Callable[[], int], clock: Callable[[], float] = time.time) -> None:
        """`days` says how long records are kept now; `clock` gives UTC epoch seconds."""
        self._steps = steps
        self._days = days
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """Delete all that is too old by now, or as much as was possible until `stop`; how many steps. Raises
        `StorageError`; what is deleted by then stays so.
        """
        before = self._clock() - min(self._days(), MOST_DAYS) * DAY_SECONDS
        return in_batches(lambda most: self._steps.delete_before(before, most), BATCH, stop)

    def run(self, stop: threading.Event) -> None:
        """Now and every hour until `stop` is set. What fails is tried again the next hour."""
        run_rounds(self.run_once, "readings of limits past their retention", INTERVAL_SECONDS, stop)

    def __repr__(self) -> str:
        return f"<LimitRetention of {self._steps!r}>"
