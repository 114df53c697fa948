"""Times at the REST edge: ISO 8601 in UTC outside, UTC epoch seconds inside."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from claudeflare.errors import InvalidInput

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)
_EPOCH = re.compile(r"\d{1,11}(\.\d+)?", re.ASCII)


def to_iso(seconds: float) -> str:
    """UTC epoch seconds -> `2026-11-22T17:45:50.123Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def to_iso_or_none(seconds: float | None) -> str | None:
    """`to_iso`, where the time may be unknown."""
    return None if seconds is None else to_iso(seconds)


def parse_span(text: str) -> float:
    """`90s`, `5m`, `24h`, `7d`, `2w` -> seconds. Raises `InvalidInput`."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise InvalidInput(f"{text!r} is not a span of time: write a number and a unit, as in 30m, 24h, 7d or 2w.")
    return int(match[1]) * float(UNIT_SECONDS[match[2]])


def parse_moment(text: str, now: float) -> float:
    """A moment -> UTC epoch seconds: a span before `now` (`24h`), ISO 8601 (UTC unless it says), or epoch seconds.

    Raises `InvalidInput`.
    """
    text = text.strip()
    if _SPAN.fullmatch(text):
        return now - parse_span(text)
    if _EPOCH.fullmatch(text):
        return float(text)
    try:
        # In a query an unescaped "+" arrives as a blank: 2026-11-22T10:00:00+01:00.
        moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a time: write a span such as 24h or 7d, or ISO 8601 such as 2026-11-22T10:00:00Z."
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
