"""The usage object as nearly all answers have it, read in one step. `usage` reads every other, a value at a time."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from claudeflare.providers.anthropic.usage import LARGEST_COUNT
from claudeflare.providers.usage import TokenCounts

Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_COUNT)]


class _CacheCreation(msgspec.Struct):
    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class _OutputDetails(msgspec.Struct):
    thinking_tokens: Count | None = None


class _ServerTools(msgspec.Struct):
    web_search_requests: Count | None = None


class PlainUsage(msgspec.Struct):
    """Every field of the type the API documents, and one set of conditions for all tokens: no iterations."""

    input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_creation: _CacheCreation | None = None
    output_tokens_details: _OutputDetails | None = None
    server_tool_use: _ServerTools | None = None
    speed: str | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    iterations: None = None

    def token_counts(self) -> TokenCounts:
        """As `usage.token_counts` says."""
        details, tools, split = self.output_tokens_details, self.server_tool_use, self.cache_creation
        written_5m, written_1h = self.cache_creation_input_tokens, None
        if split is not None and (split.ephemeral_5m_input_tokens, split.ephemeral_1h_input_tokens) != (None, None):
            in_5m, written_1h = split.ephemeral_5m_input_tokens or 0, split.ephemeral_1h_input_tokens or 0
            written_5m = in_5m + max(0, (written_5m or 0) - in_5m - written_1h)
        elif written_5m is not None:
            written_1h = 0
        return TokenCounts(
            input=self.input_tokens,
            cache_write_5m=written_5m,
            cache_write_1h=written_1h,
            cache_read=self.cache_read_input_tokens,
            output=self.output_tokens,
            thinking=None if details is None else details.thinking_tokens,
            web_searches=None if tools is None else tools.web_search_requests,
        )


def plain_usage(usage: dict[str, Any]) -> PlainUsage | None:
    """None when it is not of that form."""
    try:
        return msgspec.convert(usage, PlainUsage)
    except msgspec.ValidationError:
        return None
