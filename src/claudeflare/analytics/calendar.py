"""Points of a chart: a range of time cut at round moments of the reader's zone."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from claudeflare.analytics.stretches import DAY, HOUR, QUARTER

WIDTHS: Final = (60, 300, QUARTER, HOUR, 3 * HOUR, 6 * HOUR, DAY)
"""How long a point may be, in seconds."""
MOST_POINTS: Final = 250
"""Beyond this the next longer are taken; of days there may be as many as a range has."""


def width_of(start: float, end: float, finest: int) -> int:
    """How long the points of a range are, and no shorter than `finest`."""
    fit = (width for width in WIDTHS if width >= finest and end - start <= width * MOST_POINTS)
    return next(fit, DAY)


def floor(moment: float, width: int, zone: ZoneInfo) -> int:
    """When the point began in which a moment lies; all in UTC epoch seconds."""
    if width <= HOUR:
        shift = _offset(moment, zone) % width
        return int((moment + shift) // width * width - shift)
    edges = _edges_of_day(moment, width, zone)
    return edges[bisect_right(edges, moment) - 1]


def edges(start: float, end: float, width: int, zone: ZoneInfo) -> list[int]:
    """When each point of a range begins, and when the last one ends.

    Points longer than an hour begin at round hours of the day, so that one is shorter or longer when clocks change.
    """
    found = [floor(start, width, zone)]
    while found[-1] < end:
        if width <= HOUR:
            found.append(found[-1] + width)
        else:
            found += [edge for edge in _edges_of_day(found[-1], width, zone) if edge > found[-1]]
    while len(found) > 2 and found[-2] >= end:
        found.pop()
    return found


def day_start(moment: float, zone: ZoneInfo) -> int:
    """When the day of a moment began."""
    return floor(moment, DAY, zone)


def weekday_and_hour(moment: float, zone: ZoneInfo) -> tuple[int, int]:
    """Monday is 0."""
    local = datetime.fromtimestamp(moment, zone)
    return local.weekday(), local.hour


def _edges_of_day(moment: float, width: int, zone: ZoneInfo) -> list[int]:
    """Of the day of a moment: all points' beginnings and the next day's."""
    midnight = datetime.fromtimestamp(moment, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    hours = range(0, DAY + 1, width)
    walls = (midnight.replace(tzinfo=None) + timedelta(seconds=seconds) for seconds in hours)
    # To UTC and no further: what a clock skips comes twice, and a set has it once. A day may begin before its midnight
    # where clocks are set back at midnight; the moment is in it all the same.
    return sorted({int(wall.replace(tzinfo=zone).astimezone(UTC).timestamp()) for wall in walls})


def _offset(moment: float, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(moment, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
