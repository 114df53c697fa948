"""Requests per second as they come: the mean of the last seconds, and their shape in blocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

MEAN_SECONDS: Final = 10
"""Seconds that `rate now` is the mean of: one alone jumps."""
BLOCKS: Final = " ▁▂▃▄▅▆▇█"


def per_second(finished: Iterable[tuple[int, int]], now: float, shown: int) -> list[int]:
    """Requests that ended in each of the last `shown` seconds, oldest first; the one that runs is not over yet.

    `finished`: epoch second and count, of those in which something ended.
    """
    counts = dict(finished)
    first = int(now) - shown
    return [counts.get(first + index, 0) for index in range(shown)]


def mean_rate(rates: Sequence[int]) -> float:
    """Requests per second, of the last seconds."""
    last = rates[-MEAN_SECONDS:]
    return sum(last) / len(last) if last else 0.0


def sparkline(values: Sequence[float]) -> str:
    """A character for each value, in eighths of the largest; anything but nothing is seen."""
    most = max(values, default=0)
    if most <= 0:
        return BLOCKS[1] * len(values)
    return "".join(BLOCKS[max(1, round(value / most * 8))] for value in values)
