"""Cuts bodies where their content says so: what two bodies share is cut alike in both, wherever in them it stands."""

from __future__ import annotations

import hashlib
import re
from typing import Final

LEAST_BYTES: Final = 512
MOST_BYTES: Final = 12_288
"""Some 1 KB on average. A turn of a conversation makes the chunks around its end anew, and 100 turns repeat that: with
the usual 8 KB a conversation takes twice the space; with less than 1 KB, rows and indexes take what that saves."""


def _mark(length: int) -> re.Pattern[bytes]:
    """So many bytes in a row, each among a quarter of all values, another quarter at each place."""

    # Drawn by a hash, so that no kind of text has them all or none. Other marks would cut other chunks: bodies stored
    # before stay readable, but share nothing with later ones.
    def quarter(place: int) -> bytes:
        drawn = (value for value in range(256) if hashlib.blake2b(bytes((place, value))).digest()[0] < 64)
        return b"[" + b"".join(b"\\x%02x" % value for value in drawn) + b"]"

    return re.compile(b"".join(map(quarter, range(length))))


_MARKS: Final = (_mark(4), _mark(3))
"""The rare one first: a place that stands out is found again from whichever place the search began. In C, at 4 ns a
byte, where a rolling hash in Python takes 100."""


def cut(body: bytes) -> list[bytes]:
    """The body in pieces; all but the last are of `LEAST_BYTES` to `MOST_BYTES`."""
    pieces = []
    start, size = 0, len(body)
    while start < size:
        end = piece_end(body, start, size)
        pieces.append(body[start:end])
        start = end
    return pieces


def piece_end(body: bytes, start: int, size: int) -> int:
    """Where the piece ends that begins at `start`, which is before the end of the body of `size` bytes."""
    least, most = start + LEAST_BYTES, start + MOST_BYTES
    if least >= size:
        return size
    for mark in _MARKS:
        if found := mark.search(body, least, most):
            return found.end()
    return min(most, size)
