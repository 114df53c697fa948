"""A model's price as gateways take it, made from what records are priced with."""

from __future__ import annotations

from decimal import Decimal

from claudeflare.ingest.pricing import PriceTable, regional_factor
from claudeflare.ingest.rates import Rates, TieredRates
from claudeflare.providers.price_list import ModelPrice, Tier


def model_price(table: PriceTable, model: str, at: float) -> ModelPrice | None:
    """What it costs at a moment in UTC epoch seconds; None when nobody knows."""
    row = table.row(model, at)
    if row is None:
        return None
    return ModelPrice(
        model=model,
        standard=_tiers(row.standard),
        batch=_tiers(row.batch),
        fast=None if row.fast is None else _tiers(row.fast),
        regional=regional_factor(model, "us") not in (None, Decimal(1)),
    )


def _tiers(tiered: TieredRates) -> list[Tier]:
    return [_tier(-1, tiered.base), *(_tier(above, rates) for above, rates in tiered.tiers)]


def _tier(above: int, rates: Rates) -> Tier:
    return Tier(
        above=above,
        input=float(rates.input),
        cache_write_5m=float(rates.cache_write_5m),
        cache_write_1h=float(rates.cache_write_1h),
        cache_read=float(rates.cache_read),
        output=float(rates.output),
        web_searches=None if rates.web_searches is None else float(rates.web_searches),
    )
