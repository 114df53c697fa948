"""Reads one segment from where the last committed read ended, and knows when there is nothing more to come."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from claudeflare.errors import JournalError
from claudeflare.journal.frames import HEAD_BYTES, PAYLOAD_LIMIT, Tail, decode
from claudeflare.journal.records import Frame
from claudeflare.journal.resync import next_frame
from claudeflare.journal.segments import CORRUPT_SUFFIX, DamagedHeader, SegmentHeader, SegmentName, decode_header

log = logging.getLogger(__name__)

READ_BYTES: Final = 512 * 1024
"""How much is read at once, some hundreds of frames; more only where one frame is longer."""
LONGEST_READ: Final = HEAD_BYTES + PAYLOAD_LIMIT
HEADER_READ_BYTES: Final = 1024
"""More than the longest header."""


class ReadFrame(NamedTuple):
    """A frame and whose it is."""

    frame: Frame
    boot_id: str
    worker: int
    encoded: memoryview = memoryview(b"")
    """What the frame was decoded from: the record in MessagePack. Empty when that is not at hand."""


class Ending(Enum):
    """How far a segment has been read."""

    OPEN = "open"
    """More may come."""
    CONSUMED = "consumed"
    """Its writer is gone and every frame was read."""
    TORN = "torn"
    """Its writer is gone and every frame was read but the last, which was never finished."""
    DAMAGED = "damaged"
    """Its writer is gone and it holds bytes that are no frame."""
    UNKNOWN_VERSION = "unknown version"
    """Another release has to read it."""


_ENDINGS: Final = {Tail.CLEAN: Ending.CONSUMED, Tail.TORN: Ending.TORN, Tail.DAMAGED: Ending.DAMAGED}


class SegmentReader:
    """One segment. What `read` returns is returned again until `commit`."""

    def __init__(self, path: Path, name: SegmentName) -> None:
        self.path = path
        self.name = name
        self.ending = Ending.OPEN
        self.moved_on = False
        """A later segment of the same writer exists; set by the owner."""
        self.settled = False
        """Finished, and all that was read is safe elsewhere: to be put away."""
        self.unreadable = 0
        """Frames of a kind this release does not know, as of the last read."""
        self._header: SegmentHeader | None = None
        self._start = 0
        self._position = 0
        self._size = 0
        self._passed = self._passed_now = 0
        """Bytes of damage between sound frames: committed, and met by the last read."""
        self._suspects: set[int] = set()
        """Where reads have met what is no frame."""

    @property
    def created_at(self) -> float:
        """UTC epoch seconds, by the writer's clock; 0 while the header cannot be read."""
        return self._header.created_at if self._header else 0.0

    @property
    def finished(self) -> bool:
        """Whether there is nothing behind what the last `read` returned, nor will be."""
        return self.ending in (Ending.CONSUMED, Ending.TORN, Ending.DAMAGED)

    @property
    def skipped_bytes(self) -> int:
        """Bytes of a finished segment that were no frame: damage, or an unfinished last frame."""
        return self._size - self._position + self._passed if self.finished else 0

    @property
    def taken_bytes(self) -> int:
        """What the last `read` went over, damage included."""
        return self._position - self._start

    def read(self, limit: int, limit_bytes: int = sys.maxsize) -> list[ReadFrame]:
        """Up to `limit` frames behind the committed ones; 0 reads the header alone. Raises `OSError`.

        From `limit_bytes` on no more of the file is read.
        """
        if self.settled or self.ending is Ending.UNKNOWN_VERSION:
            return []
        self._position, self.unreadable, self._passed_now = self._start, 0, 0
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return []
        try:
            # Asked before reading: what a writer appended before it went is then certainly seen.
            gone = self.moved_on or lock_is_free(fd)
            self._size = os.fstat(fd).st_size
            frames, tail = self._scan(fd, limit, limit_bytes, gone)
        except JournalError as error:
            log.error("%s", error)
            self.ending = Ending.UNKNOWN_VERSION
            return []
        finally:
            os.close(fd)
        self.ending = _ENDINGS[tail] if tail is not None and gone else Ending.OPEN
        if self.finished and self._passed + self._passed_now:
            self.ending = Ending.DAMAGED
        if tail in (Tail.TORN, Tail.DAMAGED):
            self._suspects.add(self._position)
        return frames

    def _scan(self, fd: int, limit: int, limit_bytes: int, gone: bool) -> tuple[list[ReadFrame], Tail | None]:
        """Frames from the current position, and what follows them; None when a limit left some unread."""
        if self._header is None and (tail := self._read_header(fd)) is not None:
            return [], tail
        frames: list[ReadFrame] = []
        wanted = READ_BYTES
        while len(frames) < limit and self.taken_bytes < limit_bytes:
            data = os.pread(fd, wanted, self._position)
            decoded = decode(data, limit=limit - len(frames))
            boot_id, worker, _ = self.name
            frames += [
                ReadFrame(frame, boot_id, worker, encoded)
                for (frame, _), encoded in zip(decoded.frames, decoded.payloads, strict=True)
            ]
            self.unreadable += decoded.unreadable
            self._position += decoded.end
            at_end = self._position - decoded.end + len(data) >= self._size
            if decoded.tail is Tail.DAMAGED or (decoded.tail is Tail.TORN and at_end):
                if not self._pass_damage(data, decoded.end, gone):
                    if at_end or len(data) >= LONGEST_READ:
                        return frames, decoded.tail
                    wanted = LONGEST_READ  # the next sound frame may lie further on
                    continue
            elif (len(frames) < limit and at_end) or not data:
                return frames, decoded.tail
            wanted = READ_BYTES if decoded.end else LONGEST_READ
        return frames, None

    def _pass_damage(self, data: bytes, damaged_at: int, gone: bool) -> bool:
        """Go on at the next sound frame of `data`, which begins `damaged_at` bytes before the current position.

        While the writer lives, what looks like damage may be a frame that is being written, or taken back because the
        disk is full: only what a second read finds unchanged is passed over.
        """
        if not gone and self._position not in self._suspects:
            return False
        found = next_frame(data, damaged_at)
        if found is None:
            return False
        self._position += found - damaged_at
        self._passed_now += found - damaged_at
        return True

    def _read_header(self, fd: int) -> Tail | None:
        """Learn the header; a tail when there is none. Raises `JournalError` for an unknown version."""
        try:
            found = decode_header(os.pread(fd, HEADER_READ_BYTES, 0), self.path)
        except DamagedHeader:
            return Tail.DAMAGED
        if found is None:
            return Tail.TORN
        header, end = found
        if (header.boot_id, header.worker) != self.name[:2]:
            return Tail.DAMAGED
        self._header = header
        self._start = self._position = end
        return None

    def commit(self) -> None:
        """What was read is safe elsewhere."""
        self._start = self._position
        self._passed += self._passed_now
        self._passed_now = 0
        self.settled = self.finished

    def put_away(self) -> None:
        """Delete a settled segment, or set it aside when it is damaged. Raises `OSError`."""
        if self.ending is Ending.DAMAGED:
            kept = self.path.with_name(self.path.name + CORRUPT_SUFFIX)
            self.path.rename(kept)
            log.error("a journal segment is damaged: %d bytes of %s could not be read", self.skipped_bytes, kept)
            return
        self.path.unlink(missing_ok=True)
        if self.skipped_bytes:
            log.warning("%s ended in an unfinished frame: %d bytes skipped", self.path, self.skipped_bytes)

    def __repr__(self) -> str:
        return f"<SegmentReader {self.path.name} {self.ending.value}, {self._position} of {self._size} bytes read>"


def lock_is_free(fd: int) -> bool:
    """Whether the segment's writer has closed it or died: the kernel drops a process's locks with it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
