"""Deletes payloads by age and by the bytes they take, oldest first, in steps that hold up nobody."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.retention import DAY_SECONDS
from claudeflare.retention.retention_choice import RetentionChoice
from claudeflare.retention.rounds import PAUSE_SECONDS, in_batches, run_rounds
from claudeflare.storage.payloads import PayloadTotals

log = logging.getLogger(__name__)

INTERVAL_SECONDS: Final = 600.0
"""From one round to the next: how long their bytes may be over the limit."""
PAYLOADS_AT_ONCE: Final = 100
CHUNKS_AT_ONCE: Final = 200
"""Rows deleted in one transaction: some milliseconds, in which payloads of running traffic wait in the journal."""
SPARE_BYTES: Final = 32 * 1024 * 1024
"""Free space left in the file for what comes next; the rest goes back to the disk."""


class PayloadRows(Protocol):
    """What retention needs of payloads; `storage.payloads.PayloadStore` is the real one."""

    def totals(self) -> PayloadTotals:
        """How much there is."""
        ...

    def delete_before(self, before: float, limit: int) -> int:
        """Delete the oldest that were captured before then; how many that were. Raises `StorageError`."""
        ...

    def delete_oldest(self, limit: int) -> int:
        """Delete the oldest; how many that were."""
        ...

    def drop_unused(self, limit: int) -> int:
        """Drop chunks that no payload has; how many that were."""
        ...


class Space(Protocol):
    """Room in the file; `storage.free_space.FreeSpace`."""

    def free_bytes(self) -> int:
        """Inside the file, unused."""
        ...

    def give_back(self) -> int:
        """Give some of it back to the disk; how many bytes."""
        ...


class PayloadRetention:
    """Keeps payloads of so many days, and no more than so many bytes of them."""

    def __init__(
        self, payloads: PayloadRows, space: Space, choice: RetentionChoice, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives UTC epoch seconds."""
        self._payloads = payloads
        self._space = space
        self._choice = choice
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """Delete all that is to go by now, or as much as was possible until `stop`; how many payloads.

        Raises `StorageError`; what is deleted by then stays so.
        """
        kept = self._choice.current()
        # A payload is of no use without the record that says what it was.
        before = self._clock() - min(kept.payload_days, kept.request_days) * DAY_SECONDS
        aged = in_batches(lambda most: self._payloads.delete_before(before, most), PAYLOADS_AT_ONCE, stop)
        self._drop_unused(stop)
        excess = self._delete_excess(kept.payload_max_bytes, stop)
        while not stop.is_set() and self._space.free_bytes() > SPARE_BYTES and self._space.give_back():
            stop.wait(PAUSE_SECONDS)
        if aged or excess:
            log.info("%d payloads past their retention were deleted, %d to save space", aged, excess)
        return aged + excess

    def run(self, stop: threading.Event) -> None:
        """Round after round until `stop` is set. What fails is tried again in the next."""
        run_rounds(self.run_once, "payloads past their retention", INTERVAL_SECONDS, stop)

    def _delete_excess(self, most_bytes: int, stop: threading.Event) -> int:
        deleted = 0
        while not stop.is_set() and self._payloads.totals().stored_bytes > most_bytes:
            taken = self._payloads.delete_oldest(PAYLOADS_AT_ONCE)
            deleted += taken
            # Before the next look at the sum: most of what a payload took is in chunks that others may have as well.
            if not self._drop_unused(stop) and not taken:
                break
            stop.wait(PAUSE_SECONDS)
        return deleted

    def _drop_unused(self, stop: threading.Event) -> int:
        return in_batches(self._payloads.drop_unused, CHUNKS_AT_ONCE, stop)

    def __repr__(self) -> str:
        return f"<PayloadRetention {self._payloads!r}>"
