"""`/api/stats`: sums over requests."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from claudeflare.api.recent_figures import recent_figures
from claudeflare.api.schemas.stats import ModelCount, StatsReset, StatsResource
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.standing import is_available
from claudeflare.api.time_range import zone_of
from claudeflare.api.times import parse_span, to_iso
from claudeflare.balancing.account import AccountState

router = APIRouter(prefix="/api/stats", tags=["stats"])


@router.get("")
def show_stats(
    services: ServicesOf,
    span: Annotated[str | None, Query(alias="range", description="How far back, e.g. 24h or 7d")] = None,
    tz: Annotated[str, Query(description="A zone such as Europe/Berlin: when today began")] = "UTC",
) -> StatsResource:
    """Sums over a range, but never from before statistics were last reset."""
    now = services.clock()
    zone = zone_of(tz)
    since = None if span is None else now - parse_span(span)
    totals = services.requests.totals(since)
    reset_at = services.requests.statistics_since()
    counted_from = max(since or 0.0, reset_at or 0.0)
    states = services.states.by_account()
    accounts = [stored.account for stored in services.accounts.list()]
    return StatsResource(
        range=span,
        total_requests=totals.requests,
        success_rate=totals.successes / totals.requests * 100 if totals.requests else None,
        active_accounts=sum(is_available(each, states.get(each.id) or AccountState(), now) for each in accounts),
        avg_response_time=totals.average_duration_ms,
        total_tokens=totals.tokens,
        total_cost_usd=totals.cost_usd,
        unpriced_requests=totals.unpriced_requests,
        avg_tokens_per_second=totals.average_tokens_per_second,
        top_models=[ModelCount(model=model, count=count) for model, count in totals.top_models],
        **recent_figures(services.rollups, counted_from, zone, now),
        shed_records=shed_records(services),
        shed_payloads=services.gateways.shed_payloads(),
    )


def shed_records(services: Services) -> int:
    """Gateways say at once what they lose; their journals say it again, once they can be written."""
    told, journaled = services.gateways.shed_records(), services.requests.shed_records()
    return sum(max(told.get(writer, 0), journaled.get(writer, 0)) for writer in told.keys() | journaled.keys())


@router.post("/reset")
def reset_stats(services: ServicesOf) -> StatsReset:
    """Let statistics count from now on; every record stays."""
    now = services.clock()
    services.requests.reset_statistics(now)
    return StatsReset(since=to_iso(now))
