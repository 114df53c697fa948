"""A finished request with its tokens and its cost."""

from __future__ import annotations

from typing import Any, Final

from claudeflare.ingest.cache_savings import cache_saved_usd
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Finished
from claudeflare.providers.anthropic.plain_usage import plain_usage
from claudeflare.providers.anthropic.usage import billed_parts, is_free, token_counts
from claudeflare.providers.usage import BilledPart, TokenCounts
from claudeflare.storage.records import PricedRequest

BILLED_CALLS: Final = frozenset({"/v1/messages", "/v1/messages/batches", "/v1/complete", "/v1/chat/completions"})
"""POST to these makes tokens. What a batch costs is not in the answer to its creation: that cost stays unknown."""


def price(finished: Finished, table: PriceTable, encoded: bytes = b"", boot_id: str = "") -> PricedRequest:
    """Count and price a request. Its cost is 0 when it cannot have cost anything, None when that is not known.

    The cost is that of the answer. What an earlier attempt of the same request may have cost is not in any answer;
    `Attempt.maybe_billed` tells of it. `encoded` is the record in MessagePack, to spare who stores it the encoding.
    `boot_id` is the run of a gateway that served it, where a client key did.
    """
    usage = finished.usage
    if usage is None:
        free = cannot_have_cost(finished)
        cost = 0.0 if free else None
        return PricedRequest(
            finished=finished, tokens=TokenCounts(), cost_usd=cost, encoded=encoded, boot_id=boot_id
        )  # fmt: skip
    tokens, parts = _counted(usage, finished)
    cost = table.cost(parts, finished.started_at)
    return PricedRequest(
        finished=finished,
        tokens=tokens,
        cost_usd=cost,
        price_version=None if cost is None else table.version,
        cache_saved_usd=None if cost is None else cache_saved_usd(parts, table, finished.started_at),
        encoded=encoded,
        boot_id=boot_id,
    )


def _counted(usage: dict[str, Any], finished: Finished) -> tuple[TokenCounts, list[BilledPart]]:
    """The tokens, and what of them is to be paid."""
    model = finished.served_model or finished.model
    plain = plain_usage(usage)
    if plain is None or "model" in usage:
        return token_counts(usage), billed_parts(usage, model, finished.stop_reason, finished.path)
    tokens = plain.token_counts()
    if is_free(finished.path) or (finished.stop_reason == "refusal" and not tokens.output):
        return tokens, []
    part = BilledPart(
        model=model or "",
        tokens=tokens,
        fast=plain.speed == "fast",
        batch=plain.service_tier == "batch",
        inference_geo=plain.inference_geo,
    )
    return tokens, [part]


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
