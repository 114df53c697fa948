"""The beginning of a body, kept by reference as it goes by, within what the bound of all payloads leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, Protocol

FIRST_BYTES: Final = 8192
"""What is reserved when the first bytes come; doubled whenever it is used up."""
STEP_BYTES: Final = 262_144
"""The most that is reserved ahead: what pieces take beside their content is only counted then."""
PIECE_BYTES: Final = 64
"""What each piece takes up in memory beside its content: a stream has thousands of some dozen bytes."""


class Bound(Protocol):
    """What is needed of `PayloadWriter`."""

    limit: int
    """Bytes kept of one body."""

    def reserve(self, size: int) -> bool:
        """Take up `size` more bytes of the bound; False when there are not as many left."""
        ...

    def give_back(self, size: int) -> None:
        """Undo part of a reservation."""
        ...

    def lose(self) -> None:
        """Count one payload that found no room."""
        ...


class KeptBody:
    """Takes pieces until the limit is reached. Where no room is left, nothing of it is kept and it counts as lost.

    `add` does all there is to do. Whoever counts the bytes anyway saves a call for each piece: it calls `append`, and
    `grow` once there are more than `paid`, then looks up both anew.
    """

    __slots__ = ("_bound", "_size", "append", "lost", "paid", "pieces", "reserved")

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._size = 0
        self.pieces: list[bytes] = []
        self.append: Callable[[bytes], None] = self.pieces.append
        """Takes the next bytes, which must not change later."""
        self.paid = 0
        """How large the body may become before more has to be reserved."""
        self.lost = False
        self.reserved = 0
        """Bytes of the bound it takes up."""

    def add(self, data: bytes) -> None:
        """The next bytes, which must not change later."""
        self.append(data)
        self._size += len(data)
        if self._size > self.paid:
            self.grow(self._size)

    def grow(self, size: int) -> None:
        """Reserve for a body of `size` bytes, the last piece included; cut it, or let go of it all."""
        limit = self._bound.limit
        complete = size > limit
        if complete:
            last = self.pieces.pop()
            self.pieces.append(last[: len(last) - (size - limit)])
            size = limit
        paid = min(limit, max(FIRST_BYTES, size + min(size, STEP_BYTES)))
        wanted = paid + PIECE_BYTES * len(self.pieces) - self.reserved
        if self._bound.reserve(wanted):
            self.reserved += wanted
            self.paid = paid
        else:
            self._bound.give_back(self.reserved)
            self._bound.lose()
            self.reserved = 0
            self.pieces = []
            self.lost = complete = True
        if complete:
            self._stop()

    def close(self) -> None:
        """Nothing follows: reserve exactly what it takes up."""
        exact = sum(map(len, self.pieces)) + PIECE_BYTES * len(self.pieces)
        self._bound.give_back(self.reserved - exact)
        self.reserved = exact
        self._stop()

    def _stop(self) -> None:
        self.append = _ignore
        self.paid = sys.maxsize

    def __repr__(self) -> str:
        return f"<KeptBody of {len(self.pieces)} pieces{', lost' if self.lost else ''}>"


def _ignore(data: bytes) -> None:
    """What is done with the rest."""
