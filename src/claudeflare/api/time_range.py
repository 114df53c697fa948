"""The range of time that a question is about, and the points it is cut into. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from claudeflare.analytics.calendar import edges, width_of
from claudeflare.analytics.stretches import DAY, HOUR, LEVELS, MINUTE, QUARTER, Stretch, cover
from claudeflare.api.times import parse_moment, parse_span
from claudeflare.errors import InvalidInput

LONGEST: Final = 400 * DAY
DEFAULT: Final = "24h"
MINUTES_REACH: Final = 47 * HOUR
"""For so long there certainly are figures by the minute."""
_MILLISECONDS: Final = re.compile(r"\d{12,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Times are UTC epoch seconds."""

    zone: ZoneInfo
    now: float
    width: int
    edges: list[int]
    """When each point begins, and when the last one ends: later than now, if the range ends now."""

    @property
    def start(self) -> int:
        """When the first point begins."""
        return self.edges[0]

    @property
    def end(self) -> float:
        """Up to when there can be requests."""
        return min(self.edges[-1], self.now)

    def series(self) -> list[Stretch]:
        """As coarse as its points allow, and no coarser than the hours of a day."""
        grid = next(level for level in (HOUR, QUARTER, MINUTE) if self._fits(level))
        return [Stretch(grid, self.start, self.edges[-1])]

    def whole(self) -> list[Stretch]:
        """In as few buckets as possible."""
        return self._cover(self.start, self.edges[-1])

    def previous(self) -> list[Stretch]:
        """As long a time right before."""
        finest = MINUTE if self._has_minutes(2 * self.start - self.now) else QUARTER
        length = -int(-(self.end - self.start) // finest) * finest
        return self._cover(max(0, self.start - length), self.start)

    def _fits(self, level: int) -> bool:
        return self.width >= level and all(edge % level == 0 for edge in self.edges)

    def _has_minutes(self, moment: float) -> bool:
        return moment >= self.now - MINUTES_REACH

    def _cover(self, start: int, end: int) -> list[Stretch]:
        return cover(start, end, LEVELS if self._has_minutes(start) else LEVELS[1:])


def time_range(span: str | None, since: str | None, until: str | None, tz: str, now: float) -> TimeRange:
    """Of a `range` up to now, or `from` and `to`. Raises `InvalidInput`."""
    zone = zone_of(tz)
    start, end = start_and_end(span, since, until, zone, now)
    width = width_of(start, end, _finest(start, now))
    found = edges(start, end, width, zone)
    if since is None and len(found) > 2:
        del found[0]  # points are whole then, but for the one that runs: as many as fit
    return TimeRange(zone, now, width, found)


def start_and_end(
    span: str | None, since: str | None, until: str | None, zone: ZoneInfo, now: float
) -> tuple[float, float]:
    """The range that was asked for, exactly. Raises `InvalidInput`."""
    if span is not None and (since is not None or until is not None):
        raise InvalidInput("Give either `range`, or `from` and `to`.")
    if since is None and until is not None:
        raise InvalidInput("`to` needs a `from`.")
    start = now - parse_span(span or DEFAULT) if since is None else _moment(since, now, zone)
    end = now if until is None else min(now, _moment(until, now, zone))
    if start >= end:
        raise InvalidInput("`from` has to be before `to`, and both in the past.")
    _check(start, end)
    return start, end


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name. Raises `InvalidInput`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"There is no time zone {name!r}: use a name such as Europe/Berlin or UTC.") from None


def _finest(start: float, now: float) -> int:
    return MINUTE if start >= now - MINUTES_REACH else QUARTER


def _check(start: float, end: float) -> None:
    if end - start > LONGEST:
        raise InvalidInput(f"A range has at most {LONGEST // DAY} days.")
    if start < DAY:
        raise InvalidInput("There were no requests before 1970.")


def _moment(text: str, now: float, zone: ZoneInfo) -> float:
    """As `parse_moment`, or epoch milliseconds; ISO 8601 without an offset is a time of the zone."""
    if _MILLISECONDS.fullmatch(text.strip()):
        return int(text) / 1000
    try:
        local = datetime.fromisoformat(text.strip())
        if local.tzinfo is None:
            return local.replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        pass  # a span, a number, or nothing at all
    try:
        return parse_moment(text, now)
    except OverflowError:
        raise InvalidInput(f"{text!r} is too far from now.") from None
