"""Deletes what was remembered of things that the API itself has deleted by now: a few at a time, every hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.retention import INTERVAL_SECONDS
from claudeflare.retention.rounds import in_batches, run_rounds

BATCH: Final = 500
"""Deleted in one transaction."""


class ExpiringPins(Protocol):
    """What this needs of the database; `storage.pins.PinStore` is the real one."""

    def delete_expired(self, now: float, limit: int) -> int:
        """Delete some that need not be remembered any more; how many that were. Raises `StorageError`."""
        ...


class PinRetention:
    """Keeps the pins that hold."""

    def __init__(self, pins: ExpiringPins, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives UTC epoch seconds."""
        self._pins = pins
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """Delete all that have expired by now, or as many as was possible until `stop`; how many. Raises
        `StorageError`; what is deleted by then stays so.
        """
        now = self._clock()
        return in_batches(lambda most: self._pins.delete_expired(now, most), BATCH, stop)

    def run(self, stop: threading.Event) -> None:
        """Now and every hour until `stop` is set. What fails is tried again the next hour."""
        run_rounds(self.run_once, "places of things past their retention", INTERVAL_SECONDS, stop)

    def __repr__(self) -> str:
        return f"<PinRetention of {self._pins!r}>"
