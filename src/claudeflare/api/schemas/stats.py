"""JSON of `/api/stats`."""

from __future__ import annotations

from claudeflare.api.schemas.analytics import Percentiles
from claudeflare.api.schemas.shape import Resource


class ModelCount(Resource):
    """How often one model was asked for."""

    model: str
    count: int


class DayFigures(Resource):
    """What the requests of one day add up to, resets or not."""

    requests: int
    errors: int
    total_tokens: int
    cost_usd: float | None
    cache_saved_usd: float | None


class StatsResource(Resource):
    """Sums over a range of requests."""

    range: str | None
    """As asked for; null: since statistics were last reset."""
    total_requests: int
    success_rate: float | None
    """Per cent; null when there was no request."""
    active_accounts: int
    """Accounts that can take a request now."""
    avg_response_time: float | None
    """Milliseconds."""
    total_tokens: int
    total_cost_usd: float | None
    """Of the requests whose price is known; null when none is."""
    unpriced_requests: int
    """Requests with tokens but no known price: the cost leaves them out."""
    avg_tokens_per_second: float | None
    top_models: list[ModelCount]
    duration: Percentiles | None
    """Of what began in the range, to the quarter of an hour (the minute, up to two days back)."""
    ttft: Percentiles | None
    """Start to first content."""
    overhead: Percentiles | None
    """Time spent inside Claudeflare itself."""
    requests_per_second: float
    """In the last minute that is over."""
    today: DayFigures
    """So far, in the zone asked for."""
    yesterday: DayFigures
    shed_records: int
    """Requests whose record could not be written (a full disk), since the database exists, whatever the range."""
    shed_payloads: int
    """Bodies that could not be written (a disk nearly full, or slow), since the server began, whatever the range."""


class StatsReset(Resource):
    """From when statistics count now."""

    reset: bool = True
    since: str
