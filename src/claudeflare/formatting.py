"""Values as people read them: one wording for durations, sizes, money and times, used by every surface.

Pure: no locale, no clock, no zone of its own. A value that is not known is `UNKNOWN`, money excepted, which says so.
"""

from __future__ import annotations

import math
import shlex
from datetime import UTC, datetime, tzinfo

UNKNOWN = "–"
"""What stands in a table for a value that nobody knows."""

MINUTE, HOUR, DAY = 60, 3600, 86_400


def duration(seconds: float | None) -> str:
    """A measured time to two units: `0.4 ms`, `840 ms`, `3.2 s`, `41 s`, `2 min 5 s`, `2 h 5 min`, `3 d 4 h`."""
    if seconds is None:
        return UNKNOWN
    if seconds == 0:
        return "0 ms"
    milliseconds = seconds * 1000
    if milliseconds < 9.95:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return _whole(round(seconds))


def milliseconds(value: float | None) -> str:
    """The same for a figure in milliseconds."""
    return duration(None if value is None else value / 1000)


def one_unit(value: float | None) -> str:
    """The same in one unit and at most six characters, for narrow columns: `840 ms`, `125 s`, `35 min`, `2.1 h`."""
    if value is None or value < 9950:
        return milliseconds(value)
    seconds = value / 1000
    if seconds < 999.5:
        return f"{seconds:.0f} s"
    if seconds < 99.5 * MINUTE:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < DAY else f"{seconds / DAY:.1f} d"


def countdown(seconds: float) -> str:
    """Time that is left, rounded up so that it never promises too early: `45 s`, `41 min`, `2 h 5 min`, `3 d 4 h`."""
    left = max(0, math.ceil(seconds))
    if left < MINUTE:
        return f"{left} s"
    unit = MINUTE if left < DAY else HOUR
    return _whole(math.ceil(left / unit) * unit)


def _whole(seconds: int) -> str:
    """Whole seconds in the two largest units that matter; a second part of zero is left out."""
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return _two(seconds, MINUTE, "min", 1, "s")
    minutes = round(seconds / MINUTE)
    if minutes < 24 * 60:
        return _two(minutes, 60, "h", 1, "min")
    return _two(round(seconds / HOUR), 24, "d", 1, "h")


def _two(value: int, large: int, large_name: str, small: int, small_name: str) -> str:
    whole, rest = divmod(value, large)
    return f"{whole} {large_name}" + (f" {rest // small} {small_name}" if rest else "")


def compact(count: float | None) -> str:
    """A count in at most three digits: `950`, `1.2 k`, `12.3 k`, `123 k`, `1.2 M`, `3.4 B`."""
    return UNKNOWN if count is None else _scaled(count, ("", " k", " M", " B"))


def size(byte_count: float | None) -> str:
    """Bytes in decimal units: `840 B`, `1.2 kB`, `3.4 MB`."""
    return UNKNOWN if byte_count is None else _scaled(byte_count, (" B", " kB", " MB", " GB"))


def _scaled(value: float, units: tuple[str, str, str, str]) -> str:
    for power in (3, 2, 1):
        # 999.5 k is written as 1.0 M: the unit is chosen after rounding.
        if value >= 1000**power * 0.9995:
            scaled = value / 1000**power
            return f"{scaled:.0f}{units[power]}" if scaled >= 99.95 else f"{scaled:.1f}{units[power]}"
    return f"{value:.0f}{units[0]}"


def money(usd: float | None) -> str:
    """US dollars: `$3.41`, `$1,234.50`, sums below a cent to four places: `$0.0042`; an unknown price is `unknown`."""
    if usd is None:
        return "unknown"
    if usd == 0:
        return "$0.00"
    if usd < 0:
        return f"-{money(-usd)}"
    if usd < 0.0001:
        return "<$0.0001"
    if usd >= 0.00995:
        return f"${usd:,.2f}"
    return f"${usd:.4f}"


def percent(fraction: float | None) -> str:
    """A share of one: `98.5 %`. `100 %` and `0 %` are said only of exactly all and nothing."""
    if fraction is None:
        return UNKNOWN
    if fraction in (0, 1):
        return f"{fraction * 100:.0f} %"
    return f"{min(max(fraction * 100, 0.1), 99.9):.1f} %"


def epoch(iso: str | None) -> float | None:
    """UTC epoch seconds of an ISO 8601 time; one without a zone is taken as UTC. Raises ValueError on anything else."""
    if iso is None:
        return None
    moment = datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def clock(at: float, zone: tzinfo | None) -> str:
    """Time of day to the second: `15:40:12`. A zone of None is the reader's own, here and below."""
    return f"{_local(at, zone):%H:%M:%S}"


def day(at: float, zone: tzinfo | None) -> str:
    """The date: `2026-11-22`."""
    return f"{_local(at, zone):%Y-%m-%d}"


def absolute(at: float | None, zone: tzinfo | None) -> str:
    """Date and time to the second: `2026-11-22 15:40:12`."""
    return UNKNOWN if at is None else f"{_local(at, zone):%Y-%m-%d %H:%M:%S}"


def ago(at: float | None, now: float, zone: tzinfo | None) -> str:
    """A past time, relative up to a day: `just now`, `45 s ago`, `5 min ago`, `3 h ago`, then `2026-11-20 14:02`."""
    if at is None:
        return UNKNOWN
    passed = now - at
    if passed < 5:
        return "just now"
    if passed < MINUTE:
        return f"{passed:.0f} s ago" if passed < 59.5 else "1 min ago"
    if passed < HOUR:
        return f"{int(passed // MINUTE)} min ago"
    if passed < DAY:
        return f"{int(passed // HOUR)} h ago"
    return f"{_local(at, zone):%Y-%m-%d %H:%M}"


def until(at: float, now: float, zone: tzinfo | None) -> str:
    """A coming time with its countdown: `until 15:40 (41 min)`; on another day `until 2026-11-24 15:40 (…)`."""
    return f"{until_when(at, now, zone)} ({countdown(at - now)})"


def until_when(at: float, now: float, zone: tzinfo | None) -> str:
    """The same without its countdown, for what was known in the past."""
    same_day = day(at, zone) == day(now, zone)
    return f"until {_local(at, zone):{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"


def login_command(account: str) -> str:
    """What gives an account another credential, ready to be pasted."""
    return f"claudeflare login {shlex.quote(account)}"


def count_of(count: int, noun: str) -> str:
    """A count with its noun: `1 request`, `1,204 requests`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _local(at: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(zone)
