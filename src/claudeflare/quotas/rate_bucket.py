"""A token bucket: so much a minute, all of it at once if it was left alone, refilled steadily; as the API's own."""

from __future__ import annotations

MINUTE = 60.0


class RateBucket:
    """Begins full. May be in debt: what was taken beyond expectation is made good before anybody is let in."""

    __slots__ = ("_at", "_level", "limit")

    def __init__(self, limit: float, now: float) -> None:
        self.limit = limit
        """Per minute, and at once."""
        self._level = limit
        self._at = now

    def seconds_until(self, amount: float, now: float) -> float:
        """How long until so much is there; 0.0: it is now. An amount beyond the limit needs the bucket full."""
        self._refill(now)
        missing = min(amount, self.limit) - self._level
        return max(0.0, missing * MINUTE / self.limit)

    def take(self, amount: float, now: float) -> None:
        """Take so much, there or not. Negative: give back."""
        self._refill(now)
        self._level = min(self.limit, self._level - amount)

    def _refill(self, now: float) -> None:
        # A clock that is set back gives nothing and takes nothing.
        if now > self._at:
            self._level = min(self.limit, self._level + (now - self._at) * self.limit / MINUTE)
        self._at = now

    def __repr__(self) -> str:
        return f"<RateBucket {self._level:g} of {self.limit:g} a minute>"
