"""Histograms of durations that can be added up: bins whose bounds grow by a tenth, so percentiles are off by < 5 %."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil, log
from typing import Final

GROWTH: Final = 1.1
"""Bin n holds what is longer than `GROWTH ** (n - 1)` microseconds and at most `GROWTH ** n`; bin 0 what is shorter."""
RELATIVE_ERROR: Final = (GROWTH - 1) / (GROWTH + 1)
"""How far, at most, a percentile is from the duration it stands for: 4.8 %, or a microsecond."""

SPAN: Final = 512
"""From the first bin of one measure to the first of the next; more than there are."""
BINS: Final = 267
"""Bins of one measure: the longest duration stored is in bin 266."""
DURATION: Final = 0
TTFT: Final = SPAN
OVERHEAD: Final = 2 * SPAN
QUEUE: Final = 3 * SPAN
"""Where the bins of each measure begin: four histograms in one."""

Bins = dict[int, int]
"""Bin, counted from its measure's first -> how many."""
Tally = list[int]
"""The same with a place for every bin, or empty: quicker to add many to."""

_PER_LOG: Final = 1 / log(GROWTH)
_WIDTHS: Final = (("b", 2**7), ("h", 2**15), ("i", 2**31), ("q", 2**63))
"""Codes of `array` for whole numbers, and what is too large for each."""
_SIZES: Final = {ord(code): array(code).itemsize for code, _ in _WIDTHS}


def bin_of(microseconds: int) -> int:
    """The bin of a duration."""
    # The logarithm of a bound is not exact: without the allowance some bounds would fall into the bin above.
    return ceil(log(microseconds) * _PER_LOG - 1e-9) if microseconds > 1 else 0


def merge(bins: Bins, more: Bins) -> None:
    """Add `more` to `bins`."""
    get = bins.get
    for key, count in more.items():
        bins[key] = get(key, 0) + count


def added_up(many: Iterable[bytes], taken: Iterable[bytes] = ()) -> Tally:
    """Of all that `pack` made, less those `taken`; empty when there are none."""
    added, subtracted = _joined(many), _joined(taken)
    tally = [0] * (4 * SPAN) if added or subtracted else []
    for keys, counts in added:
        for key, count in zip(keys, counts, strict=True):
            tally[key] += count
    for keys, counts in subtracted:
        for key, count in zip(keys, counts, strict=True):
            tally[key] -= count
    return tally


def summed(tallies: Sequence[Tally]) -> Tally:
    """Of all together."""
    if len(tallies) < 2:
        return [*tallies[0]] if tallies else []
    found = [0] * (4 * SPAN)
    for measure in (DURATION, TTFT, OVERHEAD, QUEUE):
        bins = slice(measure, measure + BINS)
        found[bins] = map(sum, zip(*(tally[bins] for tally in tallies), strict=True))
    return found


def percentiles(tally: Tally, measure: int, ranks: Iterable[float]) -> list[float] | None:
    """Milliseconds below or at which each share (0 to 1) of durations lies; None when there are none."""
    up_to = list(accumulate(tally[measure : measure + BINS]))
    if not up_to or up_to[-1] <= 0:
        return None
    return [_middle(bisect_left(up_to, max(1, ceil(rank * up_to[-1] - 1e-9)))) for rank in ranks]


def pack(bins: Bins) -> bytes:
    """As stored: the width of a count, all bins that hold anything, and their counts."""
    used = {key: count for key, count in bins.items() if count} if 0 in bins.values() else bins
    largest = max(map(abs, used.values()), default=0)
    code = next(code for code, too_large in _WIDTHS if largest < too_large)
    return code.encode() + _bytes(array("H", used)) + _bytes(array(code, used.values()))


def unpack(data: bytes) -> Bins:
    """The reverse of `pack`."""
    middle = _counts_at(data)
    return dict(zip(_array("H", data[1:middle]), _array(chr(data[0]), data[middle:]), strict=True))


def _joined(many: Iterable[bytes]) -> list[tuple[array[int], array[int]]]:
    """All bins and their counts, by width: for short ones everything around a loop takes longer than the loop."""
    by_width: dict[int, tuple[list[bytes], list[bytes]]] = {}
    for data in many:
        keys, counts = by_width.setdefault(data[0], ([], []))
        middle = _counts_at(data)
        keys.append(data[1:middle])
        counts.append(data[middle:])
    return [
        (_array("H", b"".join(keys)), _array(chr(code), b"".join(counts))) for code, (keys, counts) in by_width.items()
    ]


def _counts_at(data: bytes) -> int:
    """Where the counts begin."""
    return 1 + (len(data) - 1) // (2 + _SIZES[data[0]]) * 2


def _array(code: str, data: bytes) -> array[int]:
    found = array(code, data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _bytes(values: array[int]) -> bytes:
    """Little-endian: a database may be moved to another machine."""
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _middle(number: int) -> float:
    """In milliseconds: as far from the bin's lower bound as from its upper one, by proportion."""
    return 0.001 if number == 0 else 2 * GROWTH**number / (GROWTH + 1) / 1000
