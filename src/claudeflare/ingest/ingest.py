"""The loop that takes frames out of the journal and into the database, one transaction at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from claudeflare.ingest.batch import Batch, collect
from claudeflare.ingest.batch_loop import run_batches
from claudeflare.ingest.open_requests import OpenRequests
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.reader import FRAMES_AT_ONCE, JournalReader
from claudeflare.journal.records import Changed, Opened
from claudeflare.storage.records import PricedRequest

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.2
"""Until the journal is looked at again: what comes alone is stored at once."""
GATHER_SECONDS: Final = 1.0
"""The same when much comes: a transaction costs as much as the rows of thirty requests."""
MUCH: Final = 40
"""Frames in `POLL_SECONDS`."""


class RecordStore(Protocol):
    """What ingest needs of the database; `storage.requests.RequestStore` is the real one."""

    def write_batch(
        self,
        *,
        opened: Sequence[tuple[str, Opened]],
        finished: Sequence[PricedRequest],
        changed: Sequence[Changed],
        shed: Mapping[str, int],
    ) -> None:
        """Write all of it in one transaction, or raise `StorageError`. Writing the same again changes nothing."""
        ...

    def end_open_requests(self, boot_id: str, ended_at: float) -> int:
        """Record what a dead gateway left open as ended by an error; how many that were."""
        ...


class Ingest:
    """Consumes the journal. For one thread at a time: its own while running, its owner's before and after."""

    def __init__(
        self,
        reader: JournalReader,
        requests: RecordStore,
        prices: PriceTable,
        on_written: Sequence[Callable[[Batch], None]] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`on_written` are called in the ingest thread with each batch once the database has it.

        After a restart of control a batch may come that came before.
        """
        self._reader = reader
        self._requests = requests
        self._prices = prices
        self._on_written = tuple(on_written)
        self._clock = clock
        self._open = OpenRequests()

    def run_once(self) -> int:
        """Take what the journal holds, up to one batch, into the database; how many frames that were.

        Raises `StorageError` and `OSError` with the journal kept: the same frames come again next time.
        """
        frames = self._reader.read(FRAMES_AT_ONCE)
        dead = self._reader.dead_boots()
        batch = collect(frames, self._prices)
        # The journal keeps what has only begun, until its segment is about to go.
        opened = self._open.all_of(batch) if self._reader.some_end else []
        if frames or opened:
            self._requests.write_batch(opened=opened, finished=batch.finished, changed=batch.changed, shed=batch.shed)
        for boot_id in dead:
            ended = self._requests.end_open_requests(boot_id, self._clock())
            if ended:
                log.warning("gateway %s died with %d requests running; they are recorded as errors", boot_id, ended)
        # Segments go last: whatever fails before, the next run finds them and does the same again.
        self._reader.commit()
        self._open.stored(batch, opened)
        if frames:
            for tell in self._on_written:
                tell(batch)
        return len(frames)

    def drain(self) -> int:
        """Take all the journal holds by now; how many frames that were. Raises as `run_once`."""
        total = 0
        while True:
            taken = self.run_once()
            total += taken
            if taken < FRAMES_AT_ONCE:
                return total

    def run(self, stop: threading.Event, poll_seconds: float = POLL_SECONDS) -> None:
        """Drain again and again until `stop` is set. While the database or the disk fails, the journal is kept."""

        def batch() -> float:
            taken = self.run_once()
            if taken >= FRAMES_AT_ONCE:
                return 0.0
            return poll_seconds if taken < MUCH else max(poll_seconds, GATHER_SECONDS)

        run_batches(batch, stop, "records")
