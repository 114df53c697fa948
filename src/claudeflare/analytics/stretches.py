"""Stretches of time: which of the kept resolutions add up to a range, and to the points of a chart."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
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
    sign: int = 1
    """-1: to be subtracted."""


class Cells(NamedTuple):
    """Single stretches of one level."""

    level: int
    shares: dict[int, list[tuple[int, int]]]
    """By start: the points it counts in, by number, each with 1, or with -1 where it is to be subtracted."""


def cover(start: int, end: int, levels: tuple[int, ...] = LEVELS) -> list[Stretch]:
    """As few buckets as possible that make up the range; its ends are multiples of the first of `levels`.

    Twenty-one hours of a day are the day less three hours.
    """
    if start >= end:
        return []
    *finer, level = levels
    if not finer:
        return [Stretch(level, start, end)]
    first, last = _nearest(start, level), _nearest(end, level)
    if first >= last or end - start < level // 2:
        return cover(start, end, tuple(finer))
    return [
        *_difference(start, first, tuple(finer)),
        Stretch(level, first, last),
        *_difference(last, end, tuple(finer)),
    ]


def cells_of_points(edges: Sequence[int]) -> list[Cells]:
    """As few buckets as possible that make up the points between `edges`, which are multiples of one of `LEVELS`.

    Points are first made of whole buckets up to those nearest to their edges; finer ones then move from one to the
    other of two neighbors.
    """
    longest = max(end - start for start, end in pairwise(edges))
    coarsest, *finer = [level for level in reversed(LEVELS) if level <= longest]
    at = [_nearest(edge, coarsest) for edge in edges]
    starts = range(at[0], at[-1], coarsest)
    found = [Cells(coarsest, {start: [(bisect_right(at, start) - 1, 1)] for start in starts})]
    for level in finer:
        closer = [_nearest(edge, level) for edge in edges]
        found.append(Cells(level, _moved(at, closer, level)))
        at = closer
    return [cells for cells in found if cells.shares]


def _moved(at: list[int], closer: list[int], level: int) -> dict[int, list[tuple[int, int]]]:
    shares: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for edge, (now, then) in enumerate(zip(at, closer, strict=True)):
        sign = 1 if then > now else -1
        for start in range(min(now, then), max(now, then), level):
            shares[start] += [
                (point, by) for point, by in ((edge - 1, sign), (edge, -sign)) if 0 <= point < len(at) - 1
            ]
    return dict(shares)


def _difference(start: int, end: int, levels: tuple[int, ...]) -> list[Stretch]:
    """What is between, to be subtracted when the end is before the start."""
    if start <= end:
        return cover(start, end, levels)
    return [each._replace(sign=-each.sign) for each in cover(end, start, levels)]


def _nearest(moment: int, level: int) -> int:
    return (moment + level // 2) // level * level
