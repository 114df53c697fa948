"""Token buckets with continuous refill, one set for each (organization, model class), and the headers they show.

Facts: API docs, rate limits (2026-08). A limit of L per minute is a bucket that holds L and gains L/60 every second.
Input counts uncached input and cache writes; output counts what is really generated, so it is known only afterwards
and may leave a debt, which refills first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from claudeflare.simulator.accounts import Limits


class Bucket:
    """One bucket. All times are UTC epoch seconds; time that runs backwards refills nothing."""

    def __init__(self, per_minute: int, now: float) -> None:
        self.limit = per_minute
        self._level = float(per_minute)
        self._read_at = now

    def _refill(self, now: float) -> None:
        gained = max(now - self._read_at, 0.0) * self.limit / 60
        self._level = min(self._level + gained, float(self.limit))
        self._read_at = max(now, self._read_at)

    def remaining(self, now: float) -> float:
        """What can be taken now; never negative."""
        self._refill(now)
        return max(self._level, 0.0)

    def charge(self, amount: float, now: float) -> None:
        """Take `amount` whether it is there or not."""
        self._refill(now)
        self._level -= amount

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` is there; more than the bucket holds never is: seconds until it is full."""
        self._refill(now)
        missing = min(amount, self.limit) - self._level
        return max(missing, 0.0) * 60 / self.limit if self.limit else 60.0

    def resize(self, per_minute: int, now: float) -> None:
        """Change the limit; what was used of it stays used."""
        self._refill(now)
        self._level += per_minute - self.limit
        self.limit = per_minute

    def full_at(self, now: float) -> float:
        """When it will be full if nothing more is taken."""
        return now + self.wait(self.limit, now)

    def __repr__(self) -> str:
        return f"<Bucket {self._level:.0f} of {self.limit} per minute>"


class Shortage(msgspec.Struct, frozen=True):
    """Why a request does not fit: which limit, and when it would."""

    limit: int
    unit: str
    """`requests`, `input tokens` or `output tokens`."""
    retry_after: float
    """Seconds."""


class LimitBuckets:
    """The three buckets an organization has for one model class."""

    def __init__(self, limits: Limits, now: float) -> None:
        self.requests = Bucket(limits.requests, now)
        self.input_tokens = Bucket(limits.input_tokens, now)
        self.output_tokens = Bucket(limits.output_tokens, now)

    def admit(self, input_tokens: int, now: float) -> Shortage | None:
        """Take one request with its input, or say why not and take nothing."""
        wanted = (
            (self.requests, 1, "requests"),
            (self.input_tokens, input_tokens, "input tokens"),
            (self.output_tokens, 1, "output tokens"),
        )
        for bucket, amount, unit in wanted:
            if bucket.remaining(now) < amount:
                return Shortage(bucket.limit, unit, bucket.wait(amount, now))
        self.requests.charge(1, now)
        self.input_tokens.charge(input_tokens, now)
        return None

    def charge(self, tokens: int, now: float) -> None:
        """Count what was generated."""
        self.output_tokens.charge(tokens, now)

    def resize(self, limits: Limits, now: float) -> None:
        """Change the limits; what was used of them stays used."""
        self.requests.resize(limits.requests, now)
        self.input_tokens.resize(limits.input_tokens, now)
        self.output_tokens.resize(limits.output_tokens, now)

    def drain(self, now: float) -> None:
        """Empty the input bucket, as if other traffic of the organization had used it."""
        self.input_tokens.charge(self.input_tokens.remaining(now), now)

    def fields(self, now: float) -> list[tuple[str, str]]:
        """The anthropic-ratelimit-* headers; `tokens` is input and output together."""
        tokens = (self.input_tokens, self.output_tokens)
        return [
            *_triple("requests", [self.requests], now, rounded_to=1),
            *_triple("input-tokens", [self.input_tokens], now),
            *_triple("output-tokens", [self.output_tokens], now),
            *_triple("tokens", tokens, now),
        ]


def _triple(name: str, buckets: Iterable[Bucket], now: float, rounded_to: int = 1000) -> list[tuple[str, str]]:
    buckets = list(buckets)
    limit = sum(bucket.limit for bucket in buckets)
    remaining = sum(bucket.remaining(now) for bucket in buckets)
    shown = int(remaining) if rounded_to == 1 else min(round(remaining / rounded_to) * rounded_to, limit)
    return [
        (f"anthropic-ratelimit-{name}-limit", str(limit)),
        (f"anthropic-ratelimit-{name}-remaining", str(shown)),
        # The time of *full* replenishment, not of the next free token.
        (f"anthropic-ratelimit-{name}-reset", rfc3339(max(bucket.full_at(now) for bucket in buckets))),
    ]


def rfc3339(moment: float) -> str:
    """UTC to the second, as the API writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
