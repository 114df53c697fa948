"""A request that another program has recorded, as it is stored. Its cost is taken over: nothing is priced again."""

from __future__ import annotations

from claudeflare.journal.records import Finished
from claudeflare.providers.anthropic.usage import token_counts
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest


def imported(finished: Finished, cost_usd: float | None, source: str) -> PricedRequest:
    """With the tokens that its `usage` tells of. `source` is the program, which is said where a price list would be."""
    usage = finished.usage
    return PricedRequest(
        finished=finished,
        tokens=TokenCounts() if usage is None else token_counts(usage),
        cost_usd=cost_usd,
        price_version=None if cost_usd is None else f"as recorded by {source}",
    )
