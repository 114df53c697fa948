"""An account as its owner configured it, and what traffic has taught us about it since: two types."""

from __future__ import annotations

from typing import Literal

import msgspec

Tier = Literal[1, 5, 20]
"""Relative capacity: 1 = Free and Pro, 5 = Max 5x, 20 = Max 20x."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Configuration. Changed only by the owner, through control; holds no secret."""

    id: str
    name: str
    provider: str = "anthropic"
    mode: str = "api-key"
    tier: int = 1
    priority: int = 0
    """Lower numbers are used first."""
    paused: bool = False
    base_url: str | None = None
    """Overrides the upstream for this account; None means the server's own setting."""


class Bench(msgspec.Struct, frozen=True):
    """This account, or one model class of it, is out until a given time: because the API said so, or by our guess."""

    until: float
    """UTC epoch seconds."""
    reason: str
    """Words for a person, e.g. `rate limited: input tokens per minute`."""
    guess: bool = False
    """Our own caution (overload, a 429 that names no window): set aside when nobody else is left."""
    since: float = 0.0
    """UTC epoch seconds at which this process learned of it: only a later attempt's success disproves it."""


class AccountState(msgspec.Struct):
    """What was learned while running. Owned by one `AccountPool`; nobody else writes it."""

    in_flight: int = 0
    last_used: float = 0.0
    """UTC epoch seconds, a hair later where the clock stood still or went back: the order is always that of use."""
    organization_id: str | None = None
    benches: dict[str, Bench] = msgspec.field(default_factory=dict)
    """Model class -> bench; the key "" is the whole account."""
    attention: str | None = None
    """Why a person has to look (credential refused, spend limit, on hold); None when all is well. Has no timer."""
    trusted_since: float = 0.0
    """When a person last lifted `attention`: attempts begun before that (on the old credential) cannot set it again."""
    consecutive_failures: int = 0
    ejections: int = 0
    """Ejections in a row: each doubles the next one's length."""
    ejected_at: float = 0.0
    """When the last ejection began; a success of an attempt older than that does not end it."""
    ejected_until: float = 0.0
    windowless_limits: int = 0
    """429 answers in a row that named no window."""
