"""The logging handler that appends to segments. A disk that fails costs log lines, never anything else."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from claudeflare.log_files.segments import role_of, segment, segments

SEGMENT_BYTES: Final = 2_000_000
"""Size from which on a process begins a new segment."""
TOTAL_BYTES: Final = 50_000_000
"""Size of all segments together; the oldest go first, but the newest of each role stays."""
RETRY_SECONDS: Final = 5.0
"""How long no write is tried after one failed: a full disk must not cost a system call for every line."""


class LogFile(logging.Handler):
    """Appends each record as one line, in one `write` to a descriptor opened with O_APPEND.

    So lines of several processes or threads never mix, and nothing is lost when the process is killed. There is no
    sync: a power loss may cost the last lines.
    """

    def __init__(
        self, directory: Path, process: str, segment_bytes: int = SEGMENT_BYTES, total_bytes: int = TOTAL_BYTES
    ) -> None:
        super().__init__()
        self._directory = directory
        self._role = role_of(process)
        self._segment_bytes = segment_bytes
        self._total_bytes = total_bytes
        self._descriptor: int | None = None
        self._torn = False
        """The file ends within a line: the next line has to begin with a line end of its own."""
        self._lost = 0
        self._retry_at = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Append the record. An error of the disk is counted and told in the file once it takes lines again."""
        try:
            line = self.format(record)
        except Exception:  # as every handler of the standard library: a bad record must not stop its caller
            self.handleError(record)
            return
        if record.created < self._retry_at:
            self._lost += 1
            return
        try:
            if self._lost:
                self._append(self.format(_losses(self._lost)))
                self._lost = 0
            self._append(line)
        except OSError:
            # Not logged: it would come back here. Standard error has the line.
            self._lost += 1
            self._retry_at = record.created + RETRY_SECONDS
            self._release()

    def close(self) -> None:
        """Let go of the file."""
        self.acquire()
        try:
            self._release()
        finally:
            self.release()
        super().close()

    def _append(self, line: str) -> None:
        descriptor = self._writable()
        data = (b"\n" if self._torn else b"") + line.encode("utf-8", "backslashreplace") + b"\n"
        written = os.write(descriptor, data)
        self._torn = written < len(data)
        if self._torn:
            raise OSError("the disk took only a part of the line")

    def _writable(self) -> int:
        """The segment to write to: a new one once the present one is full or was deleted."""
        if self._descriptor is not None:
            status = os.fstat(self._descriptor)
            if status.st_nlink and status.st_size < self._segment_bytes:
                return self._descriptor
            self._release()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        series = segments(self._directory).get(self._role, [])
        fresh = not series or series[-1].path.stat().st_size >= self._segment_bytes
        number = (series[-1].number if series else 0) + fresh
        path = segment(self._directory, self._role, number).path
        self._descriptor = descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        size = os.fstat(descriptor).st_size
        self._torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        if fresh:
            self._prune()
        return descriptor

    def _prune(self) -> None:
        """Delete the oldest segments beyond the total. Other processes may do the same at the same moment."""
        by_role = segments(self._directory)
        everything = [each for series in by_role.values() for each in series]
        total = 0
        for each in sorted(everything, key=lambda each: _written_at(each.path), reverse=True):
            total += _size(each.path)
            if total > self._total_bytes and each != by_role[each.role][-1]:
                each.path.unlink(missing_ok=True)

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __repr__(self) -> str:
        return f"<LogFile {self._directory / self._role}>"


def _losses(count: int) -> logging.LogRecord:
    return logging.LogRecord(
        __name__, logging.WARNING, __file__, 0, "%d log lines could not be written to disk", (count,), None
    )


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
