"""A finished request with its tokens and its cost."""

from __future__ import annotations

from typing import Final

from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Finished
from claudeflare.providers.anthropic.usage import billed_parts, token_counts
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest

BILLED_CALLS: Final = frozenset({"/v1/messages", "/v1/messages/batches", "/v1/complete", "/v1/chat/completions"})
"""POST to these makes tokens. What a batch costs is not in the answer to its creation: that cost stays unknown."""


def price(finished: Finished, table: PriceTable) -> PricedRequest:
    """Count and price a request. Its cost is 0 when it cannot have cost anything, None when that is not known.

    The cost is that of the answer. What an earlier attempt of the same request may have cost is not in any answer;
    `Attempt.maybe_billed` tells of it.
    """
    usage = finished.usage
    if usage is None:
        free = cannot_have_cost(finished)
        return PricedRequest(finished=finished, tokens=TokenCounts(), cost_usd=0.0 if free else None)
    parts = billed_parts(usage, finished.served_model or finished.model, finished.stop_reason, finished.path)
    cost = table.cost(parts, finished.started_at)
    return PricedRequest(
        finished=finished,
        # Nearly always the one part is the whole of it, already counted.
        tokens=parts[0].tokens if len(parts) == 1 and "iterations" not in usage else token_counts(usage),
        cost_usd=cost,
        price_version=None if cost is None else table.version,
    )


def cannot_have_cost(finished: Finished) -> bool:
    """Whether a request that reported no usage was certainly free."""
    if finished.method != "POST" or finished.path not in BILLED_CALLS:
        return True
    if any(attempt.maybe_billed for attempt in finished.attempts):
        return False
    match finished.terminal_state:
        case "refused":
            return True
        case "client_closed":
            return not finished.attempts  # what was sent upstream runs on there for a while
        case _:
            return finished.status >= 400  # an error answer is not billed
