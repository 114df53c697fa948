"""Token counts in the disjoint kinds that are priced, whatever a provider calls them."""

from __future__ import annotations

import msgspec


class TokenCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Four disjoint input counters and the output. None means the answer did not say."""

    input: int | None = None
    """Uncached input, not part of any of the three below."""
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    cache_read: int | None = None
    output: int | None = None
    thinking: int | None = None
    """Part of `output`."""
    web_searches: int | None = None


class BilledPart(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to price: a model's tokens under one set of conditions. A request has one, or one per iteration."""

    model: str
    tokens: TokenCounts
    fast: bool = False
    batch: bool = False
    inference_geo: str | None = None
