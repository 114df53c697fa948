"""Server-sent events, incrementally: bytes in any chunking -> complete lines.

WHATWG HTML section 9.2.6: lines end with LF, CRLF or CR. The API repeats each event's name inside its data and sends
data as one line, so that lines are all a meter needs: `event:` fields, comments and blank lines are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

LINE_LIMIT: Final = 1024 * 1024
"""Bytes of one line that are kept while waiting for its end; what is beyond is skipped up to the next line."""


class CompleteLines:
    """Holds back the last, unfinished line; its state is bounded by `LINE_LIMIT`."""

    __slots__ = ("_after_cr", "_overflowed", "_unfinished")

    def __init__(self) -> None:
        self._unfinished = bytearray()
        self._after_cr = False
        self._overflowed = False

    def feed(self, data: bytes) -> bytes:
        """The lines that `data` completes, each ended by one LF; empty when it completes none."""
        if self._after_cr or data.find(b"\r") >= 0:
            data = self._with_lf_only(data)
        end = data.rfind(b"\n") + 1
        if not end:
            self._keep(data)
            return b""
        lines = data if end == len(data) else data[:end]
        if self._unfinished:
            if self._overflowed:
                # Cut where the limit cut it: joined to its far end it might read as something it never said.
                lines = lines[lines.find(b"\n") :]
                self._overflowed = False
            lines = bytes(self._unfinished) + lines
            self._unfinished.clear()
        if end < len(data):
            self._keep(data[end:])
        return lines

    def finish(self) -> bytes:
        """What is left when the stream ends inside a line, ended by an LF; empty when it ended at a line's end."""
        last = bytes(self._unfinished)
        self._unfinished.clear()
        return last and last + b"\n"

    def _keep(self, data: bytes) -> None:
        room = LINE_LIMIT - len(self._unfinished)
        if len(data) > room:
            self._overflowed = True
            data = data[:room]
        self._unfinished += data

    def _with_lf_only(self, data: bytes) -> bytes:
        """CR ends a line at once; an LF right after it, even in the next chunk, belongs to it."""
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def data_values(lines: bytes) -> Iterator[bytes]:
    """The values of the `data` fields among complete lines."""
    for line in lines.split(b"\n"):
        if line.startswith(b"data:"):
            yield line[5:]
