"""JSON of `/api/analytics`. Times are ISO 8601 in UTC, durations milliseconds, shares from 0 to 1."""

from __future__ import annotations

from typing import Literal

from claudeflare.api.schemas.shape import Resource


class Percentiles(Resource):
    """Milliseconds, each at most 5 % off."""

    p50: float
    p95: float
    p99: float


class Figures(Resource):
    """What a number of requests add up to."""

    requests: int
    successes: int
    errors: int
    success_rate: float | None
    failovers: int
    """Accounts tried beyond each request's first."""
    waits: int
    """Requests that waited for an account."""
    input_tokens: int
    """Uncached input."""
    cache_read_tokens: int
    cache_write5m_tokens: int
    cache_write1h_tokens: int
    output_tokens: int
    thinking_tokens: int
    """Part of the output."""
    total_tokens: int
    cost_usd: float | None
    """Of the requests whose price is known; null when none is."""
    unpriced_requests: int
    """Requests with tokens but no known price: cost and savings leave them out."""
    cache_hit_rate: float | None
    """Share of all input that was read from the cache."""
    cache_saved_usd: float | None
    """What cache reads would have cost as plain input, less what they and the writes did cost; may be below 0."""
    tokens_per_second: float | None
    """Output of streams over the time from first byte to end."""
    requests_per_second: float | None
    """Over the time that has passed; null in a breakdown."""
    average_duration: float | None
    average_overhead: float | None
    duration: Percentiles | None
    """Start to end. Null where there was none, and in breakdowns of a choice of accounts, models, keys or statuses."""
    ttft: Percentiles | None
    """Start to first content."""
    overhead: Percentiles | None
    """Time spent inside Claudeflare itself."""
    queued: Percentiles | None
    """Of the requests that waited for an account."""


class Point(Figures):
    """One point of a chart. In mode `cumulative` counts, tokens and dollars are of all points up to it."""

    at: str
    """When it begins; it ends where the next begins."""
    seconds: int
    """How long it is. A day may be 23 or 25 hours."""


class AccountFigures(Figures):
    """Of one account; both null: of requests that reached none."""

    account: str | None
    """Its name; the last it had when it is gone."""
    account_id: str | None


class ModelFigures(Figures):
    """Of one model, as requested; null: of requests that named none."""

    model: str | None


class KeyFigures(Figures):
    """Of one client key; null: without one."""

    client_key: str | None


class StatusFigures(Figures):
    """Of one status."""

    status_code: int
    terminal_state: str


class ErrorFigures(Figures):
    """Of one kind of failure; null: a failure without a type."""

    error_type: str | None


class AgentFigures(Figures):
    """Of one kind of client; null: it did not say what it is."""

    agent: str | None
    """`claude-code`, `claude-code sub-agent`, `anthropic-python`, `curl`, …"""


class AnalyticsResource(Resource):
    """Figures over a range, its points, and what they consist of."""

    range: str | None
    """As asked for; null: with `from` and `to`."""
    from_: str
    to: str
    tz: str
    mode: Literal["normal", "cumulative"]
    status: str | None
    bucket_seconds: int
    counted_from: str | None
    """Requests before this are still being counted, after an upgrade; null: all are."""
    points: list[Point]
    totals: Figures
    previous: Figures
    """Of as long a time right before."""
    by_account: list[AccountFigures]
    by_model: list[ModelFigures]
    by_client_key: list[KeyFigures]
    by_status: list[StatusFigures]
    by_error: list[ErrorFigures]
    by_agent: list[AgentFigures]
    heat_map: list[list[int]]
    """Requests by weekday (the first is Monday) and hour of the day, in the zone."""
