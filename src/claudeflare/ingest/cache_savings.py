"""What the prompt cache saved: what its reads would have cost as plain input, less what they and the writes cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claudeflare.ingest.pricing import PriceTable
from claudeflare.ingest.rates import MILLION
from claudeflare.providers.usage import BilledPart


def cache_saved_usd(parts: Sequence[BilledPart], table: PriceTable, at: float) -> float | None:
    """USD; below 0 when what was written cost more extra than was saved by reading.

    None when no part used the cache, or a price is unknown. `at` is UTC epoch seconds.
    """
    used = [
        part for part in parts if part.tokens.cache_read or part.tokens.cache_write_5m or part.tokens.cache_write_1h
    ]
    if not used:
        return None
    total = Decimal(0)
    for part in used:
        found = table.rates(part, at)
        if found is None:
            return None
        rates, factor = found
        tokens = part.tokens
        saved = (
            (rates.input - rates.cache_read) * (tokens.cache_read or 0)
            + (rates.input - rates.cache_write_5m) * (tokens.cache_write_5m or 0)
            + (rates.input - rates.cache_write_1h) * (tokens.cache_write_1h or 0)
        )
        total += saved * factor
    return float(total / MILLION)
