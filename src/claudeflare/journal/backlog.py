"""What lies in a journal directory and has not been taken out: a look from outside, beside whoever reads and writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from claudeflare.journal.segment_reader import lock_is_free
from claudeflare.journal.segments import CORRUPT_SUFFIX, SegmentName, parse_name


class Backlog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Segments whose writers are done with them, so that nothing but their reader keeps them there."""

    segments: int = 0
    bytes: int = 0
    oldest_seconds: float | None = None
    """Since the last of them to wait longest was written to; None: there is none."""
    set_aside: int = 0
    """Damaged segments that were put aside: what could be read of them was."""


class _Segment(NamedTuple):
    size: int
    written_at: float


def backlog(directory: Path, now: float) -> Backlog:
    """Of one journal directory; one that does not exist holds nothing. `now`: UTC epoch seconds. Raises `OSError`."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return Backlog()
    places = [place for place in map(parse_name, names) if place is not None]
    left = [segment for segment in (_left(directory, place, places) for place in places) if segment is not None]
    return Backlog(
        segments=len(left),
        bytes=sum(segment.size for segment in left),
        oldest_seconds=max((max(0.0, now - segment.written_at) for segment in left), default=None),
        set_aside=sum(name.endswith(CORRUPT_SUFFIX) for name in names),
    )


def _left(directory: Path, place: SegmentName, places: list[SegmentName]) -> _Segment | None:
    """The segment, if its writer is done with it; None also when it is gone by now."""
    try:
        fd = os.open(directory / place.file_name, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        moved_on = any(other[:2] == place[:2] and other.sequence > place.sequence for other in places)
        if not (moved_on or lock_is_free(fd)):
            return None
        found = os.fstat(fd)
    finally:
        os.close(fd)
    return _Segment(found.st_size, found.st_mtime)
