"""Round values and round times to stand beside a chart. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import Final, NamedTuple

from claudeflare.formatting import DAY, HOUR, MINUTE

_DURATION_MS: Final = (
    *(step * 1000 for step in (1, 2, 5, 10, 15, 30)),
    *(step * MINUTE * 1000 for step in (1, 2, 5, 10, 15, 30)),
    *(step * HOUR * 1000 for step in (1, 2, 3, 6, 12, 24)),
)
"""Steps from a second on; below they are decimal."""
_TIME_STEPS: Final = (
    *(step * MINUTE for step in (1, 2, 5, 10, 15, 30)),
    *(step * HOUR for step in (1, 2, 3, 6, 12)),
    *(step * DAY for step in (1, 2, 7, 14, 28, 56)),
)


class Ladder(Enum):
    """Which steps are round."""

    WHOLE = "whole"
    """1, 2, 5, 10, …: nothing between two whole numbers."""
    DECIMAL = "decimal"
    """The same below one as well."""
    DURATION = "duration"
    """Milliseconds: decimal up to a second, then as clocks have them."""


def value_ticks(highest: float, ladder: Ladder, most: int) -> list[float]:
    """From 0 to a round value that is not below `highest`, in at most `most` round steps."""
    for step in _steps(highest, ladder, most):
        count = max(1, math.ceil(highest / step - 1e-9))
        if count <= most:
            return [step * number for number in range(count + 1)]
    raise AssertionError("steps grow without end")


def _steps(highest: float, ladder: Ladder, most: int) -> Iterator[float]:
    least = highest / max(1, most)
    if ladder is Ladder.DURATION and least > 500:
        yield from (step for step in _DURATION_MS if step >= least)
    exponent = math.floor(math.log10(least)) if least > 0 else 0
    if ladder is Ladder.WHOLE:
        exponent = max(0, exponent)
    while True:
        yield from (digit * 10.0**exponent for digit in (1, 2, 5))
        exponent += 1


class TimeTick(NamedTuple):
    """A moment that is named below a chart."""

    at: float
    """Epoch seconds."""
    label: str
    """`18:00`; `22 Nov` where a day begins."""


def time_ticks(start: float, end: float, zone: tzinfo | None, most: int) -> list[TimeTick]:
    """Round local times in [start, end), at most `most` of them."""
    span = end - start
    step = next((step for step in _TIME_STEPS if span / step <= most), _TIME_STEPS[-1])
    found = []
    for at in _round_times(start, end, zone, step):
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        is_midnight = (local.hour, local.minute) == (0, 0)
        found.append(TimeTick(at, f"{local.day} {local:%b}" if is_midnight or step >= DAY else f"{local:%H:%M}"))
    return found[:most]


def _round_times(start: float, end: float, zone: tzinfo | None, step: int) -> list[float]:
    """By the clock on the wall, so that 06:00 is 06:00 after a change of clocks as well."""
    first = datetime.fromtimestamp(start, UTC).astimezone(zone)
    midnight = datetime(first.year, first.month, first.day)
    if step > DAY:
        # Counted from one Monday, so that refreshing does not move the marks.
        midnight -= timedelta(days=(midnight - datetime(2024, 1, 1)).days % (step // DAY))
    found = set()
    walls = (midnight + timedelta(seconds=step * number) for number in range(int((end - start) / step) + 60))
    if step < DAY:
        count = DAY // step
        days = int((end - start) / DAY) + 3
        walls = (
            midnight + timedelta(days=day, seconds=step * number) for day in range(days) for number in range(count)
        )
    for wall in walls:
        at = (wall.astimezone() if zone is None else wall.replace(tzinfo=zone)).timestamp()
        if start <= at < end:
            found.add(at)
    return sorted(found)
