"""The API's usage objects -> disjoint token counts, and the parts of a request that are priced."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from claudeflare.providers.usage import BilledPart, TokenCounts

LARGEST_COUNT: Final = 2**53
"""Beyond what JSON numbers carry exactly: such a count is an error, not a count."""

_FREE_PATHS: Final = frozenset({"/v1/messages/count_tokens"})
_FALLBACK: Final = "fallback_message"
_ANSWERING: Final = frozenset({"message", _FALLBACK})
"""Iterations that wrote the answer; the others (compaction, advisor) worked beside it."""


def token_counts(usage: dict[str, Any]) -> TokenCounts:
    """Read one usage object. Counts that are missing or no counts are None.

    `cache_creation_input_tokens` is the sum of the 5 minute and 1 hour writes. What its split does not cover, all of
    it when there is no split, is counted as 5 minute writes: the default lifetime, and the cheaper one.
    """
    details = _object(usage.get("output_tokens_details"))
    tools = _object(usage.get("server_tool_use"))
    cache_write_5m, cache_write_1h = _cache_writes(usage)
    return TokenCounts(
        input=_count(usage.get("input_tokens")),
        cache_write_5m=cache_write_5m,
        cache_write_1h=cache_write_1h,
        cache_read=_count(usage.get("cache_read_input_tokens")),
        output=_count(usage.get("output_tokens")),
        thinking=_count(details.get("thinking_tokens")),
        web_searches=_count(tools.get("web_search_requests")),
    )


def counted_tokens(usage: dict[str, Any]) -> tuple[int, int]:
    """Input and output tokens that count against limits (API docs, rate limits): cache reads do not."""
    written = _count(usage.get("cache_creation_input_tokens")) or 0
    return (_count(usage.get("input_tokens")) or 0) + written, _count(usage.get("output_tokens")) or 0


def billed_parts(usage: dict[str, Any], model: str | None, stop_reason: str | None, path: str) -> list[BilledPart]:
    """What to price: one part, or one for each iteration with its own model. Nothing is billed when it is empty.

    Tokens of compaction and advisor iterations are not in the totals, hence the iterations where there are any.
    Free: counting tokens; a refusal before any output; an attempt that declined before a fallback model took over.
    """
    if is_free(path):
        return []
    refused = stop_reason == "refusal"
    iterations = [entry for entry in _list(usage.get("iterations")) if _has_tokens(entry)]
    if not iterations:
        return [] if refused and not _count(usage.get("output_tokens")) else [_part(usage, usage, model)]
    fell_back = any(entry.get("type") == _FALLBACK for entry in iterations)
    unbilled_when_silent = _ANSWERING if refused else frozenset({"message"}) if fell_back else frozenset()
    parts = [
        _part(entry, usage, model)
        for entry in iterations
        if _count(entry.get("output_tokens")) or entry.get("type") not in unbilled_when_silent
    ]
    return _with_web_searches(parts, token_counts(usage).web_searches)


def is_free(path: str) -> bool:
    """Whether calls to it count tokens that nobody pays for."""
    return path.partition("?")[0] in _FREE_PATHS


def _part(counted: dict[str, Any], usage: dict[str, Any], model: str | None) -> BilledPart:
    """`counted` holds the tokens; the conditions are stated once, in the request's whole `usage`."""
    own_model = counted.get("model")
    geo = usage.get("inference_geo")
    return BilledPart(
        model=own_model if isinstance(own_model, str) and own_model else model or "",
        tokens=token_counts(counted),
        fast=usage.get("speed") == "fast",
        batch=usage.get("service_tier") == "batch",
        inference_geo=geo if isinstance(geo, str) else None,
    )


def _with_web_searches(parts: list[BilledPart], searches: int | None) -> list[BilledPart]:
    """Searches are counted for the request as a whole; they are billed with its last part."""
    if not parts or searches is None:
        return parts
    *others, last = parts
    return [*others, replace(last, tokens=replace(last.tokens, web_searches=searches))]


def _cache_writes(usage: dict[str, Any]) -> tuple[int | None, int | None]:
    split = _object(usage.get("cache_creation"))
    total = _count(usage.get("cache_creation_input_tokens"))
    written_5m = _count(split.get("ephemeral_5m_input_tokens"))
    written_1h = _count(split.get("ephemeral_1h_input_tokens"))
    if total is None and written_5m is None and written_1h is None:
        return None, None
    in_5m, in_1h = written_5m or 0, written_1h or 0
    return in_5m + max(0, (total or 0) - in_5m - in_1h), in_1h


def _count(value: object) -> int | None:
    # bool is an int, and True is no count.
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    return None


def _has_tokens(entry: dict[str, Any]) -> bool:
    return any(_count(entry.get(name)) is not None for name in ("input_tokens", "output_tokens"))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
