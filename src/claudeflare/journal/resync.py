"""Finds the next sound frame behind damage, so that one flipped bit costs one record and not the rest of a segment."""

from __future__ import annotations

from typing import Final

from claudeflare.journal.frames import KINDS, MARKER, Packed, unpack

_MARKER: Final = bytes([MARKER])
_KINDS: Final = frozenset(KINDS.values())


def next_frame(data: bytes, damaged_at: int) -> int | None:
    """Where the first sound frame behind `damaged_at` begins; None when there is none in `data`.

    The marker alone proves nothing, it may be a byte of any payload: kind, length and checksum have to fit as well.
    """
    view = memoryview(data)
    position = data.find(_MARKER, damaged_at + 1)
    while position >= 0:
        # The kind first: of a payload's bytes it rejects nearly all before anything is summed up.
        if position + 1 < len(data) and data[position + 1] in _KINDS and isinstance(unpack(view, position), Packed):
            return position
        position = data.find(_MARKER, position + 1)
    return None
