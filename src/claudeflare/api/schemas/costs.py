"""JSON of `/api/requests/{id}/cost`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class CostLineResource(Resource):
    """One kind of token."""

    kind: str
    """`input`, `cache_write_5m`, `cache_write_1h`, `cache_read`, `output`, `web_searches`."""
    count: int
    unit_price: float | None
    """US dollars per million tokens, or per thousand searches; null when nobody knows."""
    cost_usd: float | None


class CostPartResource(Resource):
    """What was billed under one set of conditions; an answer has one, or one for each model that took part."""

    model: str
    fast: bool
    batch: bool
    inference_geo: str | None
    lines: list[CostLineResource]


class RequestCost(Resource):
    """What a request cost by list price."""

    id: str
    cost_usd: float | None
    """As recorded when it ended; null when a price is unknown."""
    price_version: str | None
    """Of the recorded cost."""
    listed_version: str
    """Of the prices in `parts`: those of today's table for the day of the request."""
    cache_saved_usd: float | None
    """By reading the cache, less what writing it cost extra. Null: it was not used, or a price is unknown."""
    parts: list[CostPartResource]
    """Empty when the answer told no usage, or cost nothing."""
