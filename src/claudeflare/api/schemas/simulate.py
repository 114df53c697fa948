"""JSON of `/api/simulate`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from claudeflare.api.schemas.shape import Body, Resource

Count = Annotated[int, Field(ge=0)]


class LimitsToAssume(Body):
    """Limits of one organization for one model class, by the minute."""

    requests: Count
    input_tokens: Count
    output_tokens: Count


class AccountToAssume(Body):
    """An account as it might be."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    organization: str = ""
    """Accounts of one organization share its limits; empty: one of its own."""
    tier: int = 1
    priority: int = 0
    limits: LimitsToAssume | None = None
    """For every model class; null: those published for its tier."""
    model_limits: dict[str, LimitsToAssume] = Field(default_factory=dict)
    """By model class (`opus`, `haiku`, …); these go before `limits`."""


class WhatIf(Body):
    """Which recorded requests to simulate, and under what."""

    strategies: list[str] = Field(default_factory=list)
    """Beside the one in force, which is always simulated and comes first."""
    since: str = "7d"
    accounts: list[AccountToAssume] | None = None
    """Instead of the accounts there are."""
    queue_max_wait: Annotated[float, Field(ge=0)] | None = None
    """Seconds; null: as it is set."""


class SimulatedAccountUse(Resource):
    """What one account would have done."""

    name: str
    requests: int
    rate_limits: int
    """429 answers of the API."""
    share: float
    """Of all input tokens that count against limits."""


class SimulatedStrategy(Resource):
    """How the requests would have fared under one strategy."""

    strategy: str
    requests: int
    client_rate_limits: int
    """Requests that end with a limit for their client."""
    upstream_rate_limits: int
    """429 answers of the API, most of which no client sees."""
    failovers: int
    """Accounts tried beyond a request's first."""
    moves: int
    """Answers from another account than the one that gave the conversation's last."""
    wait_p50_seconds: float
    wait_p99_seconds: float
    wait_max_seconds: float
    cache_read_tokens: int
    cache_written_tokens: int
    cache_kept: float | None
    """Tokens read from the cache, against one account without limits; null where that would read none."""
    cost_usd: float | None
    """Of the requests that were answered and have a known price; null when none has."""
    unpriced_requests: int
    accounts: list[SimulatedAccountUse]


class Simulated(Resource):
    """What a simulation found."""

    since: str
    requests: int
    left_out: int
    """Records that cannot be simulated: other endpoints, and errors without known tokens."""
    assumed: list[str]
    """What had to be assumed, in words."""
    strategies: list[SimulatedStrategy]
