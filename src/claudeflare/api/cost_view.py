"""A stored request -> what it cost, line by line. Pure."""

from __future__ import annotations

from claudeflare.api.schemas.costs import CostLineResource, CostPartResource, RequestCost
from claudeflare.ingest.cache_savings import cache_saved_usd
from claudeflare.ingest.cost_split import split
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Finished
from claudeflare.providers.anthropic.usage import billed_parts
from claudeflare.providers.usage import BilledPart
from claudeflare.storage.records import RequestSummary


def request_cost(summary: RequestSummary, finished: Finished, table: PriceTable) -> RequestCost:
    """By the prices of the request's day."""
    model = finished.served_model or finished.model
    usage = finished.usage
    parts = [] if usage is None else billed_parts(usage, model, finished.stop_reason, finished.path)
    return RequestCost(
        id=summary.id,
        cost_usd=summary.cost_usd,
        price_version=summary.price_version,
        listed_version=table.version,
        cache_saved_usd=cache_saved_usd(parts, table, finished.started_at),
        parts=[_part(part, table, finished.started_at) for part in parts],
    )


def _part(part: BilledPart, table: PriceTable, at: float) -> CostPartResource:
    lines = [
        CostLineResource(kind=line.kind, count=line.count, unit_price=line.unit_price, cost_usd=line.cost_usd)
        for line in split(part, table, at)
    ]
    return CostPartResource(
        model=part.model, fast=part.fast, batch=part.batch, inference_geo=part.inference_geo, lines=lines
    )
