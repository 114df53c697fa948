"""Writes payloads to their part of the journal from a thread of its own, within a bound of memory and of disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Final, NamedTuple, Protocol

from claudeflare.gateway.payload_fields import FieldRedaction
from claudeflare.http1.encoding import Field
from claudeflare.journal.disk_space import DiskSpace
from claudeflare.journal.payloads import Payload, payload_directory
from claudeflare.journal.writer import JournalWriter
from claudeflare.settings import Settings

log = logging.getLogger(__name__)

GATHER_SECONDS: Final = 0.05
"""How long the thread rests once its queue is empty. Each time it wakes it takes the interpreter from the event loop:
better some payloads at once than one at a time."""
WRITE_BYTES: Final = 262_144
"""Bodies that are written at once, roughly; for the same reason."""
FEW_PIECES: Final = 16
"""Of one body that are written as they are: a large body has some of 256 KB, a stream thousands of 100 bytes."""
FLUSH_SECONDS: Final = 3.0
"""How long the end of the gateway waits for what is still queued; less than the supervisor's patience."""


class Appender(Protocol):
    """What is needed of `JournalWriter`."""

    def append_payloads(self, payloads: Sequence[tuple[Payload, Sequence[bytes]]]) -> int:
        """Write payloads at once, each with the pieces of its body; how many were lost. Raises nothing."""
        ...

    def close(self) -> None:
        """Let readers have the segment."""
        ...


class Captured(NamedTuple):
    """One body and its header fields: references to what crossed the wire, not yet a `Payload`."""

    id: str
    at: float
    part: str
    fields: Sequence[Field]
    pieces: Sequence[bytes]
    size: int
    reserved: int
    """Bytes of the bound it takes up, given back once it is written."""


class PayloadWriter:
    """The event loop calls `reserve`, `give_back`, `put` and `lose`; all else happens in the thread.

    No lock: each counter is written by one of the two threads only.
    """

    def __init__(self, journal: Appender, space: DiskSpace, directory: Path, limit: int, queue_bytes: int) -> None:
        """Starts nothing yet. `directory` is made when it is missing, the one it lies in is not."""
        self.limit = limit
        """Bytes kept of one body."""
        self._journal = journal
        self._space = space
        self._directory = directory
        self._queue_bytes = queue_bytes
        self._queue: SimpleQueue[Captured | None] = SimpleQueue()
        self._reserved = self._released = 0
        """By the event loop; by the thread. Their difference is what is in memory now."""
        self._lost = self._unwritten = 0
        """By the event loop; by the thread."""
        self._short = False
        self._redaction = FieldRedaction()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="payloads", daemon=True)

    def start(self) -> None:
        """Write from now on."""
        self._thread.start()

    # -- for the event loop ----------------------------------------------------------------------------------------

    @property
    def shed(self) -> int:
        """Payloads lost since the start: over the bound of memory, or no room on the disk."""
        return self._lost + self._unwritten

    @property
    def held_bytes(self) -> int:
        """Bytes in memory now."""
        return self._reserved - self._released

    def reserve(self, size: int) -> bool:
        """Take up `size` more bytes of the bound; False when there are not as many left."""
        if self._reserved - self._released + size > self._queue_bytes:
            return False
        self._reserved += size
        return True

    def give_back(self, size: int) -> None:
        """Undo part of a reservation."""
        self._reserved -= size

    def lose(self) -> None:
        """Count one payload that found no room."""
        self._lost += 1

    def put(self, captured: Captured) -> None:
        """Have it written."""
        self._queue.put(captured)

    def close(self, seconds: float = FLUSH_SECONDS) -> None:
        """Write what is queued, for so long at most, and end. Blocks; nothing may be put any more."""
        self._queue.put(None)
        self._closing.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.error("%d payloads could not be written within %g s and are lost", self._queue.qsize(), seconds)

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._make_directory()
        ended = False
        while not ended:
            ended = self._write(self._next())
            if self._queue.empty():
                self._closing.wait(GATHER_SECONDS)
        self._journal.close()

    def _next(self) -> list[Captured | None]:
        """What is queued, `WRITE_BYTES` or a little more of it; waits for the first."""
        batch = [self._queue.get()]
        size = 0
        while (latest := batch[-1]) is not None and not self._queue.empty():
            size += latest.reserved
            if size >= WRITE_BYTES:
                break
            batch.append(self._queue.get())
        return batch

    def _write(self, batch: list[Captured | None]) -> bool:
        """Write a batch; whether it was the last."""
        captured = [each for each in batch if each is not None]
        if captured and self._runs_short():
            self._unwritten += len(captured)
        elif captured:
            payloads = [payload for each in captured if (payload := self._payload(each)) is not None]
            lost = self._journal.append_payloads(payloads)
            if lost:
                self._make_directory()
            self._unwritten += len(captured) - len(payloads) + lost
        self._released += sum(each.reserved for each in captured)
        return len(captured) < len(batch)

    def _payload(self, captured: Captured) -> tuple[Payload, Sequence[bytes]] | None:
        try:
            return self._made(captured)
        except Exception:
            log.exception("a mistake of ours: a payload cannot be written")
            return None

    def _made(self, captured: Captured) -> tuple[Payload, Sequence[bytes]]:
        """Without its body, and that in few pieces."""
        pieces = captured.pieces
        # The length first: of some twenty names, one has it or none.
        encodings = [
            value for name, value in captured.fields if len(name) == 16 and name.lower() == b"content-encoding"
        ]
        payload = Payload(
            id=captured.id,
            at=captured.at,
            part=captured.part,
            fields=self._redaction.kept(captured.fields),
            size=captured.size,
            content_encoding=b", ".join(encodings).decode("latin-1") or None,
        )
        return payload, pieces if len(pieces) <= FEW_PIECES else (b"".join(pieces),)

    def _runs_short(self) -> bool:
        """Whether the disk is so full that payloads must leave the rest of it to records."""
        short = not self._space.ample()
        if short and not self._short:
            log.error("%s: too little space is free; payloads are not recorded until there is more", self._directory)
        elif self._short and not short:
            log.warning("%s: there is space again, payloads are recorded", self._directory)
        self._short = short
        return short

    def _make_directory(self) -> None:
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            log.debug("%s cannot be made: %s", self._directory, error)  # said aloud by the journal's next failure

    def __repr__(self) -> str:
        return f"<PayloadWriter {self._queue.qsize()} queued, {self.held_bytes} bytes held, {self.shed} shed>"


def open_payloads(settings: Settings, journal_directory: Path, worker: int, boot_id: str) -> PayloadWriter | None:
    """The running writer of one gateway, or None when payloads are not recorded."""
    if settings.payloads == "off":
        return None
    directory = payload_directory(journal_directory)
    writer = PayloadWriter(
        JournalWriter(directory, worker, boot_id, contents="payloads"),
        DiskSpace(journal_directory, settings.payload_min_free_bytes),
        directory,
        settings.payload_limit_bytes,
        settings.payload_queue_bytes,
    )
    writer.start()
    return writer
