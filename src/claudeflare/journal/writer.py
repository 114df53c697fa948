"""Appends frames to segment files: one `write()` each, never waiting for the disk and never failing its caller."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from claudeflare.errors import JournalError
from claudeflare.journal.frames import encode, encode_apart
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Finished, Frame, Opened, Shed
from claudeflare.journal.segments import (
    UNPUBLISHED_SUFFIX,
    SegmentHeader,
    SegmentName,
    check_boot_id,
    encode_header,
    parse_name,
)

log = logging.getLogger(__name__)

SEGMENT_BYTES: Final = 8 * 1024 * 1024
PIECES_AT_ONCE: Final = 500
"""More than these are small, and joined before they are written: systems take no more than some 1000."""
UNENCODABLE: Final = (JournalError, TypeError, ValueError, OverflowError, RecursionError)
"""What `encode` raises."""


class JournalWriter:
    """The journal of one gateway process. For one thread: the event loop's.

    What `append` took is in the operating system's hands: it survives this process's death, not a power cut.
    """

    def __init__(
        self,
        directory: Path,
        worker: int,
        boot_id: str,
        segment_bytes: int = SEGMENT_BYTES,
        clock: Callable[[], float] = time.time,
        contents: str = "records",
    ) -> None:
        """Touches nothing yet: the first append opens a segment.

        `boot_id` names this process's life: no other process may ever have used it with the same worker number.
        `contents` is what log lines call the frames.
        """
        self.shed = 0
        """Requests whose record was lost since the start: disk full or broken, directory gone, or it cannot be encoded.

        Or payloads, where it writes these. A request's beginning, an amendment and what the pool learned are no records
        of their own.
        """
        self._directory = directory
        self._worker = worker
        self._boot_id = check_boot_id(boot_id)
        self._segment_bytes = segment_bytes
        self._clock = clock
        self._contents = contents
        self._reported = 0
        """How many of them a `Shed` frame tells of."""
        self._sequence: int | None = None
        self._fd: int | None = None
        self._size = 0
        self._spoilt = False
        """The segment ends in part of a frame that could not be taken back."""
        self._failing = False
        self._closed = False

    def append(self, frame: Frame) -> bool:
        """Write one frame; False when it was lost, and then it is counted. Raises nothing."""
        try:
            data = encode(frame)
        except UNENCODABLE:
            log.exception("a %s record cannot be encoded and is lost", type(frame).__name__)
            return self._lose(frame)
        shed = self.shed
        lasting = self._failing or type(frame) is not Opened
        if shed != self._reported:
            data = encode(Shed(at=self._clock(), records=shed)) + data
            lasting = True
        if not self._write(data, (), lasting):
            return self._lose(frame)
        self._reported = shed
        return True

    def append_payloads(self, payloads: Sequence[tuple[Payload, Sequence[bytes]]]) -> int:
        """Write payloads, each without its body and the body's pieces, at once and without copying them.

        How many could not be encoded, or all when writing failed. Raises nothing.
        """
        shed = self.shed
        written: list[Payload] = []
        pieces = [encode(Shed(at=self._clock(), records=shed))] if shed != self._reported else []
        for payload, body in payloads:
            try:
                pieces += encode_apart(payload, body)
            except UNENCODABLE:
                log.exception("a payload cannot be encoded and is lost")
                self._lose(payload)
            else:
                written.append(payload)
        if len(pieces) > PIECES_AT_ONCE:
            pieces = [b"".join(pieces)]
        if not written or self._write(pieces[0], pieces[1:]):
            self._reported = shed if written else self._reported
            return len(payloads) - len(written)
        for payload in written:
            self._lose(payload)
        return len(payloads)

    def close(self) -> None:
        """Tell of what was lost and has not been told of, and let readers have the segment (idempotent)."""
        if self._closed:
            return
        if self.shed != self._reported and self._write(encode(Shed(at=self._clock(), records=self.shed))):
            self._reported = self.shed
        self._closed = True
        self._close_segment()

    def _lose(self, frame: Frame) -> bool:
        self.shed += isinstance(frame, Payload) or (isinstance(frame, Finished) and not frame.amended)
        return False

    def _write(self, data: bytes, more: Sequence[bytes] = (), lasting: bool = True) -> bool:
        if self._closed:
            return False
        try:
            fd = self._writable_segment(lasting)
            size = len(data) + sum(map(len, more)) if more else len(data)
            written = os.writev(fd, (data, *more)) if more else os.write(fd, data)
            if written != size:
                raise OSError(errno.ENOSPC, f"only {written} of {size} bytes could be written")
        except OSError as error:
            self._undo()
            if not self._failing:
                self._failing = True
                log.error("%s cannot be written, %s are lost until it can: %s", self._directory, self._contents, error)
            return False
        self._size += written
        if self._failing:
            self._failing = False
            lost = self.shed - self._reported
            log.warning("%s can be written again; %d %s were lost", self._directory, lost, self._contents)
        return True

    def _writable_segment(self, lasting: bool) -> int:
        """The descriptor to write to; a new segment when there is none, it is full, or its file was deleted.

        The last is looked for only where it matters: the next lasting frame tells all that a request's beginning does.
        """
        fd = self._fd
        if fd is None or self._spoilt or (lasting and os.fstat(fd).st_nlink == 0):
            return self._open_segment()
        if self._size >= self._segment_bytes:
            try:
                return self._open_segment()
            except OSError:
                # A segment that grows too long is better than a record lost.
                return fd
        return fd

    def _open_segment(self) -> int:
        """Start the next segment. It appears in the directory locked and with its header, or not at all.

        The one before is closed only after that: a reader that finds it unlocked must find its successor too, or it
        would take this process for dead. The directory is never made here: a volume that is not mounted would be
        hidden by one of ours.
        """
        sequence = self._next_sequence()
        path = self._directory / SegmentName(self._boot_id, self._worker, sequence).file_name
        unpublished = path.with_suffix(UNPUBLISHED_SUFFIX)
        header = encode_header(
            SegmentHeader(boot_id=self._boot_id, worker=self._worker, created_at=self._clock()),
        )
        fd = os.open(unpublished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(fd, header) != len(header):
                raise OSError(errno.ENOSPC, "no room for a segment's header")
            os.rename(unpublished, path)
        except OSError:
            os.close(fd)
            unpublished.unlink(missing_ok=True)
            raise
        self._close_segment()
        self._fd, self._size, self._sequence, self._spoilt = fd, len(header), sequence, False
        return fd

    def _next_sequence(self) -> int:
        if self._sequence is not None:
            return self._sequence + 1
        names = (parse_name(name) for name in os.listdir(self._directory))
        mine = [name.sequence for name in names if name and name[:2] == (self._boot_id, self._worker)]
        return max(mine, default=0) + 1

    def _undo(self) -> None:
        """Take back the part of a frame that was written; where that fails too, leave the segment behind."""
        if self._fd is None:
            return
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            self._spoilt = True

    def _close_segment(self) -> None:
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def __repr__(self) -> str:
        state = "closed" if self._closed else "failing" if self._failing else "open"
        return f"<JournalWriter {self._boot_id}-{self._worker} {state}, {self.shed} records shed>"
