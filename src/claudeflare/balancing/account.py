"""An account as its owner configured it, and what traffic has taught us about it since: two types."""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal

import msgspec

from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.windows import Window

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
    reserve: float | None = None
    """Share of a usage window, 0 to 1, from which the account is left alone; 1: never. None: the server's setting."""
    allow_extra_usage: bool | None = None
    """False: nothing is sent that would be paid for as extra usage, beyond the plan. None: the server's setting."""


class BenchKind(Enum):
    """What brought a bench, which is what may end it early, and who shares it."""

    BUCKET = auto()
    """Token buckets of the organization."""
    RAMP = auto()
    """The organization's traffic rose too sharply."""
    SPEND = auto()
    """The organization's money."""
    WINDOW = auto()
    """A usage window of the account."""
    OTHER = auto()
    """Our own caution, or learned elsewhere."""


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
    kind: BenchKind = BenchKind.OTHER
    """What brought it, as far as this process knows."""


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
    buckets: dict[str, ClassBuckets] = msgspec.field(default_factory=dict)
    """Model class -> token buckets. One and the same dictionary for all accounts of an organization."""
    windows: dict[str, Window] = msgspec.field(default_factory=dict)
    """Name -> usage window. Each account's own: members of one organization have windows of their own."""
    windows_read_by: int = 0
    """Number of the lease whose answer told of the windows last."""
    extra_usage_until: float = 0.0
    """UTC epoch seconds until which the API serves this account beyond its plan, as far as it said."""
