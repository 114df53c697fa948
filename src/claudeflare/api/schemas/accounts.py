"""JSON of `/api/accounts`."""

from __future__ import annotations

from pydantic import SecretStr

from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.shape import Body, Resource


class Limit(Resource):
    """One limit an account has run into."""

    model_class: str | None
    """The models it holds for, e.g. `opus`; null: all of them."""
    reason: str
    until: str | None
    """Null when somebody has to act."""
    guess: bool
    """Only our caution: the account is tried after all when every other one is out."""


class AccountResource(Resource):
    """One account, with what is known of its state."""

    id: str
    name: str
    provider: str
    mode: str
    tier: int
    priority: int
    paused: bool
    base_url: str | None
    token_status: str
    """`valid`, or `missing` when the account has no credential that can be used."""
    rate_limit_status: str
    """`ok`, `paused`, `needs attention`, `limited`, `cooling down`; `limited: opus` when it is only for some models."""
    rate_limit_reset: str | None
    """When that is over; null when nothing is wrong, or somebody has to act."""
    limits: list[Limit]
    """Everything that keeps requests off this account now, with its reason."""
    gauges: list[Gauge]
    """What is left of its limits, as far as answers have told since a gateway started."""
    reserve: float | None
    """Share of a usage window from which it is left alone; null: as the setting `account_reserve` says."""
    allow_extra_usage: bool | None
    """Whether it may be used beyond its plan; null: as the setting `allow_extra_usage` says."""
    in_flight: int
    request_count: int
    """Requests since statistics were last reset."""
    total_requests: int
    """Requests recorded so far, whatever was reset; those cleared are not counted."""
    last_used: str | None
    created: str


class AccountToAdd(Body):
    """An account to add. The key travels only here, and never back."""

    name: str
    mode: str = "api-key"
    tier: int = 1
    priority: int = 0
    base_url: str | None = None
    reserve: float | None = None
    allow_extra_usage: bool | None = None
    api_key: SecretStr | None = None


class AccountChange(Body):
    """What to change of an account; what is left out stays as it is.

    `baseUrl`, `reserve` and `allowExtraUsage`: null means the server's own.
    """

    name: str | None = None
    tier: int | None = None
    priority: int | None = None
    paused: bool | None = None
    base_url: str | None = None
    reserve: float | None = None
    allow_extra_usage: bool | None = None


class NewName(Body):
    """The name an account gets."""

    name: str


class NewTier(Body):
    """The tier an account gets: 1, 5 or 20."""

    tier: int


class Confirmation(Body):
    """The name of the account that is to go, so that a slip of the hand removes nothing."""

    confirm: str


class Removed(Resource):
    """What is gone."""

    id: str
    name: str
    removed: bool = True
