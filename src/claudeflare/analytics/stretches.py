"""Stretches of time: which of the kept resolutions add up to a range."""

from __future__ import annotations

from typing import Final, NamedTuple

MINUTE: Final = 60
QUARTER: Final = 900
"""Zones are off UTC by whole quarters of an hour."""
HOUR: Final = 3600
DAY: Final = 86_400

LEVELS: Final = (MINUTE, QUARTER, HOUR, DAY)
"""Resolutions that figures are kept at, in seconds, from UTC midnight; each is a multiple of the one before."""


class Stretch(NamedTuple):
    """From `start` up to, not including, `end`, in UTC epoch seconds that are multiples of `level`."""

    level: int
    start: int
    end: int


def cover(start: int, end: int, levels: tuple[int, ...] = LEVELS) -> list[Stretch]:
    """As few buckets as possible that make up the range; its ends are multiples of the first of `levels`."""
    if start >= end:
        return []
    *finer, level = levels
    first, last = -(-start // level) * level, end // level * level
    if not finer:
        return [Stretch(level, start, end)]
    if first >= last:
        return cover(start, end, tuple(finer))
    return [
        *cover(start, first, tuple(finer)),
        Stretch(level, first, last),
        *cover(last, end, tuple(finer)),
    ]
