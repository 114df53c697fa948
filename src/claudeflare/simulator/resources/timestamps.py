"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp(seconds: float) -> str:
    """UTC epoch seconds as RFC 3339 with microseconds: `2026-11-22T10:00:00.000000Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def timestamp_or_none(seconds: float | None) -> str | None:
    """The same; None stays None."""
    return None if seconds is None else timestamp(seconds)
