"""JSON of an account's gauges: its limits as far as answers have told of them."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.balancing.gauges import LimitGauge


class Gauge(Resource):
    """One limit of an account."""

    kind: str
    """`bucket`: requests or tokens per minute, refilled continuously. `window`: a share of a usage window."""
    name: str
    """`requests`, `input tokens`, `output tokens`, `tokens`; `5h`, `7d`, `7d_opus`, `overage`, …"""
    model_class: str | None
    """The models it holds for, e.g. `opus`; null: all of them."""
    limit: int | None
    remaining: int | None
    """Of a bucket, at `readAt`."""
    utilization: float | None
    """Share used up; that of a window may exceed 1."""
    resets_at: str | None
    """When all of it is there again."""
    read_at: str
    """When an answer told of it."""
    status: str | None
    """Of a window: `allowed`, `allowed_warning` or `rejected`."""

    @classmethod
    def of(cls, gauge: LimitGauge) -> Gauge:
        """As the API shows it."""
        return cls(
            kind=gauge.kind,
            name=gauge.name,
            model_class=gauge.model_class or None,
            limit=gauge.limit,
            remaining=gauge.remaining,
            utilization=None if gauge.used is None else round(gauge.used, 4),
            resets_at=to_iso_or_none(gauge.resets_at),
            read_at=to_iso(gauge.read_at),
            status=gauge.status or None,
        )
