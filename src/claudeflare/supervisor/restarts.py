"""When to start a child again that ended by itself, and how loudly to say so. Pure."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

FIRST_DELAY: Final = 0.1
"""Seconds before the first restart; doubles with each end in a row."""
LONGEST_DELAY: Final = 5.0
HEALTHY_AFTER: Final = 10.0
"""Seconds a child must have lived for its end to count as the first in a row."""
MANY: Final = 5
"""Ends in a row after which the delay is the longest, and only one end a minute is reported, as an error."""
REPORT_EVERY: Final = 60.0


@dataclass(frozen=True, slots=True)
class Restart:
    """What to do about one end."""

    delay: float
    """Seconds to wait."""
    level: int | None
    """Level to report the end with; None to keep quiet."""


class Restarts:
    """Counts one child's ends in a row."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._reported_at: float | None = None

    def ended(self, lived: float, now: float) -> Restart:
        """The child ended after `lived` seconds. `now` is any clock in seconds that does not jump."""
        if lived >= HEALTHY_AFTER:
            self._in_a_row = 0
            self._reported_at = None
        self._in_a_row += 1
        if self._in_a_row < MANY:
            return Restart(FIRST_DELAY * 2 ** (self._in_a_row - 1), logging.WARNING)
        if self._reported_at is not None and now - self._reported_at < REPORT_EVERY:
            return Restart(LONGEST_DELAY, None)
        self._reported_at = now
        return Restart(LONGEST_DELAY, logging.ERROR)

    def __repr__(self) -> str:
        return f"<Restarts {self._in_a_row} in a row>"
