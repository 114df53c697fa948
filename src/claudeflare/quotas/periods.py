"""When a budget's day, week or month begins and ends, by the clocks of its time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from claudeflare.quotas.client_key import Period

WORDS: dict[Period, str] = {"day": "daily", "week": "weekly", "month": "monthly"}
"""What a budget of that period is called."""


def known_zone(name: str) -> bool:
    """Whether this is the IANA name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: names of directories in the database
        return False
    return True


def bounds(period: Period, zone: str, now: float) -> tuple[float, float]:
    """When the period that `now` is in began, and when the next begins.

    A day of 23 or 25 hours (daylight saving) is a day. Where clocks skip midnight it begins with the first moment that
    exists (PEP 495 resolves it so when converted to UTC).
    """
    there = ZoneInfo(zone)
    today = datetime.fromtimestamp(now, there).date()
    if period == "day":
        first, following = today, today + timedelta(days=1)
    elif period == "week":
        first = today - timedelta(days=today.weekday())
        following = first + timedelta(days=7)
    else:
        first = today.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)

    def begins(year: int, month: int, day: int) -> float:
        return datetime(year, month, day, tzinfo=there).timestamp()

    return begins(first.year, first.month, first.day), begins(following.year, following.month, following.day)


def in_words(moment: float) -> str:
    """`2026-08-08 00:00 UTC`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
