"""What models cost, as a gateway needs it: rows made by control, evaluated here without its libraries.

Agrees with `ingest.pricing`, which is what records are priced with; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

import msgspec

from claudeflare.providers.usage import BilledPart, TokenCounts

MILLION: Final = 1e6
THOUSAND: Final = 1e3
UNITED_STATES_FACTOR: Final = 1.1
ANYWHERE: Final = frozenset({None, "", "global", "not_available"})


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """Rates for prompts above a size. USD per million tokens, and per thousand searches."""

    above: int
    """Prompt tokens, cached ones included; -1 in the first tier."""
    input: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float
    output: float
    web_searches: float | None = None


class ModelPrice(msgspec.Struct, frozen=True, kw_only=True):
    """One model's rates today. Tiers ascend."""

    model: str
    standard: list[Tier]
    batch: list[Tier]
    fast: list[Tier] | None = None
    """None: fast mode has no known price."""
    regional: bool = False
    """Whether inference in the United States costs more."""


class Spending(Enum):
    """Whether a request costs anything."""

    FREE = auto()
    TOLD = auto()
    """Its answer tells what it cost."""
    UNTOLD = auto()
    """It costs, and nobody can say how much when it is answered: a batch, say."""


class SpendBounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says that bounds its cost."""

    output_tokens: int
    """The most it can be answered with."""
    fast: bool = False
    inference_geo: str | None = None
    long_cache: bool = False
    """It may write to the cache for an hour, the dearest kind of input."""


def most(price: ModelPrice, input_tokens: int, bounds: SpendBounds) -> float | None:
    """USD that a request costs at most if it has no more input than that; None when nobody knows."""
    tiers = price.fast if bounds.fast else price.standard
    factor = _factor(price, bounds.inference_geo)
    if tiers is None or factor is None:
        return None
    rates = _tier(tiers, input_tokens)
    dearest = max(rates.input, rates.cache_write_5m, rates.cache_write_1h if bounds.long_cache else 0.0)
    return factor * (dearest * input_tokens + rates.output * bounds.output_tokens) / MILLION


def cost(prices: Sequence[tuple[ModelPrice | None, BilledPart]]) -> float | None:
    """USD for all parts of a request, each with its model's price; None when any is unknown."""
    total = 0.0
    for price, part in prices:
        one = None if price is None else _part_cost(price, part)
        if one is None:
            return None
        total += one
    return total


def _part_cost(price: ModelPrice, part: BilledPart) -> float | None:
    tokens = part.tokens
    tiers = _variant(price, part)
    factor = _factor(price, part.inference_geo)
    if tiers is None or factor is None or tokens.input is None or tokens.output is None:
        return None
    rates = _tier(tiers, _prompt_tokens(tokens))
    usd = rates.input * tokens.input + rates.output * tokens.output
    usd += rates.cache_read * (tokens.cache_read or 0)
    usd += rates.cache_write_5m * (tokens.cache_write_5m or 0) + rates.cache_write_1h * (tokens.cache_write_1h or 0)
    usd *= factor / MILLION
    if tokens.web_searches:
        if rates.web_searches is None:
            return None
        usd += rates.web_searches * tokens.web_searches / THOUSAND
    return usd


def _variant(price: ModelPrice, part: BilledPart) -> list[Tier] | None:
    if part.fast:
        return None if part.batch else price.fast
    return price.batch if part.batch else price.standard


def _factor(price: ModelPrice, inference_geo: str | None) -> float | None:
    if inference_geo in ANYWHERE:
        return 1.0
    if inference_geo != "us":
        return None
    return UNITED_STATES_FACTOR if price.regional else 1.0


def _tier(tiers: list[Tier], prompt_tokens: int) -> Tier:
    found = tiers[0]
    for tier in tiers:
        if prompt_tokens > tier.above:
            found = tier
    return found


def _prompt_tokens(tokens: TokenCounts) -> int:
    written = (tokens.cache_write_5m or 0) + (tokens.cache_write_1h or 0)
    return (tokens.input or 0) + written + (tokens.cache_read or 0)
