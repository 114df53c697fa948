"""What a chart over time shows: series of one unit, at moments that all charts of a page have in common. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Final

from claudeflare.formatting import DAY, HOUR, day
from claudeflare.presentation.axes import Ladder

Values = tuple[float | None, ...]


class Kind(Enum):
    """How a chart is drawn."""

    BARS = "bars"
    """Stacked, from zero. Points that share a column are added up."""
    LINES = "lines"
    """Each point as it is; a gap where nothing is known."""


class Tone(Enum):
    """What color a series has; who shows it knows which."""

    ACCENT = "accent"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FAILED = "failed"
    FAINT = "faint"
    FAINTER = "fainter"


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one layer of the bars."""

    label: str
    values: Values
    tone: Tone
    total: float | None = None
    """Of the whole range."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Some series that are told in the same unit."""

    title: str
    note: str
    kind: Kind
    series: tuple[Series, ...]
    shown: Callable[[float | None], str]
    ladder: Ladder = Ladder.WHOLE
    top: float | None = None
    """Where the axis ends; None: above the highest value."""
    adds_up: bool = True
    """Whether two points together are their sum; else (sums that run up already) the later of them."""


@dataclass(frozen=True, slots=True)
class Times:
    """When the points of a page begin. Epoch seconds."""

    starts: tuple[float, ...]
    end: float
    """When the last point ends."""
    now: float
    """Up to when it can hold something: the last point may still be running."""
    zone: tzinfo | None = UTC

    def place(self, at: float) -> float:
        """Where a moment is, in points from the beginning: points are equally wide, though days have 23 to 25 hours."""
        number = max(0, bisect_right(self.starts, at) - 1)
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else self.end
        return number + (at - start) / (end - start)

    def point_words(self, first: int, last: int) -> str:
        """The time of some points, both included: `17:30–18:00`; with the date in a range of more than a day."""
        start = self.starts[first]
        end = self.starts[last + 1] if last + 1 < len(self.starts) else min(self.end, self.now)
        return span_words(start, end, self.zone, dated=self.end - self.starts[0] > DAY + HOUR)


MONTH_DAY: Final = "{0.day} {0:%b}"


def span_words(start: float, end: float, zone: tzinfo | None, *, dated: bool) -> str:
    """From when to when; whole days without the time of day."""
    one, other = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (start, end))
    if end - start >= DAY - 3600 and (one.hour, one.minute) == (0, 0):
        return MONTH_DAY.format(one)
    date = MONTH_DAY.format(one) + " " if dated or day(start, zone) != day(end - 1, zone) else ""
    return f"{date}{one:%H:%M}–{other:%H:%M}"


def grouped(chart: Chart, columns: int) -> tuple[list[tuple[int, int]], list[list[float | None]]]:
    """Points that share a column: first and last of each group, and each series by group.

    Equally many in each (the last may have fewer), as few as the columns allow; one for lines, which need no columns.
    """
    count = len(chart.series[0].values) if chart.series else 0
    size = 1 if chart.kind is Kind.LINES else max(1, -(-count // max(1, columns)))
    groups = [(first, min(first + size, count) - 1) for first in range(0, count, size)]
    return groups, [
        [_joined(one.values[first : last + 1], adds_up=chart.adds_up) for first, last in groups] for one in chart.series
    ]


def _joined(values: Values, *, adds_up: bool) -> float | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return sum(known) if adds_up else known[-1]
