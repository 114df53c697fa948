"""Output that answers under way are writing: it leaves the bucket evenly, from an answer's first byte to its last."""

from __future__ import annotations

from claudeflare.simulator.buckets import LimitBuckets


class WrittenOutput:
    """Of one set of buckets."""

    def __init__(self, buckets: LimitBuckets, now: float) -> None:
        self._bucket = buckets.output_tokens
        self._rate = 0.0
        """Tokens a second, of all answers together."""
        self._settled_at = now

    def settle(self, now: float) -> None:
        """Take what was written by now out of the bucket."""
        written = self._rate * (now - self._settled_at)
        self._settled_at = now
        if written > 0.0:
            self._bucket.charge(written, now)

    def add(self, rate: float, now: float) -> None:
        """An answer that writes so many tokens a second begins; with a negative rate, one ends."""
        self.settle(now)
        self._rate += rate

    def __repr__(self) -> str:
        return f"<WrittenOutput {self._rate:.1f} tokens/s>"
