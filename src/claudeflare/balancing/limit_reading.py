"""What one answer's headers say of the limits of its account, as values; a provider reads it off the wire."""

from __future__ import annotations

from typing import Final

import msgspec

BUCKETS: Final = ("requests", "input", "output", "tokens")
"""Names of token buckets; `tokens` counts input and output together, where those have none of their own."""
ALLOWED: Final = "allowed"
WARNING: Final = "allowed_warning"
REJECTED: Final = "rejected"
OVERAGE: Final = "overage"
"""Name of the window of paid extra usage: it says what that has come to, and gates nothing."""


class BucketReading(msgspec.Struct, frozen=True):
    """A token bucket of (organization, model class)."""

    name: str
    """One of `BUCKETS`."""
    limit: int
    """Its size, which is also what flows in within a minute (rate limits page of the API's documentation)."""
    remaining: int


class WindowReading(msgspec.Struct, frozen=True):
    """A usage window of an account."""

    name: str
    """`5h`, `7d`, `7d_opus`, …, or `OVERAGE`."""
    used: float | None
    """Share used up; may exceed 1. None: not said."""
    resets_at: float | None
    """UTC epoch seconds."""
    status: str = ALLOWED
    """`ALLOWED`, `WARNING` or `REJECTED`."""
    model_class: str | None = ""
    """The models it holds for; empty: all of them; None: those of the request that was answered."""


class LimitReading(msgspec.Struct, frozen=True):
    """Everything one answer said. All of it is optional."""

    buckets: tuple[BucketReading, ...] = ()
    windows: tuple[WindowReading, ...] = ()
    extra_usage: bool = False
    """The request was paid for as extra usage, beyond the plan."""
