"""What one model costs, compiled from genai-prices: its own calculation takes 150 µs a call, these sums about 2."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, PriceVariant, StartDateConstraint, TieredPrices

from claudeflare.providers.usage import TokenCounts

MILLION: Final = Decimal(1_000_000)
THOUSAND: Final = Decimal(1_000)
BATCH_DISCOUNT: Final = Decimal("0.5")
"""On every kind of token of every model, not on web searches (platform.claude.com: Batch processing, pricing)."""

PRICED_KINDS: Final = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")


class CannotCompile(Exception):
    """The model's prices depend on something these rates do not know."""


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens, and per thousand searches (None: the model's search price is not known)."""

    input: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal
    output: Decimal
    web_searches: Decimal | None = None

    def token_cost(self, tokens: TokenCounts) -> Decimal:
        """USD for the tokens; a counter the answer left out counts as none."""
        total = self.input * (tokens.input or 0) + self.output * (tokens.output or 0)
        if tokens.cache_read:
            total += self.cache_read * tokens.cache_read
        if tokens.cache_write_5m:
            total += self.cache_write_5m * tokens.cache_write_5m
        if tokens.cache_write_1h:
            total += self.cache_write_1h * tokens.cache_write_1h
        return total / MILLION

    def batched(self) -> Rates:
        """The same with the batch discount."""
        halved = {kind: getattr(self, kind) * BATCH_DISCOUNT for kind in PRICED_KINDS}
        return Rates(**halved, web_searches=self.web_searches)


@dataclass(frozen=True, slots=True)
class TieredRates:
    """Rates by prompt size: beyond a threshold the whole request costs the higher rate."""

    base: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    """(threshold in prompt tokens, rates above it), ascending."""

    def at(self, prompt_tokens: int) -> Rates:
        """The rates for a prompt of this many tokens, cached ones included."""
        rates = self.base
        for threshold, higher in self.tiers:
            if prompt_tokens > threshold:
                rates = higher
        return rates

    def batched(self) -> TieredRates:
        """The same with the batch discount."""
        return TieredRates(self.base.batched(), tuple((start, rates.batched()) for start, rates in self.tiers))


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One model's rates in one period."""

    standard: TieredRates
    batch: TieredRates
    fast: TieredRates | None = None
    """None: fast mode has no known price for this model."""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """One model's rows by the time they apply from."""

    starts: tuple[float, ...]
    """UTC epoch seconds, ascending; the first row also applies to all time before."""
    rows: tuple[PriceRow, ...]

    def at(self, moment: float) -> PriceRow:
        """The row of a moment in UTC epoch seconds."""
        return self.rows[max(bisect_right(self.starts, moment) - 1, 0)]


def compile_history(model: ModelInfo) -> PriceHistory:
    """All of a model's prices. Raises `CannotCompile`."""
    starts = [datetime.min.replace(tzinfo=UTC)]
    starts += [datetime.combine(day, time(), UTC) for day in sorted(set(_change_dates(model)))]
    return PriceHistory(
        starts=tuple(-1e18 if start is starts[0] else start.timestamp() for start in starts),
        rows=tuple(_row(model, start) for start in starts),
    )


def _change_dates(model: ModelInfo) -> Iterator[date]:
    dated: list[ConditionalPrice | PriceVariant] = list(model.price_variants or ())
    if not isinstance(model.prices, ModelPrice):
        dated += model.prices
    for price in dated:
        if isinstance(price.constraint, StartDateConstraint):
            yield price.constraint.start_date
        elif price.constraint is not None:
            raise CannotCompile(f"{model.id}: prices by time of day")


def _row(model: ModelInfo, at: datetime) -> PriceRow:
    prices = model.get_prices(at)
    batch = model.get_prices(at, {"processing": "batch"})
    fast = model.get_prices(at, {"speed": "fast"})
    standard = _tiered_rates(prices)
    return PriceRow(
        standard=standard,
        # The data has no batch prices from before October 2026 nor for retired models; the discount was the same.
        batch=standard.batched() if batch == prices else _tiered_rates(batch),
        fast=None if fast == prices else _tiered_rates(fast),
    )


def _tiered_rates(price: ModelPrice) -> TieredRates:
    tiered = [value for value in vars(price).values() if isinstance(value, TieredPrices)]
    thresholds = sorted({tier.start for value in tiered for tier in value.tiers})
    return TieredRates(_rates(price, None), tuple((start, _rates(price, start)) for start in thresholds))


def _rates(price: ModelPrice, threshold: int | None) -> Rates:
    """The rates above a threshold; None: below all. A kind without a price costs what its parent kind does."""

    def rate(*keys: str) -> Decimal:
        for key in keys:
            if (value := _above(getattr(price, key), threshold)) is not None:
                return value
        raise CannotCompile(f"no price for {keys[0]}")

    return Rates(
        input=rate("input_mtok"),
        cache_write_5m=rate("cache_write_5m_mtok", "cache_write_mtok", "input_mtok"),
        cache_write_1h=rate("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
        cache_read=rate("cache_read_mtok", "input_mtok"),
        output=rate("output_mtok"),
        web_searches=_above(price.web_searches_kcount, threshold),
    )


def _above(price: Decimal | TieredPrices | None, threshold: int | None) -> Decimal | None:
    if not isinstance(price, TieredPrices):
        return price
    reached = [tier.price for tier in price.tiers if threshold is not None and tier.start <= threshold]
    return reached[-1] if reached else price.base
