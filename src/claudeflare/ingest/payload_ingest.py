"""The loop that takes payloads out of the journal and into their store, some megabytes at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from claudeflare.ingest.batch_loop import run_batches
from claudeflare.journal.payloads import Payload
from claudeflare.journal.reader import JournalReader

PAYLOADS_AT_ONCE: Final = 1000
BYTES_AT_ONCE: Final = 8 * 1024 * 1024
"""Of frames: what one transaction stores, give or take one read. It bounds control's memory, not only its locks."""
POLL_SECONDS: Final = 1.0
"""A payload can be asked for so long after it was written, or little more. Nobody looks at bodies as they come, and
what is stored together costs a fraction of what it costs one by one."""
DRAIN_SECONDS: Final = 10.0
"""How long the end of control may wait for what is left in the journal; the next start reads on."""


class PayloadSink(Protocol):
    """Where payloads are kept."""

    def store(self, payloads: Sequence[Payload], /) -> None:
        """Keep all of them, or raise `StorageError`. The same again changes nothing: `id` and `part` name a payload."""
        ...


class PayloadIngest:
    """Consumes the payloads' part of the journal. For one thread at a time."""

    def __init__(
        self, reader: JournalReader, sink: PayloadSink, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader = reader
        self._sink = sink
        self._monotonic = monotonic
        self._more = False
        """Whether the last batch was ended by one of the limits."""

    def run_once(self) -> int:
        """Move one batch; how many frames that were. Raises `StorageError` and `OSError` with the journal kept."""
        frames = self._reader.read(PAYLOADS_AT_ONCE, BYTES_AT_ONCE)
        self._more = len(frames) >= PAYLOADS_AT_ONCE or sum(len(read.encoded) for read in frames) >= BYTES_AT_ONCE
        payloads = [read.frame for read in frames if isinstance(read.frame, Payload)]
        if payloads:
            self._sink.store(payloads)
        # Segments go last: whatever fails before, the next run finds them and does the same again.
        self._reader.commit()
        return len(frames)

    def drain(self) -> int:
        """Move what there is, for as long as `DRAIN_SECONDS`; how many frames that were. Raises as `run_once`."""
        until = self._monotonic() + DRAIN_SECONDS
        total = 0
        while taken := self.run_once():
            total += taken
            if self._monotonic() >= until:
                break
        return total

    def run(self, stop: threading.Event, poll_seconds: float = POLL_SECONDS) -> None:
        """Move batch after batch until `stop` is set. While the store or the disk fails, the journal is kept."""

        def batch() -> float:
            self.run_once()
            return 0.0 if self._more else poll_seconds

        run_batches(batch, stop, "payloads")
